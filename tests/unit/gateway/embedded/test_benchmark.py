"""A trial asks every place of a chain once, for real, and within its bounds."""

import asyncio
from decimal import Decimal

import pytest

from tests.unit.gateway.embedded.stage import OPENED, Script, Stage, fails, says
from tui.domain.errors import UsageError
from tui.domain.gateway import BudgetSpec, ComboSpec, ModelSpec
from tui.domain.gateway_routing import TestAnswer
from tui.domain.ids import ComboName, ProviderName
from tui.domain.money import Cost, MicroUsd, Price
from tui.gateway.embedded.routing.benchmark import MAX_COST_MICROUSD, MAX_OUTPUT_TOKENS, MAX_PROMPT_CHARS, benchmark


async def tried(stage: Stage, prompt: str = "ready?") -> TestAnswer:
    parts = stage.gateway._parts
    answer = await benchmark(parts.catalog.combos[0], prompt, parts.catalog, stage.gateway._sender)
    await parts.chores.close()
    return answer


def slow(seconds: float) -> Script:
    return [says()[0], seconds, *says()[1:]]


async def test_every_place_is_asked_once_and_compared() -> None:
    cheap = ModelSpec("m", price=Price(Decimal(1), Decimal(1)))
    stage = Stage(
        {"a/m": [says()], "b/m": [slow(0.4)], "c/m": [fails()]},
        models={"b/m": cheap},
    )
    answer = await tried(stage)
    assert sorted(stage.sent) == ["a/m", "b/m", "c/m"], "no second try, no other place"
    assert [(one.provider, one.success, one.error) for one in answer.trials] == [
        ("a", True, ""),
        ("b", True, ""),
        ("c", False, "it is down"),
    ]
    assert (answer.fastest, answer.cheapest) == ("a/m", "b/m")
    assert answer.trials[0].text == "hello"
    assert answer.cost == Cost(MicroUsd(3_000 + 1_100), "computed")
    assert stage.ledger.spent == 4_100
    assert not stage.ledger.holds


async def test_all_places_are_asked_at_once() -> None:
    gate = asyncio.Event()
    stage = Stage({"a/m": [[OPENED, gate, *says()[1:]]], "b/m": [[OPENED, gate, *says()[1:]]]})
    trying = asyncio.create_task(tried(stage))
    while len(stage.sent) < 2:
        await asyncio.sleep(0)
    gate.set()
    assert all(trial.success for trial in (await trying).trials)


async def test_a_trial_is_bounded_in_tokens_time_and_money() -> None:
    dear = ModelSpec("m", price=Price(Decimal(1), Decimal(1_000)))
    stage = Stage({"a/m": [says()], "b/m": [says()]}, models={"b/m": dear})
    answer = await tried(stage)
    [request] = stage.upstreams["a"].requests
    assert (request.max_output_tokens, request.max_cost_microusd) == (MAX_OUTPUT_TOKENS, MAX_COST_MICROUSD)
    assert request.timeout_s <= 30
    assert stage.sent == ["a/m"]
    assert "budget of $0.05" in answer.trials[1].error


async def test_a_spent_budget_holds_for_trials_and_sends_them_nowhere_else() -> None:
    free = ModelSpec("m", price=Price(Decimal(0), Decimal(0)))
    budget = BudgetSpec(session_microusd=MicroUsd(10), action="degrade")
    stage = Stage({"a/m": [says()], "b/m": [says()]}, budget=budget, models={"b/m": free})
    parts = stage.gateway._parts
    only = ComboSpec(ComboName("only"), ("a/m",))
    answer = await benchmark(only, "hi", parts.catalog, stage.gateway._sender)
    assert stage.sent == [], "the cheaper place is not what is being tried"
    assert "budget" in answer.trials[0].error
    assert (answer.fastest, answer.cheapest) == ("", "")


async def test_an_open_breaker_is_reported_and_left_alone() -> None:
    stage = Stage({"a/m": [says()], "b/m": [says()]})
    stage.gateway.trip(ProviderName("a"))
    answer = await tried(stage)
    assert stage.sent == ["b/m"]
    assert "breaker is open" in answer.trials[0].error
    assert (answer.trials[0].latency_ms, answer.trials[0].cost) == (None, Cost(MicroUsd(0), "computed"))


async def test_a_place_of_an_unknown_provider_is_reported() -> None:
    stage = Stage({"a/m": [says()]})
    combo = ComboSpec(ComboName("odd"), ("nobody/x", "a/m"))
    answer = await benchmark(combo, "hi", stage.gateway._parts.catalog, stage.gateway._sender)
    assert "nobody" in answer.trials[0].error
    assert answer.trials[1].success


@pytest.mark.parametrize("prompt", ["", "  ", "x" * (MAX_PROMPT_CHARS + 1)])
async def test_a_prompt_must_fit_a_trial(prompt: str) -> None:
    with pytest.raises(UsageError):
        await tried(Stage({"a/m": [says()]}), prompt)


async def test_trials_teach_the_strategies() -> None:
    stage = Stage({"a/m": [slow(0.9)], "b/m": [slow(0.1)]}, strategy="latency-optimized")
    await tried(stage)
    await stage.ask()
    assert stage.sent[-1] == "b/m"
