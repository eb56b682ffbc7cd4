"""The documented client examples and use cases, run as they are written against the served half."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.fakes.llm_endpoint import LlmEndpoint, fail, say
from tests.integration.cli.program import Program
from tests.integration.serve.agents import agent
from tests.integration.serve.served import MODEL, Served, served
from tui.domain.gateway import ModelSpec

SONNET = ModelSpec("claude-sonnet-4", context_tokens=200_000, price=MODEL.price, tools=True)


@pytest.fixture
async def endpoint() -> AsyncIterator[LlmEndpoint]:
    async with LlmEndpoint(lambda seen: say('print("hello world")')) as endpoint:
        yield endpoint


@pytest.fixture
async def house(tmp_path: Path, endpoint: LlmEndpoint) -> AsyncIterator[Served]:
    async with served(tmp_path / "served", {"claude": endpoint}, SONNET) as house:
        yield house


@asynccontextmanager
async def connected(program: Program, endpoint: LlmEndpoint) -> AsyncIterator[ClientSession]:
    """A session over stdio with the installed command, as `mcpServers` of a client's settings would start it."""
    program.config_file.write_text(
        f"""
[[providers]]
name = "claude"
base_url = "{endpoint.base_url}"

[[providers.models]]
id = "claude-sonnet-4"
input_usd_per_million = 2.0
output_usd_per_million = 10.0

[[combos]]
name = "main"
steps = ["claude/claude-sonnet-4"]
"""
    )
    server = StdioServerParameters(
        command=program.command, args=["serve", "--names", "omniroute"], env=dict(program.environ)
    )
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        yield session


async def call(session: Any, tool: str, arguments: dict[str, Any] | None = None) -> Any:
    result = await session.call_tool(tool, arguments or {})
    assert not result.is_error, result.content[0].text
    return json.loads(result.content[0].text)


# --- client examples


async def test_python_full_agent_workflow(program: Program, endpoint: LlmEndpoint) -> None:
    async with connected(program, endpoint) as session:
        health = await call(session, "omniroute_get_health", {})
        assert [breaker["state"] for breaker in health["circuitBreakers"]] == ["CLOSED"]
        combos = await call(session, "omniroute_list_combos", {"includeMetrics": True})
        assert combos["combos"][0]["models"][0]["model"] == "claude-sonnet-4"
        best = await call(
            session,
            "omniroute_best_combo_for_task",
            {"taskType": "coding", "budgetConstraint": 0.50, "latencyConstraint": 5000},
        )
        # Nothing was measured yet, so no chain is known to answer within five seconds.
        assert best["recommendedCombo"] is None
        assert "not measured" in best["reason"]
        budget = await call(
            session, "omniroute_set_budget_guard", {"maxCost": 1.00, "action": "degrade", "degradeToTier": "cheap"}
        )
        assert (budget["budgetTotal"], budget["action"]) == (1.0, "degrade")
        response = await call(
            session,
            "omniroute_route_request",
            {
                "model": "claude-sonnet-4",
                "messages": [{"role": "user", "content": "Write a Python hello world"}],
                "role": "coding",
            },
        )
        assert response["response"]["content"] == 'print("hello world")'
        snapshot = await call(session, "omniroute_get_session_snapshot", {})
        assert (snapshot["requestCount"], snapshot["topModels"][0]["count"]) == (1, 1)


async def test_typescript_programmatic_agent(program: Program, endpoint: LlmEndpoint) -> None:
    async with connected(program, endpoint) as session:
        quota = await call(session, "omniroute_check_quota", {"provider": "claude"})
        assert quota["providers"][0]["provider"] == "claude"
        simulation = await call(
            session, "omniroute_simulate_route", {"model": "claude-sonnet-4", "promptTokenEstimate": 2000}
        )
        assert simulation["fallbackTree"]["primary"] == "claude/claude-sonnet-4"
        result = await call(
            session,
            "omniroute_route_request",
            {"model": "claude-sonnet-4", "messages": [{"role": "user", "content": "Explain async/await"}]},
        )
        assert result["routing"]["provider"] == "claude"
        costs = await call(session, "omniroute_cost_report", {"period": "session"})
        assert costs["totalCost"] == pytest.approx(result["routing"]["cost"])


async def test_go_http_client_with_the_addresses_served_here(house: Served) -> None:
    headers = {"authorization": f"Bearer {house.key}"}
    async with httpx.AsyncClient(base_url=house.url, headers=headers, trust_env=False, timeout=30) as http:
        models = (await http.get("/v1/models")).json()
        assert "claude/claude-sonnet-4" in [model["id"] for model in models["data"]]
        payload = {
            "model": "claude-sonnet-4",
            "messages": [{"role": "user", "content": "Hello from Go!"}],
            "stream": False,
        }
        told = await http.post("/v1/chat/completions", json=payload)
        assert told.json()["choices"][0]["message"]["content"] == 'print("hello world")'


# --- use cases


async def auto_healing(session: Any) -> str | None:
    """One round of the loop."""
    data = await call(session, "omniroute_get_health", {})
    broken = [cb for cb in data["circuitBreakers"] if cb["state"] == "OPEN"]
    if broken:
        await call(session, "omniroute_set_resilience_profile", {"profile": "conservative"})
        best_data = await call(session, "omniroute_best_combo_for_task", {"taskType": "coding"})
        combo_id: str = best_data["recommendedCombo"]["id"]
        await call(session, "omniroute_switch_combo", {"comboId": combo_id, "active": True})
        return combo_id
    return None


async def test_use_case_1_auto_healing_agent(tmp_path: Path) -> None:
    async with (
        LlmEndpoint(lambda seen: fail(500)) as broken,
        LlmEndpoint(lambda seen: say("ok")) as sound,
        served(tmp_path, {"broken": broken, "sound": sound}) as house,
        agent(house) as session,
    ):
        assert await auto_healing(session) is None
        for _ in range(12):
            await session.call_tool(
                "omniroute_route_request", {"model": "main", "messages": [{"role": "user", "content": "hi"}]}
            )
        assert await auto_healing(session) == "main"


async def budget_aware_coding(session: Any, task: str, max_budget: float) -> str:
    await call(
        session, "omniroute_set_budget_guard", {"maxCost": max_budget, "action": "degrade", "degradeToTier": "cheap"}
    )
    sim_data = await call(
        session,
        "omniroute_simulate_route",
        {"model": "claude-sonnet-4", "promptTokenEstimate": len(task.split()) * 2},
    )
    estimated_cost = sim_data["fallbackTree"]["bestCaseCost"]
    assert f"Estimated cost: ${estimated_cost:.4f}" == "Estimated cost: $0.0410"
    result = await call(
        session,
        "omniroute_route_request",
        {"model": "claude-sonnet-4", "messages": [{"role": "user", "content": task}], "role": "coding"},
    )
    snap_data = await call(session, "omniroute_get_session_snapshot", {})
    assert f"Session cost: ${snap_data['costTotal']:.4f}" == "Session cost: $0.0002"
    assert snap_data.get("budgetGuard")
    assert f"Budget remaining: ${snap_data['budgetGuard']['remaining']:.4f}" == "Budget remaining: $0.4998"
    content: str = result["response"]["content"]
    return content


async def test_use_case_2_budget_aware_coding_agent(program: Program, endpoint: LlmEndpoint) -> None:
    async with connected(program, endpoint) as session:
        assert await budget_aware_coding(session, "write a hello world", 0.5) == 'print("hello world")'


async def test_use_case_3_combo_benchmarking_agent(program: Program, endpoint: LlmEndpoint) -> None:
    async with connected(program, endpoint) as session:
        combo_list = (await call(session, "omniroute_list_combos", {"includeMetrics": True}))["combos"]
        results = []
        for combo in combo_list:
            if not combo["enabled"]:
                continue
            test_data = await call(
                session, "omniroute_test_combo", {"comboId": combo["id"], "testPrompt": "Return the number 42."}
            )
            results.append(
                {
                    "combo": combo["name"],
                    "fastest": test_data["summary"]["fastestProvider"],
                    "cheapest": test_data["summary"]["cheapestProvider"],
                    "success_rate": f"{test_data['summary']['successful']}/{test_data['summary']['totalProviders']}",
                }
            )
        place = "claude/claude-sonnet-4"
        assert results == [{"combo": "main", "fastest": place, "cheapest": place, "success_rate": "1/1"}]


async def test_use_case_4_post_mortem_debugging_agent(program: Program, endpoint: LlmEndpoint) -> None:
    async with connected(program, endpoint) as session:
        routed = await call(
            session, "omniroute_route_request", {"model": "main", "messages": [{"role": "user", "content": "hi"}]}
        )
        data = await call(session, "omniroute_explain_route", {"requestId": routed["request_id"]})
        decision = data["decision"]
        assert (decision["providerSelected"], decision["modelUsed"]) == ("claude", "claude-sonnet-4")
        told = [f"{factor['name']}: {factor['value']} (weight: {factor['weight']})" for factor in decision["factors"]]
        assert len(told) == len(decision["factors"])
        assert len(decision["fallbacksTriggered"]) == 0


async def test_use_case_5_model_discovery_agent(program: Program, endpoint: LlmEndpoint) -> None:
    async with connected(program, endpoint) as session:
        models = (await call(session, "omniroute_list_models_catalog", {"capability": "chat"}))["models"]
        priced = [m for m in models if m["status"] == "available" and m.get("pricing")]
        priced.sort(key=lambda m: m["pricing"]["inputPerMillion"] or float("inf"))
        told = []
        for m in priced[:5]:
            input_cost = m["pricing"]["inputPerMillion"] or 0
            output_cost = m["pricing"]["outputPerMillion"] or 0
            told.append(f"{m['id']} ({m['provider']}): ${input_cost}/M in, ${output_cost}/M out")
        assert "claude-sonnet-4 (claude): $2.0/M in, $10.0/M out" in told


async def test_the_examples_may_run_side_by_side(program: Program, endpoint: LlmEndpoint) -> None:
    async with connected(program, endpoint) as session:
        await asyncio.gather(
            *(
                call(session, tool)
                for tool in ("omniroute_get_health", "omniroute_list_combos", "omniroute_check_quota")
            )
        )
