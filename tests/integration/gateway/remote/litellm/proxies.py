"""LiteLLM proxies on loopback: one as version 1.106.2 answered without a database, one as it documents itself with one.

`recorded_1_106_2.json` holds answers of the real proxy (its nulls and rarely used fields left out) that had four model
groups, one of them with nobody behind it, a fallback and a budget for a provider. What needs a database follows the
response models of the same version: `/key/info`, `/health/latest`, `/user/daily/activity`, `/spend/logs`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.fakes.gateway_pages import GatewayPages, page
from tests.fakes.llm_replies import DONE, EVENT_STREAM, Reply, chunk, raw

RECORDED: Mapping[str, Any] = json.loads((Path(__file__).parent / "recorded_1_106_2.json").read_text("utf-8"))
CALL_ID = "9632f374-9954-4011-a906-91826b14aa09"
STREAM_HEADERS = {
    "x-litellm-call-id": CALL_ID,
    "x-litellm-model-id": "house-small-1",
    "x-litellm-model-name": "openai/fake-1",
    "x-litellm-version": "1.106.2",
    "x-litellm-response-cost-original": "0.0",
    "x-litellm-key-spend": "0.0",
    "x-litellm-model-group": "house-small",
    "x-litellm-attempted-retries": "0",
    "x-litellm-attempted-fallbacks": "0",
}
PRICED_USAGE = {"prompt_tokens": 31, "completion_tokens": 20, "total_tokens": 51, "cost": 0.00007099999999999999}
USAGE = {"prompt_tokens": 33, "completion_tokens": 20, "total_tokens": 53}


def recorded() -> dict[str, Reply]:
    """Returns the pages as they were recorded."""
    return {path: page(told["body"], told["status"]) for path, told in RECORDED.items()}


def without_database(script: Any = (), **pages: Reply) -> GatewayPages:
    """Returns the proxy as it was recorded."""
    return GatewayPages(script, pages={**recorded(), **pages})


KEY_INFO = {
    "key": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
    "info": {
        "key_name": "sk-...1234",
        "key_alias": "tui",
        "status": "active",
        "spend": 0.75,
        "max_budget": 3.0,
        "budget_duration": "30d",
        "budget_reset_at": "2026-12-01T00:00:00Z",
        "rpm_limit": 60,
        "tpm_limit": None,
        "models": [],
    },
}
CHECKS = {
    "latest_health_checks": {
        "house-small-1": {
            "model_name": "house-small",
            "model_id": "house-small-1",
            "status": "healthy",
            "error_message": None,
            "response_time_ms": 512.5,
            "checked_at": "2026-11-21T04:00:00+00:00",
        },
        RECORDED["/v1/model/info"]["body"]["data"][2]["model_info"]["id"]: {
            "model_name": "broken",
            "status": "unhealthy",
            "error_message": "litellm.InternalServerError: Connection error.\nstack trace: Traceback (most recent …",
            "checked_at": "2026-11-21T04:01:00+00:00",
        },
    },
    "total_models": 2,
}


def metrics(spend: float, good: int, bad: int, **more: int) -> dict[str, Any]:
    """Returns the metrics of some requests."""
    counts = {"api_requests": good + bad, "successful_requests": good, "failed_requests": bad}
    tokens = {"prompt_tokens": 100 * good, "completion_tokens": 10 * good, "total_tokens": 110 * good}
    return {"spend": spend, **counts, **tokens, **more}


def activity(*days: Mapping[str, Any], has_more: bool = False) -> dict[str, Any]:
    """Returns a page of daily activity."""
    return {"results": list(days), "metadata": {"page": 1, "has_more": has_more}}


def day(date: str, spend: float, good: int, bad: int) -> dict[str, Any]:
    """Returns a day on which all went to one provider and model."""
    told = {"metrics": metrics(spend, good, bad, total_response_time_ms=500 * good, timed_requests=good)}
    parts = {"models": {"openai/fake-1": told}, "model_groups": {"house-small": told}, "providers": {"openai": told}}
    return {"date": date, **told, "breakdown": parts}


ROW = {
    "request_id": "chatcmpl-1",
    "litellm_call_id": CALL_ID,
    "spend": 7.1e-05,
    "prompt_tokens": 31,
    "completion_tokens": 20,
    "startTime": "2026-11-21T04:00:00.000Z",
    "endTime": "2026-11-21T04:00:01.500Z",
    "completionStartTime": "2026-11-21T04:00:00.250Z",
    "model": "openai/gpt-4o-mini",
    "model_group": "gpt-4o-mini",
    "custom_llm_provider": "openai",
    "status": "success",
    "metadata": {"original_model_group": "broken", "attempted_retries": 1, "attempted_fallbacks": 1},
}


def with_database(script: Any = (), **pages: Reply) -> GatewayPages:
    """Returns the proxy as it documents itself with a database."""
    told = {
        "/health/readiness": {"status": "healthy", "db": "connected"},
        "/health/latest": CHECKS,
        "/key/info": KEY_INFO,
        "/user/daily/activity": activity(day("2026-11-21", 0.5, 9, 1)),
        f"/spend/logs?request_id={CALL_ID}": [ROW],
        "/spend/logs": [],
    }
    base = {**{path: reply for path, reply in recorded().items() if "?" not in path}}
    return GatewayPages(script, pages={**base, **{path: page(body) for path, body in told.items()}, **pages})


def answer(usage: Mapping[str, Any] = USAGE, model: str = "house-small") -> Reply:
    """Returns a streamed answer as the proxy sends it; `model` is the group that answered, after fallbacks."""
    chunks = (chunk({"content": "hello"}, model=model), chunk({}, "stop", model=model), chunk(usage=usage, model=model))
    return raw(*chunks, DONE, headers={**EVENT_STREAM, **STREAM_HEADERS})
