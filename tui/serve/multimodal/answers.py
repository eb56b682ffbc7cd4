"""What a model answered, as a served tool tells it: the text, the way it went, tokens and cost."""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

from tui.domain.completion import ChatRequest, ReplyEnded, Usage
from tui.domain.errors import CallError
from tui.domain.messages import Json
from tui.domain.money import Cost, MicroUsd
from tui.serve.multimodal.ports import ModelGateway
from tui.serve.tool import FREE, ToolAnswer

_COUNT = {"type": ["integer", "null"]}
_TEXT = {"type": ["string", "null"]}
ANSWER_SCHEMA: Mapping[str, Json] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "The request; gateway_explain tells why it went this way."},
        "model": {**_TEXT, "description": "provider/model that answered."},
        "content": {"type": "string"},
        "finish_reason": _TEXT,
        "usage": {
            "type": "object",
            "properties": {"prompt_tokens": _COUNT, "completion_tokens": _COUNT, "total_tokens": _COUNT},
            "required": ["prompt_tokens", "completion_tokens", "total_tokens"],
        },
        "cost": {"type": ["number", "null"], "description": "US dollars."},
        "cost_source": {"type": "string", "enum": ["reported", "computed", "estimated", "unknown"]},
        "messages_left_out": {"type": "integer", "description": "Oldest messages that did not fit the window."},
        "error": {**_TEXT, "description": "Why the answer is missing or incomplete."},
        "unknown": {"type": "array", "items": {"type": "string"}, "description": "Fields nobody knows the value of."},
    },
    "required": ["id", "model", "content", "usage", "cost", "cost_source", "error", "unknown"],
}


async def ask(gateway: ModelGateway, request: ChatRequest) -> ReplyEnded:
    """Returns how a request ended, once it did."""
    async with aclosing(gateway.stream(request)) as facts:
        async for fact in facts:
            if isinstance(fact, ReplyEnded):
                return fact
    raise CallError("The gateway ended without an answer.", "Try again.")


def paid(end: ReplyEnded) -> Cost:
    """Returns what a request cost; one that reached no provider cost nothing."""
    return end.cost if end.route.provider else FREE


def answer(end: ReplyEnded, left_out: int) -> ToolAnswer:
    """Returns the answer for the caller; one that is missing or incomplete is a failed one."""
    usage = token_counts(end.usage)
    cost = usd(paid(end).microusd)
    figures: dict[str, Json] = {"usage." + name: count for name, count in usage.items()} | {"cost": cost}
    reason = " ".join(part for part in (end.reason, end.hint) if part) if end.outcome != "complete" else ""
    structured = {
        "id": end.request_id,
        "model": f"{end.route.provider}/{end.route.model}" if end.route.provider else None,
        "content": end.text,
        "finish_reason": end.finish_reason,
        "usage": usage,
        "cost": cost,
        "cost_source": paid(end).source,
        "messages_left_out": left_out,
        "error": reason or None,
        "unknown": [name for name, figure in figures.items() if figure is None],
    }
    text = "\n\n".join(part for part in (end.text, reason) if part)
    return ToolAnswer(structured, paid(end), failed=end.outcome != "complete", text=text)


def token_counts(usage: Usage) -> dict[str, Any]:
    """Returns tokens as Chat Completions names them; None where nobody knows."""
    known = usage.input_tokens is not None and usage.output_tokens is not None
    total = (usage.input_tokens or 0) + (usage.output_tokens or 0)
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": total if known else None,
    }


def usd(microusd: MicroUsd | None) -> float | None:
    """Returns an amount in US dollars, None when it is unknown."""
    return None if microusd is None else microusd / 1_000_000
