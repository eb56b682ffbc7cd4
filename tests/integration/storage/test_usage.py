"""What happened is told from the ledger: counts, percentiles, and sums that equal its rows."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.integration.storage.test_spend import DAY, NOW, charge, hold
from tui.domain.completion import Usage
from tui.domain.gateway_accounts import SpendStep
from tui.domain.gateway_figures import CostShare
from tui.domain.ids import ComboName, ProviderName, RequestId
from tui.domain.money import Cost, MicroUsd
from tui.domain.spend import Charge, Limits
from tui.domain.usage import LastFailure, Selection, UsageRecord
from tui.gateway.ports import UsageHistory
from tui.storage.database import Database
from tui.storage.schema import migrate, migrations
from tui.storage.spend import SpendStore
from tui.storage.usage import UsageStore


@pytest.fixture
def spend(database: Database) -> SpendStore:
    return SpendStore(database)


@pytest.fixture
def usage(database: Database) -> UsageStore:
    return UsageStore(database)


def attempt(number: int, **more: Any) -> Charge:
    """One attempt of a request of its own, 10 micro-dollars, unless told otherwise."""
    return replace(
        charge(hold(number), 10), **{"provider": ProviderName("groq"), "request_id": RequestId(f"r{number}")} | more
    )


def failed(number: int, **more: Any) -> Charge:
    return attempt(number, **{"outcome": "failed", "failure": "provider-down", "status": 503} | more)


def test_the_store_is_what_the_gateway_asks_for(usage: UsageStore) -> None:
    history: UsageHistory = usage
    assert history


async def test_percentiles_are_those_of_successes_by_nearest_rank(spend: SpendStore, usage: UsageStore) -> None:
    for number in range(1, 101):
        await spend.settle(attempt(number, latency_ms=number * 10))
    await spend.settle(failed(200, latency_ms=99_999))
    figures = (await usage.attempts(Selection())).figures
    assert (figures.requests, figures.successes, figures.errors) == (101, 100, 1)
    assert (figures.average_ms, figures.p50_ms, figures.p95_ms, figures.p99_ms) == (505, 500, 950, 990)


async def test_without_calls_nothing_is_known(usage: UsageStore) -> None:
    record = await usage.attempts(Selection(provider=ProviderName("groq")))
    assert record == UsageRecord(record.figures, {})
    assert (record.figures.requests, record.figures.success_rate, record.figures.p50_ms) == (0, None, None)


async def test_cancelled_calls_are_neither_success_nor_error(spend: SpendStore, usage: UsageStore) -> None:
    await spend.settle(attempt(1))
    await spend.settle(attempt(2, outcome="cancelled"))
    figures = (await usage.attempts(Selection())).figures
    assert (figures.cancelled, figures.errors, figures.success_rate, figures.cost.microusd) == (1, 0, 1.0, 20)


async def test_a_request_with_three_attempts_counts_once(spend: SpendStore, usage: UsageStore) -> None:
    one = RequestId("one")
    await spend.settle(failed(1, request_id=one, latency_ms=100))
    await spend.settle(failed(2, request_id=one, latency_ms=100, fallback=True))
    await spend.settle(attempt(3, request_id=one, latency_ms=300, fallback=True, provider=ProviderName("openai")))
    figures = (await usage.requests(Selection())).figures
    assert (figures.requests, figures.successes, figures.errors, figures.fallbacks) == (1, 1, 0, 1)
    assert (figures.p50_ms, figures.cost.calls, figures.cost.requests) == (500, 3, 1)
    assert list(await usage.providers(Selection())) == ["groq", "openai"]


async def test_a_request_that_goes_on_after_a_failed_attempt_has_not_failed_yet(
    spend: SpendStore, usage: UsageStore
) -> None:
    await spend.settle(failed(1, request_id=RequestId("one")))
    await spend.reserve(replace(hold(2), request_id=RequestId("one")), Limits())
    assert (await usage.requests(Selection())).figures.requests == 0
    assert (await usage.attempts(Selection())).figures.errors == 1
    await spend.settle(failed(2, request_id=RequestId("one")))
    assert (await usage.requests(Selection())).figures.errors == 1


SELECTIONS = [
    ("provider", {"provider": ProviderName("openai")}),
    ("combo", {"combo": ComboName("main")}),
    ("session_id", {"session_id": "other"}),
    ("since", {"at": NOW + 1}),
]


@pytest.mark.parametrize(("field", "apart"), SELECTIONS, ids=[field for field, _ in SELECTIONS])
async def test_each_selection_holds_only_its_own(
    spend: SpendStore, usage: UsageStore, field: str, apart: dict[str, Any]
) -> None:
    await spend.settle(attempt(1))
    await spend.settle(attempt(2, **apart))
    selection = Selection(**{field: next(iter(apart.values()))})
    for record in (await usage.attempts(selection), await usage.requests(selection)):
        assert (record.figures.requests, record.figures.cost.calls) == (1, 1)


async def test_failures_are_told_by_kind_with_the_newest(spend: SpendStore, usage: UsageStore) -> None:
    await spend.settle(failed(1))
    await spend.settle(failed(2, at=NOW + 2, status=500))
    await spend.settle(failed(3, at=NOW + 1, failure="rate-limit", status=429))
    record = await usage.attempts(Selection())
    assert record.failures == {"provider-down": 2, "rate-limit": 1}
    assert record.last_failure == LastFailure(NOW + 2, "provider-down", 500)
    assert record.first_at == NOW


async def test_how_each_cost_was_found_is_told_apart(spend: SpendStore, usage: UsageStore) -> None:
    for number, cost in enumerate((Cost(MicroUsd(5), "reported"), Cost(MicroUsd(7), "estimated"), Cost.unknown())):
        await spend.settle(attempt(number, cost=cost, usage=Usage(100, None)))
    cost = (await usage.attempts(Selection())).figures.cost
    assert cost.shares == (CostShare("estimated", 1, 7), CostShare("reported", 1, 5), CostShare("unknown", 1, None))
    assert (cost.microusd, cost.unknown_calls, cost.input_tokens, cost.output_tokens) == (12, 1, 300, 0)
    rows = {row.source: row for row in await usage.spent_in_session("s")}
    assert {source: (row.calls, row.microusd) for source, row in rows.items()} == {
        "estimated": (1, 7),
        "reported": (1, 5),
        "unknown": (1, 0),
    }


async def test_days_are_summed_by_model(spend: SpendStore, usage: UsageStore) -> None:
    for number in range(10):
        await spend.settle(attempt(number, at=NOW + number * DAY / 2, model=f"m{number % 2}", fallback=number == 9))
    rows = await usage.spent_on_days(NOW, NOW + 5 * DAY)
    assert sorted((row.model, row.calls, row.requests, row.microusd) for row in rows) == [
        ("m0", 5, 5, 50),
        ("m1", 5, 4, 50),
    ]
    assert sum(row.calls for row in await usage.spent_on_days(NOW, NOW)) < 10


async def test_a_ledger_of_the_first_schema_keeps_its_sums(tmp_path: Path) -> None:
    path = tmp_path / "db"
    old = sqlite3.connect(path, isolation_level=None)
    migrate(old, migrations()[:1])
    row = (
        "('{0}', '{0}', NULL, 's', 'groq', 'm', NULL, 'complete', NULL, 200, 9, 2, NULL, NULL, 0, {1}, '{2}',"
        " 5, 1, 0, {3}, 0)"
    )
    rows = [row.format("a", 40, "reported", NOW), row.format("b", "NULL", "unknown", NOW + DAY)]
    old.execute(f"INSERT INTO charges VALUES {', '.join(rows)}")
    old.close()
    database = await Database.open(path)
    usage = UsageStore(database)
    by_day = await usage.spent_on_days(NOW, NOW + DAY)
    assert [(one.source, one.calls, one.microusd, one.input_tokens) for one in by_day] == [
        ("reported", 1, 40, 9),
        ("unknown", 1, 0, 9),
    ]
    assert list(await usage.spent_in_session("s")) == list(by_day)
    assert (await SpendStore(database).totals("s", NOW)).day == 40
    await database.close()


async def test_spend_over_time_is_told_in_stretches_that_were_charged(spend: SpendStore, usage: UsageStore) -> None:
    since = NOW - NOW % 60
    for number, (after, session) in enumerate(((0, "s"), (4_200, "s"), (4_210, "other"), (7_200, "s"))):
        await spend.settle(charge(hold(number, 10, session=session, at=since + after), 10 + number))
    assert await usage.spent_over_time(since, 3_600) == [
        SpendStep(since, 10),
        SpendStep(since + 3_600, 11 + 12),
        SpendStep(since + 7_200, 13),
    ]
    assert await usage.spent_over_time(since, 3_600, "other") == [SpendStep(since + 3_600, 12)]
    assert await usage.spent_over_time(since + 7_260, 60) == []
    assert await usage.first_charge("other") == since + 4_210
    assert await usage.first_charge("nobody") is None


async def test_a_charge_of_unknown_cost_marks_its_stretch_and_adds_nothing(
    spend: SpendStore, usage: UsageStore
) -> None:
    await spend.settle(charge(hold(1), None))
    assert await usage.spent_over_time(NOW, 60, "s") == [SpendStep(NOW, 0)]
