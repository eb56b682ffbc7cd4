"""Results that were stored with their call, while a crash kept the message that tells the model from being written."""

from collections.abc import Mapping, Sequence

from tui.domain.ids import CallId
from tui.domain.messages import Message, TextPart
from tui.domain.text import CleanText


def with_lost_results(messages: Sequence[Message], stored: Mapping[CallId, CleanText]) -> list[Message]:
    """Returns the messages in order, those results that only `stored` knows right behind their calls."""
    told = {message.tool_call_id for message in messages if message.role == "tool"}
    whole: list[Message] = []
    for message in messages:
        whole.append(message)
        lost = (call.id for call in message.tool_calls if call.id in stored and call.id not in told)
        whole += [Message("tool", (TextPart(stored[id]),), tool_call_id=id) for id in lost]
    return whole
