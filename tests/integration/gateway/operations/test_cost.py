"""The cost report is the ledger, and the ledger is the provider's bill, to the micro-dollar."""

import asyncio
import itertools
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.llm_endpoint import fail, say
from tests.integration.gateway.operations.rig import CALL_MICROUSD, Rig, endpoint
from tests.unit.gateway.embedded.stage import PRICE, Script, Stage, calls, cut, fails, says
from tui.domain.completion import Usage
from tui.domain.gateway import BudgetSpec, ModelSpec
from tui.domain.gateway_accounts import CostPeriod
from tui.domain.gateway_figures import CostShare
from tui.domain.money import MicroUsd
from tui.gateway.embedded.answers.cost import period_start
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.storage.database import Database
from tui.storage.spend import SpendStore
from tui.storage.usage import UsageStore

PERIODS = ("session", "day", "week", "month")


def ledger_sum(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        return int(connection.execute("SELECT SUM(cost_microusd) FROM charges").fetchone()[0] or 0)


@pytest.mark.parametrize("period", PERIODS)
async def test_every_period_equals_the_ledger_and_says_how_each_figure_was_found(tmp_path: Path, period: str) -> None:
    reported = say("hi", usage={"prompt_tokens": 5, "completion_tokens": 5, "cost": 0.000123})
    replies = [fail(503), say("hi"), reported, fail(400), say("hi")]
    async with Rig(tmp_path, {"a": endpoint(*replies), "b": endpoint(say("hi"))}) as rig:
        for _ in replies:
            await rig.ask()
        report = await rig.gateway.cost(period)  # type: ignore[arg-type]
        assert report.total.microusd == ledger_sum(tmp_path / "db") == 3 * CALL_MICROUSD + 123
        assert sum(one.figures.microusd for one in report.providers) == report.total.microusd
        assert sum(one.figures.microusd for one in report.models) == report.total.microusd
        assert (report.total.requests, report.total.calls) == (5, 6)
        assert CostShare("reported", 1, 123) in report.total.shares
        assert [one.provider for one in report.providers] == ["a", "b"], "dearest first"
        assert report.budget.lines[0].spent_microusd == report.total.microusd


async def test_unknown_costs_are_counted_and_not_summed(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}, model=ModelSpec("fake-1")) as rig:
        await rig.ask()
        total = (await rig.gateway.cost()).total
        assert (total.microusd, total.unknown_calls) == (0, 1)
        assert total.shares == (CostShare("unknown", 1, None),)


def test_periods_begin_with_the_calendar_in_utc() -> None:
    at = datetime(2026, 11, 21, 2, 30, tzinfo=UTC).timestamp()
    starts = {period: period_start(period, at) for period in PERIODS}  # type: ignore[arg-type]
    told = {name: datetime.fromtimestamp(at, UTC).isoformat()[:16] for name, at in starts.items() if at is not None}
    assert told == {"day": "2026-11-21T00:00", "week": "2026-11-16T00:00", "month": "2026-11-01T00:00"}
    assert starts["session"] is None


# --- many calls with faults


def scripts() -> Iterator[Script]:
    """Answers and faults in turn; what each bills is counted by the stage, a cut one bills nothing it tells of."""
    kinds = [
        says(),
        says(usage=Usage(7, 3)),
        fails(),
        fails("rate-limit", 429, retry_after_s=0.0),
        calls(),
        fails("request", 400),
        cut("x" * 40),
        says(usage=Usage(1_234, 56)),
    ]
    return itertools.cycle(kinds)


async def bill_of(count: int, at_once: int, path: Path) -> None:
    clock = FakeClock()
    database = await Database.open(path)
    answers = scripts()
    stage = Stage({"a/m": [next(answers) for _ in range(4 * count)], "b/m": [says()]}, clock=clock)
    stage.ledger = SpendStore(database)  # type: ignore[assignment]
    stage.gateway = with_history(stage, database)
    pending = iter(range(count))

    async def caller() -> None:
        for _ in pending:
            async for _ in stage.gateway.stream(stage.request()):
                pass
            stage.gateway.reset(stage.gateway._parts.catalog.providers[0].name)

    await asyncio.gather(*(caller() for _ in range(at_once)))
    await stage.gateway.close()
    report = await stage.gateway.cost("session")
    await database.close()
    assert report.total.requests == count
    assert report.total.microusd == ledger_sum(path)
    estimated = sum(share.microusd or 0 for share in report.total.shares if share.source == "estimated")
    assert report.total.microusd - estimated == stage.billed
    assert sum(share.calls for share in report.total.shares if share.source == "estimated") > 0
    assert report.total.unknown_calls == 0
    assert estimated % PRICE.of(5, 10) == 0


def with_history(stage: Stage, database: Database) -> EmbeddedGateway:
    gateway = stage.another_run()
    gateway._parts.history = UsageStore(database)
    return gateway


async def test_the_ledger_is_the_bill_over_many_calls_with_faults(tmp_path: Path) -> None:
    await bill_of(300, 8, tmp_path / "db")


@pytest.mark.long
async def test_the_ledger_is_the_bill_over_ten_thousand_calls_with_faults(tmp_path: Path) -> None:
    await bill_of(10_000, 64, tmp_path / "db")


# --- a limit and many callers

DEAR = say("hi", usage={"prompt_tokens": 50, "completion_tokens": 40})
"""An answer four times as long as was asked for: 300 micro-dollars more than planned."""
ERROR_MICROUSD = 300


async def test_sixty_four_parallel_callers_overshoot_a_limit_by_no_more_than_one_reservations_error(
    tmp_path: Path,
) -> None:
    limit = BudgetSpec(session_microusd=MicroUsd(20 * CALL_MICROUSD))
    async with Rig(tmp_path, {"a": endpoint(DEAR, say("hi"))}, budget=limit) as rig:
        gateways = [rig.gateway, await rig.another_process()]
        text = "x" * 4 * 50
        told = await asyncio.gather(
            *(rig.ask("a/fake-1", text, gateways[number % 2], max_output_tokens=10) for number in range(64))
        )
        outcomes = Counter(one.end.failure for one in told)
        spent = (await rig.gateway.cost()).total.microusd
        assert spent == ledger_sum(tmp_path / "db") == CALL_MICROUSD * outcomes[None] + ERROR_MICROUSD
        assert outcomes["budget"] == 64 - outcomes[None]
        assert 18 * CALL_MICROUSD <= spent <= 20 * CALL_MICROUSD + ERROR_MICROUSD
        assert len(rig.endpoints["a"].requests) == outcomes[None], "what is refused is never sent"
        assert (await gateways[1].budget()).lines[0].reserved_microusd == 0


@pytest.mark.parametrize("period", PERIODS)
async def test_spend_over_time_sums_up_to_the_period(tmp_path: Path, period: CostPeriod) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        for _ in range(3):
            await rig.ask()
        report = await rig.gateway.cost(period)
        assert sum(step.microusd for step in report.over_time) == report.total.microusd == 3 * CALL_MICROUSD
        assert report.step_s is not None
        assert report.forecasts == (), "there is no limit"


async def test_each_limit_has_a_forecast(tmp_path: Path) -> None:
    clock = FakeClock()
    budget = BudgetSpec(session_microusd=MicroUsd(1_000_000), month_microusd=MicroUsd(1_000_000))
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}, budget=budget, clock=clock) as rig:
        await rig.ask()
        session, month = (await rig.gateway.cost()).forecasts
        assert (session.scope, session.per_hour_microusd, session.reached_at) == ("session", None, None)
        clock.advance(600)
        session, month = (await rig.gateway.cost()).forecasts
        assert session.per_hour_microusd == 6 * CALL_MICROUSD
        assert session.reached_at == pytest.approx(clock.wall() + 600 * (1_000_000 / CALL_MICROUSD - 1))
        assert (month.scope, month.reached_at) == ("month", None)
