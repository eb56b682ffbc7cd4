"""Facts of a request as Chat Completions objects: a whole completion, the chunks of a stream, what headers tell."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.domain.completion import AttemptStarted, ReplyEnded, Usage
from tui.domain.messages import ToolCall
from tui.domain.money import Cost
from tui.serve.multimodal.answers import token_counts, usd

_FINISH = frozenset({"stop", "tool_calls", "length", "content_filter"})


@dataclass(slots=True)
class Way:
    """What is known of a request's way so far."""

    created: int
    """Wall clock, in seconds."""
    ignored: tuple[str, ...] = ()
    attempt: AttemptStarted | None = None
    status: int | None = None
    """What the provider answered last."""
    latency_ms: int | None = None
    first_token_ms: int | None = None
    cost: Cost | None = None

    @property
    def model(self) -> str:
        """The place that answers, as `provider/model`; empty before one was asked."""
        return f"{self.attempt.provider}/{self.attempt.model}" if self.attempt else ""

    @property
    def headers(self) -> dict[str, str]:
        """What is known, unknown figures left out."""
        attempt = self.attempt
        told: dict[str, object] = {
            "request-id": attempt.request_id if attempt else None,
            "provider": attempt.provider if attempt else None,
            "model": attempt.model if attempt else None,
            "attempts": attempt.number if attempt else None,
            "latency-ms": self.latency_ms,
            "first-token-ms": self.first_token_ms,
            "cost-usd": usd_text(self.cost),
            "cost-source": self.cost.source if self.cost else None,
            "ignored": ",".join(self.ignored[:20]) or None,
        }
        return {f"x-mcp-tui-{name}": _field(value) for name, value in told.items() if value is not None}


def _field(value: object) -> str:
    """Returns a value as a header field may carry it."""
    text = str(value)[:400].encode("ascii", "replace").decode("ascii")
    return "".join(char if char.isprintable() else "?" for char in text)


def usd_text(cost: Cost | None) -> str | None:
    """Returns US dollars without an exponent, None when unknown."""
    amount = usd(cost.microusd) if cost else None
    return None if amount is None else f"{amount:.6f}"


# --- a whole answer


def completion(end: ReplyEnded, way: Way, reasoning: str) -> dict[str, Any]:
    """Returns a `chat.completion`; `provider_specific_fields`, sent back, let a provider go on with its own thought."""
    message: dict[str, Any] = {"role": "assistant", "content": end.text or None, "refusal": None}
    if end.tool_calls:
        message["tool_calls"] = [_call(call) for call in end.tool_calls]
    if reasoning:
        message["reasoning_content"] = reasoning
    if end.extras:
        message["provider_specific_fields"] = end.extras
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason(end)}
    return _object(end.request_id, "chat.completion", way) | {"choices": [choice], "usage": usage(end.usage, end.cost)}


def finish_reason(end: ReplyEnded) -> str:
    """Returns one of the four reasons that clients know."""
    if end.finish_reason in _FINISH:
        return str(end.finish_reason)
    return "tool_calls" if end.tool_calls else "stop"


def usage(used: Usage, cost: Cost) -> dict[str, Any] | None:
    """Returns the tokens, None when nobody knows them; `cost` in US dollars as OpenRouter tells it."""
    counts = token_counts(used)
    if counts["total_tokens"] is None:
        return None
    return {
        **counts,
        "prompt_tokens_details": {"cached_tokens": used.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": used.reasoning_tokens},
        "cost": usd(cost.microusd),
        "cost_source": cost.source,
        "estimated": used.estimated,
    }


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments_json}}


def _object(request_id: str, kind: str, way: Way) -> dict[str, Any]:
    return {"id": request_id, "object": kind, "created": way.created, "model": way.model}


# --- a stream

DONE = b"data: [DONE]\n\n"


def event(document: Mapping[str, Any]) -> bytes:
    """Returns a server-sent event."""
    return b"data: " + _json(document) + b"\n\n"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


@dataclass(slots=True)
class Chunks:
    """Makes the chunks of one stream; what all have in common is encoded once."""

    way: Way
    _head: bytes = b""
    _calls_sent: set[str] = field(default_factory=set)

    def begin(self) -> bytes:
        """Returns the first chunk, once the way is known."""
        assert self.way.attempt is not None, "a stream begins with an attempt"
        shared = _json(_object(self.way.attempt.request_id, "chat.completion.chunk", self.way))
        self._head = b"data: " + shared[:-1] + b',"choices":[{"index":0,"delta":'
        return self._chunk({"role": "assistant", "content": ""})

    def text(self, text: str) -> bytes:
        """Returns a piece of the answer."""
        return self._chunk({"content": text})

    def reasoning(self, text: str) -> bytes:
        """Returns a piece of visible reasoning, in the field that most clients know it by."""
        return self._chunk({"reasoning_content": text})

    def call(self, call: ToolCall, position: int) -> bytes:
        """Returns a whole tool call."""
        self._calls_sent.add(call.id)
        return self._chunk({"tool_calls": [{"index": position, **_call(call)}]})

    def end(self, end: ReplyEnded, *, include_usage: bool) -> bytes:
        """Returns the last chunks without the end marker: calls cut short too, the reason, the tokens if asked for."""
        late = [
            self.call(call, position) for position, call in enumerate(end.tool_calls) if call.id not in self._calls_sent
        ]
        delta = {"provider_specific_fields": end.extras} if end.extras else {}
        chunks = [*late, self._chunk(delta, finish_reason(end))]
        if include_usage:
            whole = _object(end.request_id, "chat.completion.chunk", self.way)
            chunks.append(event(whole | {"choices": [], "usage": usage(end.usage, end.cost)}))
        return b"".join(chunks) + self.summary()

    def summary(self) -> bytes:
        """Returns what headers could not tell yet, as a comment that clients skip."""
        return f": {' '.join(f'{name}={value}' for name, value in self.way.headers.items())}\n\n".encode()

    def _chunk(self, delta: Mapping[str, Any], finish: str | None = None) -> bytes:
        return b'%s%s,"finish_reason":%s}]}\n\n' % (self._head, _json(delta), _json(finish))
