"""Who gets in over HTTP, with what rights, and what they can never get at."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import MCPError

from tests.fakes.llm_endpoint import LlmEndpoint
from tests.integration.serve.agents import ERAS, Era, agent, text_of
from tests.integration.serve.served import CALL_USD, Served
from tui.domain.ids import ProviderName, ServerName
from tui.domain.servers import ServerSpec
from tui.gateway.operations import OPERATIONS
from tui.serve.scopes import SCOPES

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
}
HEADERS = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
ASK = {"model": "main", "messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize("path", ["/mcp", "/v1/models", "/v1/chat/completions", "/", "/anything"])
@pytest.mark.parametrize(
    "shown", ["", "Bearer wrong", "Bearer", "Basic {key}", "{key}", "bearer\t{key}", "Bearer {key}x"]
)
async def test_without_a_key_in_use_nobody_gets_in_anywhere(house: Served, path: str, shown: str) -> None:
    headers = {**HEADERS, **({"authorization": shown.format(key=house.key)} if shown else {})}
    async with httpx.AsyncClient(base_url=house.url, trust_env=False) as http:
        told = await http.post(path, headers=headers, json=INITIALIZE)
    assert told.status_code == 401
    assert told.headers["www-authenticate"].startswith("Bearer")
    assert house.key not in told.text


async def test_two_keys_in_one_request_are_none(house: Served) -> None:
    headers = [("authorization", f"Bearer {house.key}"), ("authorization", "Bearer other"), *HEADERS.items()]
    async with httpx.AsyncClient(base_url=house.url, trust_env=False) as http:
        assert (await http.post("/mcp", headers=headers, json=INITIALIZE)).status_code == 401


async def test_a_revoked_key_ends_a_session_that_is_open(house: Served) -> None:
    key = await house.make_key("read:health")
    [access] = [each for each in await house.engine.access.keys() if "read:health" in each.name]
    async with house.http(key) as http:
        opened = await http.post("/mcp", headers=HEADERS, json=INITIALIZE)
        session = {"mcp-session-id": opened.headers["mcp-session-id"]}
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        assert (await http.post("/mcp", headers=HEADERS | session, json=ping)).status_code == 200
        await house.engine.access.revoke(access.id)
        assert (await http.post("/mcp", headers=HEADERS | session, json=ping)).status_code == 401


async def test_a_session_is_its_openers_alone(house: Served) -> None:
    other = await house.make_key("*")
    async with house.http() as mine, house.http(other) as theirs:
        opened = await mine.post("/mcp", headers=HEADERS, json=INITIALIZE)
        session = HEADERS | {"mcp-session-id": opened.headers["mcp-session-id"]}
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        assert (await theirs.post("/mcp", headers=session, json=ping)).status_code == 404
        assert (await theirs.delete("/mcp", headers=session)).status_code == 404
        assert (await mine.post("/mcp", headers=session, json=ping)).status_code == 200


# --- scopes


@pytest.mark.parametrize("era", ERAS)
async def test_a_caller_is_shown_and_given_what_its_scopes_allow(house: Served, era: Era) -> None:
    for held in SCOPES:
        allowed = {one.documented for one in OPERATIONS if set(one.scopes) <= {held}}
        async with agent(house, await house.make_key(held), era) as client:
            listed = {tool.name for tool in (await client.list_tools()).tools if tool.name.startswith("gateway_")}
            assert len(listed) == len(allowed), held
            for operation in OPERATIONS:
                if operation.documented not in allowed:
                    refused = await client.call_tool(operation.documented, {})
                    assert refused.is_error
                    assert "which this caller does not hold" in text_of(refused)


async def test_what_a_caller_says_of_itself_gives_it_nothing(house: Served, endpoint: LlmEndpoint) -> None:
    key = await house.make_key("read:health")
    more = {"scopes": ["*"], "_meta": {"scopes": ["*"], "progressToken": 1}}
    async with agent(house, key) as client:
        for arguments in ({**ASK, "scopes": ["*"]}, {**ASK, "caller": "local"}, ASK):
            refused = await client.call_tool("omniroute_route_request", arguments, meta={"scopes": ["*"]})
            assert "execute:completions" in text_of(refused)
    async with house.http(key) as http:
        call = {"name": "gateway_route", "arguments": ASK, **more}
        for headers in ({"x-scopes": "*"}, {"x-forwarded-user": "local"}, {"mcp-scopes": "*"}):
            request = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
            told = await http.post("/mcp?scope=*", headers=HEADERS | headers, json=request)
            assert "Hello." not in told.text
    assert endpoint.requests == []


async def test_an_unknown_tool_is_an_error_of_the_protocol(house: Served) -> None:
    async with agent(house) as client:
        for name in ("gateway_nothing", "GATEWAY_HEALTH", "gateway_health ", "servers_add", "keys_add"):
            with pytest.raises(MCPError, match="no tool"):
                await client.call_tool(name, {})


# --- money


async def test_a_keys_budget_holds_for_every_call_and_is_its_own(house: Served, endpoint: LlmEndpoint) -> None:
    # What an answer may cost at most is set aside: 4,096 tokens at $10 a million, and about 200 at $2 for the question.
    key = await house.make_key("execute:completions", "read:combos", budget_usd=0.0415)
    async with agent(house, key) as client, agent(house) as other:
        assert not (await client.call_tool("gateway_route", ASK)).is_error
        [access] = [each for each in await house.engine.access.keys() if each.day_budget is not None]
        assert access.spent_today == round(CALL_USD * 1_000_000)
        for tool, arguments in (("gateway_route", ASK), ("gateway_test", {"comboId": "main"})):
            refused = await client.call_tool(tool, arguments)
            assert refused.is_error
            assert "budget of $0.0415 a day would be passed: $0.0002 spent" in text_of(refused)
        assert not (await other.call_tool("gateway_route", ASK)).is_error
    assert len(endpoint.requests) == 2
    outcomes = [(call.tool, call.outcome, call.cost.microusd) for call in reversed(await house.audited())]
    assert outcomes == [
        ("gateway_route", "ok", 200),
        ("gateway_route", "refused", 0),
        ("gateway_test", "refused", 0),
        ("gateway_route", "ok", 200),
    ]


async def test_no_request_costs_more_than_was_set_aside_for_it(house: Served, endpoint: LlmEndpoint) -> None:
    key = await house.make_key("execute:completions", budget_usd=0.001)
    async with agent(house, key) as client:
        refused = await client.call_tool("gateway_route", {**ASK, "budget": 0.0005})
    assert refused.is_error
    assert endpoint.requests == []


# --- what is not there


@pytest.mark.parametrize(("tool", "arguments"), [("gateway_route", ASK), ("chat_completion", ASK)])
async def test_a_request_that_found_no_way_costs_its_key_nothing(
    house: Served, endpoint: LlmEndpoint, tool: str, arguments: dict[str, Any]
) -> None:
    house.engine.parts.gateway.trip(ProviderName("a"))
    async with agent(house, await house.make_key("*", budget_usd=1)) as client:
        assert "breaker is open" in text_of(await client.call_tool(tool, arguments))
    [held] = [key for key in await house.engine.access.keys() if key.day_budget]
    assert held.spent_today == 0
    assert endpoint.requests == []


def everything_on_disk(home: Path) -> str:
    return "\n".join(path.read_bytes().decode("latin-1") for path in home.rglob("*") if path.is_file())


async def test_no_call_writes_settings_starts_a_server_or_moves_a_key(house: Served, tmp_path: Path) -> None:
    spec = ServerSpec(ServerName("files"), "stdio", command="sh", args=("-c", "touch started"))
    hostile: list[dict[str, Any]] = [
        {"command": "sh", "args": ["-c", "touch started"], "name": "x"},
        {"server": spec.name, "url": "http://127.0.0.1:9/mcp"},
        {"provider": "a", "base_url": "http://evil.example/v1", "apiKey": "k"},
        {"model": "main", "messages": ASK["messages"], "base_url": "http://evil.example/v1"},
        {"comboId": "main", "active": True, "steps": ["evil/model"]},
        {"maxCost": 1, "action": "alert", "file": "config.toml"},
    ]
    providers = house.engine.settings.providers
    async with agent(house) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools if tool.name.startswith("gateway_")]
        for tool in tools:
            for arguments in hostile:
                assert (await client.call_tool(tool, arguments)).is_error, (tool, arguments)
    assert house.engine.parts.settings.providers == providers
    assert list(house.engine.parts.pool.statuses()) == []
    assert not (tmp_path / "config" / "config.toml").exists()
    assert list(tmp_path.rglob("started")) == []


async def test_no_word_of_a_call_or_its_answer_is_kept_by_serving(
    house: Served, endpoint: LlmEndpoint, tmp_path: Path
) -> None:
    asked = "canary-of-the-question-7Q"
    async with agent(house) as client:
        await client.call_tool("gateway_route", {**ASK, "messages": [{"role": "user", "content": asked}]})
        await client.call_tool("gateway_combo_metrics", {"comboId": asked})
    assert asked in json.dumps([seen.body for seen in endpoint.requests])
    assert len(await house.audited()) == 2
    kept = everything_on_disk(tmp_path)
    assert asked not in kept
    assert house.key not in kept
    assert house.key.partition("_")[2] not in kept


async def test_no_caller_s_key_is_sent_on(house: Served, endpoint: LlmEndpoint) -> None:
    async with agent(house) as client:
        await client.call_tool("gateway_route", ASK)
        await client.call_tool("gateway_models", {"refresh": True})
    seen = json.dumps([[dict(one.headers), one.body] for one in (*endpoint.requests, *endpoint.model_requests)])
    assert house.key not in seen
    assert endpoint.requests
    assert endpoint.model_requests
