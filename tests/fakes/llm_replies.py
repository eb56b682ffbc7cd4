"""Scripted replies of a Chat Completions endpoint, as the bytes a real one would send."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

EVENT_STREAM = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json"}

Chunk = bytes | asyncio.Event
"""A piece of the body, or a gate: the body goes on once the event is set."""


@dataclass(frozen=True)
class Reply:
    """One answer. `end`: `clean` ends the body as HTTP wants it, `cut` drops the connection, `reset` resets it."""

    status: int = 200
    """0 hangs up without a word."""
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: tuple[Chunk, ...] = ()
    end: Literal["clean", "cut", "reset"] = "clean"
    rate: float = 0.0
    """Chunks a second; 0 is as fast as the socket takes them."""


def event(payload: object) -> bytes:
    """Returns one server-sent event with `payload` as JSON."""
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def chunk(delta: Mapping[str, Any] | None = None, finish: str | None = None, **fields: Any) -> bytes:
    """Returns one `chat.completion.chunk` event; `fields` land beside `choices`."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    body = {"id": "cmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "fake-1", "choices": [choice]}
    return event({**body, **fields})


DONE = b"data: [DONE]\n\n"
USAGE = {"prompt_tokens": 50, "completion_tokens": 10, "total_tokens": 60}


def ending(finish: str = "stop", usage: Mapping[str, Any] | None = USAGE) -> tuple[bytes, ...]:
    """Returns the last events of a healthy stream."""
    last = () if usage is None else (chunk(choices=[], usage=usage),)
    return (chunk({}, finish), *last, DONE)


def say(
    text: str | Iterable[str],
    *,
    usage: Mapping[str, Any] | None = USAGE,
    rate: float = 0.0,
    gate: asyncio.Event | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Answers with text, one event a piece; `gate` holds the stream open after the last piece."""
    pieces = [text] if isinstance(text, str) else text
    body = tuple(chunk({"content": piece}) for piece in pieces)
    held = (gate,) if gate else ()
    return Reply(200, {**EVENT_STREAM, **(headers or {})}, (*body, *held, *ending(usage=usage)), rate=rate)


def calls(wanted: Sequence[tuple[str, Mapping[str, Any] | str]], *, text: str = "") -> Reply:
    """Asks for several tools in one answer; arguments are an object, or a raw string sent as it is."""
    deltas = [chunk({"role": "assistant", "content": text or None})]
    for index, (name, arguments) in enumerate(wanted):
        raw_arguments = arguments if isinstance(arguments, str) else json.dumps(arguments)
        function = {"name": name, "arguments": raw_arguments}
        call = {"index": index, "id": f"call_{index}", "type": "function", "function": function}
        deltas.append(chunk({"tool_calls": [call]}))
    return Reply(200, EVENT_STREAM, (*deltas, *ending("tool_calls")))


def call_tool(name: str, arguments: Mapping[str, Any] | str) -> Reply:
    """Asks for one tool."""
    return calls([(name, arguments)])


def fail(status: int, body: object = None, headers: Mapping[str, str] | None = None) -> Reply:
    """Fails as providers do; a `str` or `bytes` body is sent as it is, anything else as JSON."""
    if body is None:
        body = {"error": {"message": f"scripted failure {status}", "code": status}}
    if isinstance(body, str | bytes):
        return Reply(status, headers or {}, (body.encode() if isinstance(body, str) else body,))
    return Reply(status, {**JSON, **(headers or {})}, (json.dumps(body).encode(),))


def raw(
    *chunks: Chunk,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    end: Literal["clean", "cut", "reset"] = "clean",
) -> Reply:
    """Answers with exactly these bytes, by default as an event stream."""
    return Reply(status, EVENT_STREAM if headers is None else headers, chunks, end)


def models(entries: Sequence[Mapping[str, Any] | str]) -> Reply:
    """Answers `GET /models`; a plain name becomes the least an endpoint says of a model."""
    data = [entry if isinstance(entry, Mapping) else {"id": entry, "object": "model"} for entry in entries]
    return fail(200, {"object": "list", "data": data})
