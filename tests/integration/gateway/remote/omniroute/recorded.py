"""OmniRoute on loopback, as version 3.7.9 answered: at rest, with a breaker open, and with its login required.

`recorded_3_7_9.json` holds what the real program answered by HTTP and through its MCP server, in those three states
(keys and prompts in it are made up). What an order changes here, the real one changed too.
"""

import asyncio
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.gateway_pages import GatewayPages, page
from tests.fakes.llm_endpoint import Seen
from tests.fakes.llm_replies import Reply, fail
from tui.domain.errors import CallError
from tui.domain.messages import Json
from tui.gateway.remote.omniroute.pages import POLLED

RECORDED: Mapping[str, Any] = json.loads((Path(__file__).parent / "recorded_3_7_9.json").read_text("utf-8"))
ALPHA = "openai-compatible-chat-3606213b-7852-4ddf-a71b-9848e09629e3"
CHAT_KEY = "sk-b149085260680511-5e642c-d15cf248"
"""The key whose row in the recorded list reads `sk-b1490****f248`."""
PASSWORD = "research-pass-1"
COOKIE = "auth_token=eyJ.session"
PUBLIC = ("/api/monitoring/health", "/v1/", "/api/auth/")
_REFUSAL = {"error": {"code": "AUTH_001", "message": "Invalid management token", "correlation_id": "b7a2c5ee"}}


@dataclass
class OmniRoute(GatewayPages):
    """Holds the pages as documents, so that orders can change them."""

    documents: dict[str, Any] = field(default_factory=dict)
    login_required: bool = False
    forgetful: bool = False
    """Takes every order with a 200 and changes nothing."""
    orders: list[Seen] = field(default_factory=list)
    """Everything but GET and chats, oldest first."""
    read: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once each page that is polled was asked for."""

    def _reply_to(self, seen: Seen) -> Reply:
        path = seen.path.partition("?")[0]
        if path == "/v1/chat/completions":
            return super()._reply_to(seen)
        if self.login_required and not path.startswith(PUBLIC) and seen.headers.get("cookie") != COOKIE:
            return page(_REFUSAL, 403 if "authorization" in seen.headers else 401)
        if seen.method == "GET":
            asked = {one.partition("?")[0] for one in self.asked}
            if {f"/{'/'.join(one.path)}" for one in POLLED} <= asked:
                self.read.set()
            return page(self.documents[path]) if path in self.documents else fail(404, "<!DOCTYPE html><p>404</p>")
        self.orders.append(seen)
        return self._carry_out(path, seen.method, seen.body)

    def _carry_out(self, path: str, method: str, body: Any) -> Reply:
        changed = deepcopy(self.documents) if self.forgetful else self.documents
        match method, path.rpartition("/"):
            case "PUT", ("/api/combos", _, combo_id):
                combo = next((one for one in changed["/api/combos"]["combos"] if one["id"] == combo_id), None)
                if combo is None:
                    return page({"error": "Combo not found"}, 404)
                combo |= body
                return page(combo)
            case "PATCH", ("/api", _, "resilience"):
                for name, part in body.items():
                    _merge(changed["/api/resilience"][name], part)
                return page(changed["/api/resilience"])
            case "POST", ("/api/resilience", _, "reset"):
                for row in changed["/api/monitoring/health"]["providerBreakers"]:
                    row |= {"state": "CLOSED", "failureCount": 0, "retryAfterMs": 0}
                return page({"ok": True, "resetCount": 2, "message": "Reset 2 circuit breaker(s)"})
            case "POST", ("/api/usage", _, "budget"):
                return _budgeted(changed["/api/usage/budget"], body)
            case "POST", ("/api/combos", _, "test"):
                return page(_tried(body["comboName"]))
            case "POST", ("/api/auth", _, "login"):
                right = body == {"password": PASSWORD}
                cookie = {"set-cookie": f"{COOKIE}; Path=/; HttpOnly; SameSite=lax"} if right else {}
                return fail(200 if right else 401, {"success": right}, cookie)
        return fail(404)


def _merge(old: dict[str, Any], new: Mapping[str, Any]) -> None:
    for name, value in new.items():
        if isinstance(value, dict):
            _merge(old[name], value)
        else:
            old[name] = value


def _budgeted(budget: dict[str, Any], body: Mapping[str, Any]) -> Reply:
    """What `POST /api/usage/budget` does: it takes no 0, and forgets each limit that is not named."""
    limits = {name: body.get(name, 0) for name in ("dailyLimitUsd", "weeklyLimitUsd", "monthlyLimitUsd")}
    refused = [
        {"field": name, "message": f"{name} must be greater than zero"} for name in limits if body.get(name) == 0
    ]
    if refused or not any(limits.values()):
        return page({"error": {"message": "Invalid request", "details": refused}}, 400)
    others = {"resetInterval": body.get("resetInterval", "daily"), "resetTime": body.get("resetTime", "00:00")}
    budget |= {**limits, **others, "warningThreshold": body.get("warningThreshold", 0.8)}
    return page({"success": True, "apiKeyId": body["apiKeyId"], "budget": {**limits, **others}})


def _tried(combo: str) -> dict[str, Any]:
    """What `/api/combos/test` answers (src/app/api/combos/test/route.ts): the second step failed."""
    return {
        "comboName": combo,
        "strategy": "priority",
        "resolvedBy": "alpha/fake-fast",
        "results": [
            {"model": "alpha/fake-fast", "provider": "alpha", "status": "ok", "latencyMs": 92, "responseText": "Hello"},
            {"model": "beta/fake-fast", "provider": "beta", "status": "error", "statusCode": 503, "error": "down"}
            | {"latencyMs": 9},
        ],
    }


def omniroute(state: str = "fresh", script: Any = (), **more: Any) -> OmniRoute:
    """Returns OmniRoute as it was in a recorded state: `fresh` or `breaker_open`."""
    documents = deepcopy({**RECORDED["fresh"], **(RECORDED[state] if state != "fresh" else {})})
    return OmniRoute(script, documents=documents, **more)


@dataclass
class McpServer:
    """What the MCP server answered in a recorded state; satisfies `gateway.remote.adapter.SecondWitness`."""

    state: str = "fresh"
    asked: list[str] = field(default_factory=list)

    async def ask(self, tool: str, arguments: dict[str, Json]) -> object:
        self.asked.append(tool)
        answer = RECORDED["mcp"].get(self.state, {}).get(tool)
        if answer is None or answer["isError"]:
            raise CallError(f"{tool}: {answer['text'] if answer else 'unknown tool'}", "Look there.")
        return json.loads(answer["text"])
