"""A history made acceptable to the strictest provider: every call has exactly one result, right behind it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tui.chat.arguments import canonical
from tui.domain.errors import CallError
from tui.domain.ids import CallId
from tui.domain.messages import Message, Part, TextPart, ToolCall, user_text
from tui.domain.text import CleanText

INTERRUPTED = CleanText("The call was interrupted; whether it took effect is not known.")
_GO_ON = CleanText("Go on.")
_ILLEGAL_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


def repaired(messages: Iterable[Message]) -> list[Message]:
    """Returns the conversation with results next to their calls, orphans dropped, ids unique, empty replies left out.

    A call whose result never came is answered as interrupted. Repairing twice changes nothing.
    """
    whole: list[Message] = []
    seen: set[CallId] = set()
    for message, results in _spans(messages):
        if message.role == "assistant":
            whole.extend(_answered(message, results, seen))
        elif message.parts:
            whole.append(message)
    return whole


def sendable(messages: Sequence[Message]) -> list[Message]:
    """Returns a repaired conversation as it may be sent: people's messages joined, the last word never the model's."""
    joined: list[Message] = []
    for message in messages:
        if message.role == "user" and joined and joined[-1].role == "user":
            between: tuple[Part, ...] = (TextPart(CleanText("\n\n")),)
            joined[-1] = replace(joined[-1], parts=joined[-1].parts + between + message.parts)
        else:
            joined.append(message)
    if joined and joined[-1].role == "assistant":
        joined.append(user_text(_GO_ON))
    return joined


def legal_call(call: ToolCall) -> ToolCall:
    """Returns the call as it may stand in a history: a legal name, and arguments that are a JSON object."""
    name = _ILLEGAL_IN_NAMES.sub("_", call.name)[:64] or "unknown_tool"
    try:
        arguments_json = canonical(call.arguments_json)
    except CallError:
        arguments_json = "{}"
    return ToolCall(call.id, name, arguments_json)


def _spans(messages: Iterable[Message]) -> list[tuple[Message, list[Message]]]:
    """Pairs every message but results with the results between it and the next reply of the model."""
    spans: list[tuple[Message, list[Message]]] = []
    results: list[Message] = []
    for message in messages:
        if message.role == "tool":
            results.append(message)
            continue
        if message.role == "assistant":
            results = []
        spans.append((message, results))
    return spans


def _answered(message: Message, results: list[Message], seen: set[CallId]) -> list[Message]:
    """Returns a reply with its results in the order of its calls; same ids are paired by position."""
    if not message.tool_calls and not message.text.strip():
        return []
    waiting = list(results)
    calls: list[ToolCall] = []
    answers: list[Message] = []
    for call in message.tool_calls:
        answer = next((result for result in waiting if result.tool_call_id == call.id), None)
        if answer is None:
            answer = Message("tool", (TextPart(INTERRUPTED),), tool_call_id=call.id)
        else:
            waiting.remove(answer)
        unique = _unique(call.id, seen)
        calls.append(replace(legal_call(call), id=unique))
        answers.append(answer if answer.tool_call_id == unique else replace(answer, tool_call_id=unique))
    return [replace(message, tool_calls=tuple(calls)), *answers]


def _unique(call_id: CallId, seen: set[CallId]) -> CallId:
    wanted, number = call_id or CallId("call"), 2
    unique = wanted
    while unique in seen:
        unique, number = CallId(f"{wanted}_{number}"), number + 1
    seen.add(unique)
    return unique
