"""The shape of one fault on the wire of a model endpoint, and the bytes such cases are made of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.llm_replies import EVENT_STREAM, chunk, ending

JSON_BODY = {"content-type": "application/json"}
HTML_BODY = {"content-type": "text/html; charset=utf-8"}


@dataclass(frozen=True)
class WireCase:
    """One fault. `expect` names fields of `Done`; `calls` and `truncated` are (name, arguments) pairs."""

    id: str
    name: str
    body: bytes
    expect: Mapping[str, Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: EVENT_STREAM)
    end: str = "clean"

    def __str__(self) -> str:
        return f"{self.id}-{self.name.replace(' ', '-')}"


def part(name: str | None = None, arguments: Any = None, **fields: Any) -> bytes:
    """Returns a chunk with one entry of `tool_calls`."""
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return chunk({"tool_calls": [{**fields, "function": function}]})


def stream(*parts: bytes, finish: str = "stop") -> bytes:
    """Returns a whole healthy stream around `parts`."""
    return b"".join((*parts, *ending(finish)))


def text(piece: str) -> bytes:
    return chunk({"content": piece})


def body(**message: Any) -> bytes:
    """Returns a whole `chat.completion`."""
    finish = message.pop("finish", "stop")
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": finish}]}).encode()


COMPLETE = {"outcome": "complete", "failure": None}
