"""A simulation goes the way the next request would go, and sends nothing."""

import pytest

from tests.unit.gateway.embedded.stage import Stage, fails, says
from tui.domain.errors import RefusedError, UsageError
from tui.domain.gateway import ModelSpec
from tui.domain.gateway_routing import SimulateAnswer
from tui.domain.ids import ProviderName
from tui.gateway.embedded.routing.simulation import simulate
from tui.gateway.embedded.routing.targets import checked_target

A, B = ProviderName("a"), ProviderName("b")


async def simulated(stage: Stage, target: str = "main", prompt_tokens: int = 1_000) -> SimulateAnswer:
    gateway = stage.gateway
    sent = len(stage.sent)
    answer = await simulate(target, prompt_tokens, gateway._parts, gateway._sender.served(target))
    assert len(stage.sent) == sent, "nothing is sent"
    return answer


def names(answer: SimulateAnswer) -> list[str]:
    return [step.provider for step in answer.path]


async def test_the_way_is_the_one_the_next_request_goes() -> None:
    for strategy in ("priority", "round-robin", "least-used", "cost-optimized", "latency-optimized", "auto"):
        stage = Stage({"a/m": [says()], "b/m": [says()], "c/m": [says()]}, strategy=strategy)
        for _ in range(4):
            expected = names(await simulated(stage))[0]
            await stage.ask()
            assert stage.sent[-1].partition("/")[0] == expected, strategy


async def test_the_chance_to_reach_a_place_is_that_all_before_it_fail() -> None:
    stage = Stage({"a/m": [fails("auth", 401), says()], "b/m": [says()]}, profile="aggressive")
    await stage.ask("a/m")
    stage.gateway.reset(A)
    for target in ("a/m", "a/m", "a/m", "b/m"):
        await stage.ask(target)
    answer = await simulated(stage)
    assert [step.reached for step in answer.path] == pytest.approx([1.0, 0.25])
    assert [step.probability for step in answer.path] == pytest.approx([0.75, 0.25])
    assert [step.measured_calls for step in answer.path] == [4, 1]
    assert "as often as it did" in answer.assumption
    assert answer.unknown == ()


async def test_behind_a_place_nobody_measured_chances_are_unknown() -> None:
    answer = await simulated(Stage({"a/m": [says()], "b/m": [says()]}))
    assert [(step.reached, step.probability) for step in answer.path] == [(1.0, None), (None, None)]
    assert "probability" in answer.unknown


async def test_best_and_worst_case_are_the_first_answer_and_paying_everywhere() -> None:
    answer = await simulated(Stage({"a/m": [says()], "b/m": [says()]}))
    once = 1_000 * 2 + 4_096 * 10
    assert (answer.best_case_microusd, answer.worst_case_microusd) == (once, 2 * once)
    stage = Stage({"a/m": [says()], "b/m": [says()]}, models={"b/m": ModelSpec("m")})
    answer = await simulated(stage)
    assert (answer.best_case_microusd, answer.worst_case_microusd) == (once, None)
    assert "worst_case_microusd" in answer.unknown


async def test_the_worst_case_counts_on_no_measured_luck() -> None:
    stage = Stage({"a/m": [says()], "b/m": [says()]})
    await stage.ask()
    answer = await simulated(stage)
    assert answer.path[1].reached == 0
    assert answer.worst_case_microusd == 2 * (answer.best_case_microusd or 0)


async def test_what_is_closed_is_left_out_with_its_state_and_reason() -> None:
    stage = Stage({"a/m": [says()], "b/m": [says()]})
    stage.gateway.trip(A)
    answer = await simulated(stage)
    assert names(answer) == ["b"]
    [closed] = answer.left_out
    assert (closed.provider, closed.breaker, closed.open, closed.probability) == ("a", "OPEN", False, 0.0)
    assert "tripped by hand" in closed.reason


@pytest.mark.parametrize("strategy", ["weighted", "random"])
async def test_where_luck_decides_chances_are_averages_over_many_draws(strategy: str) -> None:
    stage = Stage({"a/m": [says()], "b/m": [says()]}, strategy=strategy)
    for target in ("a/m", "b/m"):
        await stage.ask(target)
    first = await simulated(stage)
    assert first == await simulated(stage), "the same dice every time"
    assert sum(step.probability or 0 for step in first.path) == pytest.approx(1)
    assert all(0.4 < (step.probability or 0) < 0.6 for step in first.path)


async def test_a_round_robin_simulated_twice_is_the_same_turn() -> None:
    stage = Stage({"a/m": [says()], "b/m": [says()]}, strategy="round-robin")
    await stage.ask()
    assert names(await simulated(stage)) == names(await simulated(stage)) == ["b", "a"]


async def test_a_size_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError):
        await simulated(Stage({"a/m": [says()]}), prompt_tokens=0)


async def test_targets_are_checked_by_name() -> None:
    catalog = Stage({"a/m": [says()]}).gateway._parts.catalog
    assert checked_target(catalog, "a/anything") == "a/anything"
    assert checked_target(catalog, "ignored", "main") == "main"
    with pytest.raises(UsageError) as caught:
        checked_target(catalog, "mian")
    assert "main" in caught.value.hint
    with pytest.raises(UsageError):
        checked_target(catalog, "a/m", "nothing")
    catalog.switch(catalog.combos[0].name, False)
    with pytest.raises(RefusedError) as off:
        checked_target(catalog, "main")
    assert "switched off" in off.value.message


async def test_more_places_than_attempts_are_never_reached() -> None:
    stage = Stage({f"p{number}/m": [fails("auth", 401)] for number in range(8)}, profile="aggressive")
    for step in stage.scripts:
        await stage.ask(step)
        stage.gateway.reset(ProviderName(step.partition("/")[0]))
    answer = await simulated(stage)
    assert [step.reached for step in answer.path] == [1.0] * 6 + [0.0] * 2
