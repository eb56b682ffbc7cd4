"""A stored conversation made acceptable again: every tool call has its one result, right behind it.

Providers refuse a history for good when a call lacks its result, or a result its call; a crash leaves both.
"""

from collections.abc import Mapping, Sequence

from tui.domain.ids import CallId
from tui.domain.messages import Message, TextPart
from tui.domain.text import CleanText

INTERRUPTED = CleanText("The call was interrupted; whether it took effect is not known.")


def repaired(messages: Sequence[Message], stored_results: Mapping[CallId, CleanText]) -> list[Message]:
    """Returns the conversation in order, with results moved behind their calls and orphans dropped.

    A missing result is taken from `stored_results` (the call ended, its message was never written), else it says
    that the call was interrupted. Assistant messages without any content are left out.
    """
    answers: dict[CallId, Message] = {}
    for message in messages:
        if message.role == "tool" and message.tool_call_id is not None:
            answers.setdefault(message.tool_call_id, message)
    whole: list[Message] = []
    for message in messages:
        if message.role == "tool" or (message.role == "assistant" and not message.parts and not message.tool_calls):
            continue
        whole.append(message)
        for call in message.tool_calls:
            answer = answers.pop(call.id, None)
            whole.append(answer or _answer(call.id, stored_results.get(call.id, INTERRUPTED)))
    return whole


def _answer(call_id: CallId, text: CleanText) -> Message:
    return Message("tool", (TextPart(text),), tool_call_id=call_id)
