"""The sixteen operations as tools, by both names and in both eras, before a real endpoint."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, fail
from tests.integration.serve.agents import ERAS, Era, agent, answer, document, text_of
from tests.integration.serve.served import CALL_USD, Served, served
from tui.domain.ids import ProviderName
from tui.gateway.operations import OPERATIONS
from tui.serve.caller import local_caller
from tui.serve.catalog import Catalog, all_tools

ASK: Any = [{"role": "user", "content": "Say hello."}]
ARGUMENTS: dict[str, dict[str, Any]] = {
    "omniroute_get_health": {},
    "omniroute_list_combos": {"includeMetrics": True},
    "omniroute_get_combo_metrics": {"comboId": "main"},
    "omniroute_switch_combo": {"comboId": "main", "active": True},
    "omniroute_check_quota": {"provider": "a"},
    "omniroute_route_request": {"model": "main", "messages": ASK, "role": "coding", "budget": 0.5, "stream": False},
    "omniroute_cost_report": {"period": "day"},
    "omniroute_list_models_catalog": {"capability": "chat"},
    "omniroute_simulate_route": {"model": "main", "promptTokenEstimate": 2_000},
    "omniroute_set_budget_guard": {"maxCost": 1.0, "action": "degrade", "degradeToTier": "cheap"},
    "omniroute_set_resilience_profile": {"profile": "balanced"},
    "omniroute_test_combo": {"comboId": "main", "testPrompt": "Return the number 42."},
    "omniroute_get_provider_metrics": {"provider": "a"},
    "omniroute_best_combo_for_task": {"taskType": "coding", "budgetConstraint": 0.5, "latencyConstraint": 60_000},
    "omniroute_get_session_snapshot": {},
}


@pytest.mark.parametrize("era", ERAS)
async def test_every_tool_answers_by_both_names(house: Served, era: Era) -> None:
    own = {operation.documented: f"gateway_{operation.name.replace('-', '_')}" for operation in OPERATIONS}
    async with agent(house, era=era) as client:
        for tool, arguments in ARGUMENTS.items():
            # Of the tools it has listed, the client itself checks the answer against the schema.
            assert (await answer(client, own[tool], arguments)).keys() == (await answer(client, tool, arguments)).keys()
        routed = await answer(client, "omniroute_route_request", ARGUMENTS["omniroute_route_request"])
        explained = await answer(client, "omniroute_explain_route", {"requestId": routed["request_id"]})
    assert set(ARGUMENTS) | {"omniroute_explain_route"} == {operation.documented for operation in OPERATIONS}
    assert routed["response"] == {"content": "Hello.", "tokens": {"prompt": 50, "completion": 10}, "model": "fake-1"}
    assert (routed["routing"]["provider"], routed["routing"]["combo"]) == ("a", "main")
    assert routed["routing"]["cost"] == pytest.approx(CALL_USD)
    assert explained["decision"]["providerSelected"] == "a"
    assert explained["decision"]["costActual"] == pytest.approx(CALL_USD)


async def test_tools_are_listed_by_their_own_names_and_called_by_either(house: Served) -> None:
    async with agent(house) as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        own = await answer(client, "gateway_combos", {"includeMetrics": False})
        documented = await answer(client, "omniroute_list_combos", {"includeMetrics": False})
    assert {f"gateway_{one.name.replace('-', '_')}" for one in OPERATIONS} <= set(listed)
    assert not any(name.startswith("omniroute_") for name in listed)
    assert own == documented


async def test_on_request_they_are_listed_by_the_documented_names(house: Served) -> None:
    listed = Catalog(all_tools(house.engine), "omniroute").listed(local_caller())
    assert {operation.documented for operation in OPERATIONS} <= {tool.name for tool in listed}
    assert not any(tool.name.startswith("gateway_") for tool in listed)


async def test_what_tools_do_to_the_world_is_told_truly(house: Served) -> None:
    async with agent(house) as client:
        listed = (await client.list_tools()).tools
    hints = {tool.name: tool.annotations for tool in listed if tool.name.startswith("gateway_")}
    assert {name for name, each in hints.items() if each and not each.read_only_hint} == {
        *("gateway_route", "gateway_test", "gateway_switch", "gateway_budget", "gateway_resilience")
    }
    assert {name for name, each in hints.items() if each and each.destructive_hint} == {
        *("gateway_switch", "gateway_budget", "gateway_resilience")
    }
    assert {name for name, each in hints.items() if each and each.open_world_hint} == {
        *("gateway_route", "gateway_test", "gateway_models", "gateway_quota")
    }


async def test_a_tool_that_is_said_to_read_only_changes_nothing(house: Served, endpoint: LlmEndpoint) -> None:
    async with agent(house) as client:
        listed = (await client.list_tools()).tools
        aliases = {f"gateway_{one.name.replace('-', '_')}": one.documented for one in OPERATIONS}
        for tool in listed:
            if tool.annotations and tool.annotations.read_only_hint and tool.name in aliases:
                await client.call_tool(tool.name, ARGUMENTS.get(aliases[tool.name], {"requestId": "r"}))
    assert endpoint.requests == []
    assert (await house.spend()).session_microusd == 0


async def test_a_request_that_fails_is_an_error_that_says_why(tmp_path: Path) -> None:
    async with (
        LlmEndpoint(lambda seen: fail(401, {"error": {"message": "bad key"}})) as endpoint,
        served(tmp_path, {"a": endpoint}) as house,
        agent(house) as client,
    ):
        result = await client.call_tool("omniroute_route_request", {"model": "main", "messages": ASK})
    assert result.is_error
    assert result.structured_content is not None
    assert result.structured_content["outcome"] == "failed"
    assert result.structured_content["response"]["content"] == ""
    assert result.structured_content["response"]["tokens"] == {"prompt": None, "completion": None}
    assert "response.tokens.prompt" in result.structured_content["unknown"]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("omniroute_get_combo_metrics", {"comboId": "nowhere"}, "nowhere"),
        ("omniroute_get_combo_metrics", {}, "comboId"),
        ("omniroute_route_request", {"model": "main", "messages": []}, "messages"),
        ("omniroute_route_request", {"model": "main", "messages": [{"role": "root", "content": "x"}]}, "role"),
        ("omniroute_cost_report", {"period": "year"}, "period"),
        ("omniroute_switch_combo", {"comboId": "main", "active": "yes"}, "active"),
        ("omniroute_get_health", {"verbose": True}, "verbose"),
    ],
)
async def test_wrong_arguments_are_answered_with_what_is_wrong(
    house: Served, tool: str, arguments: dict[str, Any], said: str
) -> None:
    async with agent(house) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert said in text_of(result)


async def test_a_model_is_found_by_its_name_alone(house: Served) -> None:
    async with agent(house) as client:
        routed = await client.call_tool("omniroute_route_request", {"model": "fake-1", "messages": ASK})
    assert document(routed)["routing"]["provider"] == "a"


async def test_a_models_own_name_leads_past_a_provider_whose_breaker_is_open(
    tmp_path: Path, endpoint: LlmEndpoint
) -> None:
    asked = {"model": "fake-1", "messages": ASK}
    async with LlmEndpoint(lambda _: fail(500)) as broken, served(tmp_path, {"a": broken, "b": endpoint}) as house:
        house.engine.parts.gateway.trip(ProviderName("a"))
        async with agent(house) as client, house.openai() as openai:
            assert (await answer(client, "omniroute_route_request", asked))["routing"]["provider"] == "b"
            told = await client.call_tool("chat_completion", asked)
            assert told.structured_content is not None
            assert told.structured_content["model"] == "b/fake-1"
            assert (await openai.chat.completions.create(model="fake-1", messages=ASK)).model == "b/fake-1"
            assert (await answer(client, "get_model_info", {"model": "fake-1"}))["id"] == "b/fake-1"
            assert (await answer(client, "validate_model", {"model": "fake-1"}))["valid"]
    assert broken.requests == []
