"""A scripted answer as the bytes of a Chat Completions event stream."""

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from tui.gateway.scripted.model import Answer, Wanted
from tui.gateway.scripted.providers import Behaviour

_PIECES = re.compile(r"\s*\S+|\s+")
_ARGUMENT_PIECE = 16


def events(answer: Answer, body: Mapping[str, Any], behaviour: Behaviour) -> Iterator[bytes]:
    """Yields the stream's events: the answer word by word, then calls, finish reason, usage and the end mark."""
    head = {"id": f"chatcmpl-{secrets.token_hex(6)}", "object": "chat.completion.chunk", "created": 0}
    head["model"] = behaviour.model.id
    count = 0
    for delta in _deltas(answer):
        count += 1
        yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    finish = "tool_calls" if answer.calls else "stop"
    yield _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    yield _event({**head, "choices": [], "usage": _usage(body, count, behaviour)})
    yield b"data: [DONE]\n\n"


def _deltas(answer: Answer) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    for piece in _PIECES.findall(answer.text):
        yield {"content": piece}
    for index, call in enumerate(answer.calls):
        yield from _call_deltas(index, call)


def _call_deltas(index: int, call: Wanted) -> Iterator[dict[str, Any]]:
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    function = {"name": call.tool, "arguments": ""}
    yield {"tool_calls": [{"index": index, "id": f"call_{index}", "type": "function", "function": function}]}
    for start in range(0, len(arguments), _ARGUMENT_PIECE):
        piece = arguments[start : start + _ARGUMENT_PIECE]
        yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _usage(body: Mapping[str, Any], output_tokens: int, behaviour: Behaviour) -> dict[str, Any]:
    input_tokens = max(1, len(json.dumps([body.get("messages"), body.get("tools")])) // 4)
    usage: dict[str, Any] = {
        "prompt_tokens": input_tokens,
        "completion_tokens": output_tokens,
        "total_tokens": input_tokens + output_tokens,
    }
    price = behaviour.model.price
    if behaviour.reports_cost and price:
        usage["cost"] = price.of(input_tokens, output_tokens) / 1_000_000
    return usage


def _event(payload: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(payload, ensure_ascii=False).encode() + b"\n\n"
