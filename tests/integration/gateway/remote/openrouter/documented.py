"""OpenRouter on loopback, built from its published documentation (openrouter.ai/docs, its OpenAPI description).

Mirrored are `/models` (pricing, context_length, architecture, supported_parameters, top_provider), `/key` (limit,
limit_remaining, limit_reset, usage and its daily, weekly and monthly parts, is_free_tier, is_management_key,
expires_at), `/credits` (total_credits, total_usage; 403 without a management key), `/models/{author}/{slug}/endpoints`
(provider_name, pricing, context_length, status, uptime_last_30m, uptime_last_1d), `/generation` (provider_name,
provider_responses, native_tokens_*, total_cost, latency, generation_time), and in chats `usage.cost`, `provider` and
the header `X-Generation-Id`.
"""

from collections.abc import Mapping
from typing import Any

from tests.fakes.gateway_pages import GatewayPages, page
from tests.fakes.llm_replies import DONE, EVENT_STREAM, Reply, chunk, raw

PREFIX = "/api"
GENERATION_ID = "gen-3bhGkxlo4XFrqiabUM7NDtwDzWwG"
MODEL = "openai/gpt-4"
MODELS = {
    "data": [
        {
            "id": MODEL,
            "context_length": 8192,
            "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
            "pricing": {"prompt": "0.00003", "completion": "0.00006", "input_cache_read": "0.00001"},
            "supported_parameters": ["temperature", "tools", "response_format"],
            "top_provider": {"context_length": 8192, "is_moderated": True, "max_completion_tokens": 4096},
        },
        {"id": "openrouter/auto", "context_length": 2_000_000, "pricing": {"prompt": "-1", "completion": "-1"}},
    ]
}
KEY: dict[str, Any] = {
    "label": "sk-or-v1-au7...890",
    "limit": 100,
    "limit_remaining": 74.5,
    "limit_reset": "monthly",
    "usage": 25.5,
    "usage_daily": 0.5,
    "usage_weekly": 5.25,
    "usage_monthly": 25.5,
    "is_free_tier": False,
    "is_management_key": False,
    "is_provisioning_key": False,
    "expires_at": "2027-12-31T23:59:59Z",
    "rate_limit": {"interval": "1h", "note": "This field is deprecated and safe to ignore.", "requests": 1000},
}
CREDITS = {"data": {"total_credits": 100.5, "total_usage": 25.75}}
NO_MANAGEMENT_KEY = {"error": {"code": 403, "message": "Only management keys can perform this operation"}}


def offer(provider: str, uptime: float | None, prompt: str, **more: Any) -> dict[str, Any]:
    """Returns one endpoint of a model."""
    return {
        "name": f"{provider}: GPT-4",
        "provider_name": provider,
        "context_length": 8192,
        "pricing": {"prompt": prompt, "completion": "0.00006"},
        "status": 0,
        "uptime_last_30m": uptime,
        "uptime_last_1d": 99.8,
        "latency_last_30m": {"p50": 0.25},
        **more,
    }


ENDPOINTS = {
    "data": {
        "id": MODEL,
        "endpoints": [
            offer("OpenAI", 99.5, "0.00003"),
            offer("Azure", 91.0, "0.00002"),
            offer("Infermatic", None, "0.00001", context_length=2048),
        ],
    }
}
GENERATION = {
    "id": GENERATION_ID,
    "model": MODEL,
    "provider_name": "OpenAI",
    "total_cost": 0.0015,
    "latency": 1250,
    "generation_time": 1200,
    "native_tokens_prompt": 10,
    "native_tokens_completion": 25,
    "native_tokens_cached": 3,
    "native_tokens_reasoning": 5,
    "finish_reason": "stop",
    "streamed": True,
    "cancelled": False,
    "is_byok": False,
    "router": None,
    "created_at": "2026-07-15T23:33:19.433273+00:00",
    "provider_responses": [
        {"provider_name": "Azure", "status": 429, "latency": 80},
        {"provider_name": "OpenAI", "status": 200, "latency": 1170},
    ],
}


def openrouter(script: Any = (), **pages: Reply) -> GatewayPages:
    """Returns the service; `pages` replace those of its paths below `/api/v1`."""
    told = {
        "models": page(MODELS),
        "key": page({"data": KEY}),
        "credits": page(NO_MANAGEMENT_KEY, 403),
        f"models/{MODEL}/endpoints": page(ENDPOINTS),
        f"generation?id={GENERATION_ID}": page({"data": GENERATION}),
        "generation": page({"error": {"code": 404, "message": "Resource not found"}}, 404),
    }
    return GatewayPages(script, pages={f"{PREFIX}/v1/{path}": reply for path, reply in {**told, **pages}.items()})


def key(**change: Any) -> Reply:
    """Returns the page of a key that differs."""
    return page({"data": {**KEY, **change}})


def answer(cost: float = 0.0015, provider: str = "OpenAI") -> Reply:
    """Returns a streamed answer, its price in the last chunk."""
    usage: Mapping[str, Any] = {"prompt_tokens": 10, "completion_tokens": 25, "total_tokens": 35, "cost": cost}
    said: Mapping[str, Any] = {"id": GENERATION_ID, "provider": provider, "model": MODEL}
    chunks = (chunk({"content": "hello"}, **said), chunk({}, "stop", **said), chunk(usage=usage, **said))
    return raw(*chunks, DONE, headers={**EVENT_STREAM, "x-generation-id": GENERATION_ID})
