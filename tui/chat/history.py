"""A history made acceptable to the strictest provider: every call has exactly one result, right behind it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tui.chat.arguments import canonical
from tui.domain.errors import CallError
from tui.domain.ids import CallId
from tui.domain.messages import INTERRUPTED, Message, Part, TextPart, ToolCall, user_text
from tui.domain.text import CleanText

_GO_ON = CleanText("Go on.")
_ILLEGAL_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


def repaired(messages: Sequence[Message]) -> list[Message]:
    """Returns the conversation with results next to their calls, orphans dropped, ids unique, empty replies left out.

    A call whose result never came is answered as interrupted. Repairing twice changes nothing.
    """
    return Repair().whole(messages)


class Repair:
    """Repairs a conversation that only grows: what stands before the newest reply is looked at once."""

    def __init__(self) -> None:
        self._settled: list[Message] = []
        self._read = 0
        self._seen: set[CallId] = set()

    def whole(self, messages: Sequence[Message]) -> list[Message]:
        """Returns all of `messages`, which begin with those of the time before."""
        newest = _newest_reply(messages, self._read)
        self._settled += _mended(messages[self._read : newest], self._seen)
        self._read = newest
        return self._settled + _mended(messages[newest:], set(self._seen))


def _newest_reply(messages: Sequence[Message], first: int) -> int:
    """Results belong to the reply before them: nothing that is still to come changes what is before the newest."""
    replies = (place for place in range(len(messages) - 1, first, -1) if messages[place].role == "assistant")
    return next(replies, first)


def _mended(messages: Iterable[Message], seen: set[CallId]) -> list[Message]:
    whole: list[Message] = []
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
