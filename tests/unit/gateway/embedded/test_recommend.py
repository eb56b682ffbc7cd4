"""The chain recommended for a task is open, keeps the limits, and comes with its reason."""

import asyncio
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.gateway.embedded.stage import Script, Stage, says
from tui.domain.completion import TaskType
from tui.domain.errors import UsageError
from tui.domain.gateway import ComboSpec, ModelSpec
from tui.domain.gateway_routing import BestAnswer
from tui.domain.ids import ComboName, ProviderName
from tui.domain.money import Price
from tui.gateway.embedded.routing.recommend import recommend
from tui.gateway.embedded.routing.tasks import TASKS

FREE = Price(Decimal(0), Decimal(0))
CHEAP = Price(Decimal("0.1"), Decimal("0.4"))
DEAR = Price(Decimal(5), Decimal(25))


def slow(seconds: float) -> Script:
    return [says()[0], seconds, *says()[1:]]


def combo(name: str, *steps: str, enabled: bool = True) -> ComboSpec:
    return ComboSpec(ComboName(name), steps, enabled=enabled)


def stage_of(*combos: ComboSpec) -> Stage:
    """Four places: free and slow, cheap, dear with the largest window, and one of unknown price."""
    stage = Stage(
        {"free/m": [slow(8.0)], "cheap/m": [slow(2.0)], "dear/coder": [slow(1.0)], "dark/m": [slow(0.5)]},
        models={
            "free/m": ModelSpec("m", 32_000, price=FREE, tools=True),
            "cheap/m": ModelSpec("m", 128_000, price=CHEAP, tools=True),
            "dear/coder": ModelSpec("coder", 1_000_000, price=DEAR, tools=True),
            "dark/m": ModelSpec("m", 8_000, tools=False),
        },
        combos=combos,
    )
    stage.gateway._parts.catalog.switch(ComboName("main"), False)
    return stage


THREE = (combo("gratis", "free/m"), combo("budget", "cheap/m", "free/m"), combo("best", "dear/coder", "cheap/m"))


async def measured(*combos: ComboSpec) -> Stage:
    stage = stage_of(*combos)
    for step in stage.scripts:
        await stage.ask(step)
    return stage


async def best(
    stage: Stage, task: TaskType = "coding", cost: float | None = None, latency: float | None = None
) -> BestAnswer:
    return await recommend(task, stage.gateway._parts, cost, latency)


async def test_the_best_score_is_recommended_with_reason_and_figures() -> None:
    answer = await best(await measured(*THREE))
    assert answer.recommended is not None
    scores = [answer.recommended.score, *(one.score for one in answer.alternatives)]
    assert scores == sorted(scores, key=lambda score: -(score or 0))
    assert "score" in answer.recommended.reason
    assert [factor.name for factor in answer.recommended.factors][:2] == ["health", "quota"]
    assert len(answer.alternatives) == 2
    assert all("better" in one.reason or "worse" in one.reason for one in answer.alternatives)


async def test_a_limit_of_cost_holds_for_fallbacks_too() -> None:
    stage = await measured(*THREE, combo("slipping", "cheap/m", "dear/coder"))
    answer = await best(stage, cost=0.01)
    offered = {answer.recommended and answer.recommended.combo, *(one.combo for one in answer.alternatives)}
    assert offered == {"gratis", "budget"}
    refused = {one.combo: one.reason for one in answer.refused}
    assert refused["best"].startswith("dear/coder costs about $")
    assert refused["slipping"].startswith("dear/coder costs about $")


async def test_a_limit_of_latency_holds() -> None:
    answer = await best(await measured(*THREE), latency=1_500)
    assert answer.recommended is not None
    assert (answer.recommended.combo, answer.recommended.latency_ms) == ("best", 1_000)
    assert answer.alternatives == ()


async def test_what_nobody_measured_or_priced_keeps_no_limit() -> None:
    stage = stage_of(combo("new", "cheap/m"), combo("dark", "dark/m"))
    answer = await best(stage, "planning", latency=10_000)
    assert answer.recommended is None
    assert "mcp-tui gateway test new" in answer.reason
    answer = await best(stage, "planning", cost=1.0)
    assert answer.recommended is not None
    assert answer.recommended.combo == "new"
    assert any("unknown" in one.reason for one in answer.refused if one.combo == "dark")


async def test_what_is_switched_off_or_closed_is_never_recommended() -> None:
    stage = await measured(combo("off", "cheap/m", enabled=False), combo("closed", "free/m"))
    stage.gateway.trip(ProviderName("free"))
    answer = await best(stage)
    assert answer.recommended is None
    assert {one.combo: one.reason for one in answer.refused}["off"] == "it is switched off"
    assert "breaker is open" in {one.combo: one.reason for one in answer.refused}["closed"]
    assert answer.reason
    assert answer.free is None


async def test_work_with_tools_never_goes_where_no_tools_are_taken() -> None:
    stage = await measured(combo("dark", "dark/m"))
    assert (await best(stage, "coding")).recommended is None
    assert (await best(stage, "planning")).recommended is not None


async def test_the_free_alternative_costs_nothing_wherever_it_goes() -> None:
    answer = await best(await measured(*THREE))
    assert answer.free is not None
    assert (answer.free.combo, answer.free.cost_microusd) == ("gratis", 0)
    single = await best(await measured(*THREE[1:]))
    assert single.free is not None
    assert (single.free.combo, single.free.cost_microusd) == ("free/m", 0)
    assert (await best(stage_of(combo("a", "cheap/m")), latency=10)).free is None


async def test_without_chains_it_is_said() -> None:
    stage = stage_of()
    answer = await best(stage)
    assert answer.recommended is None
    assert "main" in answer.reason


@pytest.mark.parametrize(("cost", "latency"), [(-1.0, None), (None, 0.0), (None, float("nan"))])
async def test_limits_that_make_no_sense_are_refused(cost: float | None, latency: float | None) -> None:
    with pytest.raises(UsageError):
        await best(stage_of(), cost=cost, latency=latency)


COST_OF = {"free": 0, "cheap": 800, "dear": 45_000}
LATENCY_OF = {"free": 8_000, "cheap": 2_000, "dear": 1_000, "dark": 500}


@settings(max_examples=40, deadline=None)
@given(
    task=st.sampled_from(sorted(TASKS)),
    cost=st.none() | st.floats(0, 0.1),
    latency=st.none() | st.floats(1, 10_000),
    off=st.sets(st.sampled_from(["gratis", "budget", "best"])),
    tripped=st.sets(st.sampled_from(["free", "cheap", "dear"])),
)
def test_whatever_is_recommended_is_open_and_within_the_limits(
    task: TaskType, cost: float | None, latency: float | None, off: set[str], tripped: set[str]
) -> None:
    async def run() -> None:
        stage = await measured(*THREE)
        for name in off:
            stage.gateway._parts.catalog.switch(ComboName(name), False)
        for provider in tripped:
            stage.gateway.trip(ProviderName(provider))
        answer = await best(stage, task, cost, latency)
        steps = {one.name: one.steps for one in THREE}
        offered = [one for one in (answer.recommended, *answer.alternatives, answer.free) if one]
        assert len(offered) + len(answer.refused) >= len(THREE)
        for one in offered:
            places = [step.partition("/")[0] for step in steps.get(one.combo, (str(one.combo),))]
            open_ = [place for place in places if place not in tripped]
            assert one.combo not in off
            assert open_
            assert cost is None or all(COST_OF[place] <= round(cost * 1e6) for place in open_)
            assert latency is None or LATENCY_OF[open_[0]] <= latency

    asyncio.run(run())
