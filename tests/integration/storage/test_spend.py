"""Money: no limit is passed by parallel callers, no charge is lost by a crash, every sum is the sum of its charges."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tui.domain.completion import Usage
from tui.domain.ids import AttemptId, ProviderName, RequestId, TurnId
from tui.domain.money import Cost, CostSource, MicroUsd
from tui.domain.spend import Charge, Exceeded, Hold, Limits
from tui.gateway.ports import SpendLedger
from tui.storage.database import Database
from tui.storage.process import lives, this_process
from tui.storage.rollups import add_to_rollups, day_of
from tui.storage.spend import SpendStore

NOW = 1_795_000_000.0
DAY = 86_400.0


def hold(number: int, amount: int = 10, *, turn: str = "t", session: str = "s", at: float = NOW) -> Hold:
    ids = AttemptId(f"attempt_{number}"), RequestId(f"request_{number}"), TurnId(turn)
    return Hold(*ids, session, ProviderName("groq"), "llama", MicroUsd(amount), at)


def charge(of: Hold, cost: int | None, *, estimated: bool = False) -> Charge:
    known = Cost(MicroUsd(cost or 0), "estimated" if estimated else "reported")
    return Charge(
        *(of.attempt_id, of.request_id, of.turn_id, of.session_id, of.provider, of.model, None),
        *("complete", None, 200, Usage(100, 20), Cost.unknown() if cost is None else known),
        latency_ms=5,
        first_token_ms=2,
        fallback=False,
        at=of.at,
    )


def limits(**amounts: int) -> Limits:
    return Limits(**{scope: MicroUsd(amount) for scope, amount in amounts.items()})


@pytest.fixture
def spend(database: Database) -> SpendStore:
    return SpendStore(database)


async def count(database: Database, table: str) -> int:
    return int((await database.read(lambda c: c.execute(f"SELECT COUNT(*) FROM {table}").fetchone()))[0])


def test_the_store_is_what_the_gateway_asks_for(spend: SpendStore) -> None:
    ledger: SpendLedger = spend
    assert ledger


@pytest.mark.parametrize("scope", ["turn", "session", "day", "month"])
async def test_each_limit_counts_what_is_spent_and_what_is_held(spend: SpendStore, scope: str) -> None:
    allowed = limits(**{scope: 100})
    assert await spend.reserve(hold(1, 60), allowed) is None
    await spend.settle(charge(hold(1, 60), 55))
    assert await spend.reserve(hold(2, 30), allowed) is None
    assert await spend.reserve(hold(3, 16), allowed) == Exceeded(scope, MicroUsd(100), MicroUsd(55), MicroUsd(30))
    assert await spend.reserve(hold(3, 15), allowed) is None


OUTSIDE = [
    ("turn", replace(hold(2, 90), turn_id=TurnId("other"))),
    ("session", replace(hold(2, 90), session_id="other")),
    ("day", hold(2, 90, at=NOW + DAY)),
    ("month", hold(2, 90, at=NOW + 31 * DAY)),
]


@pytest.mark.parametrize(("scope", "other"), OUTSIDE, ids=[scope for scope, _ in OUTSIDE])
async def test_what_lies_outside_a_scope_does_not_count(spend: SpendStore, scope: str, other: Hold) -> None:
    await spend.reserve(hold(1, 60), Limits())
    await spend.settle(charge(hold(1, 60), 60))
    assert await spend.reserve(other, limits(**{scope: 100})) is None


async def test_sixty_four_parallel_reservations_never_pass_the_limit(tmp_path: Path) -> None:
    databases = [await Database.open(tmp_path / "db") for _ in range(4)]
    stores = [SpendStore(database) for database in databases]
    answers = await asyncio.gather(
        *(stores[number % 4].reserve(hold(number, 10), limits(session=105)) for number in range(64))
    )
    assert sum(answer is None for answer in answers) == 10
    assert (await stores[0].totals("s", NOW)).reserved == 100
    for database in databases:
        await database.close()


async def test_settling_replaces_the_hold_and_settling_twice_changes_nothing(
    spend: SpendStore, database: Database
) -> None:
    await spend.reserve(hold(1, 60), Limits())
    for _ in range(2):
        await spend.settle(charge(hold(1), 55))
    totals = await spend.totals("s", NOW)
    assert (totals.session, totals.day, totals.month, totals.reserved) == (55, 55, 55, 0)
    assert await count(database, "charges") == 1


async def test_an_attempt_that_was_charged_is_not_held_again(spend: SpendStore) -> None:
    await spend.settle(charge(hold(1), 55))
    await spend.reserve(hold(1, 60), Limits())
    assert (await spend.totals("s", NOW)).reserved == 0


async def test_unknown_and_estimated_costs_are_counted_apart(spend: SpendStore) -> None:
    await spend.settle(charge(hold(1), None))
    await spend.settle(charge(hold(2), 7, estimated=True))
    await spend.settle(charge(hold(3), 5))
    totals = await spend.totals("s", NOW)
    assert (totals.session, totals.unknown_calls, totals.estimated_calls) == (12, 1, 1)


async def test_the_sum_is_as_sure_as_the_least_sure_part_that_cost_something(spend: SpendStore) -> None:
    sources: list[CostSource | None] = [(await spend.totals("s", NOW)).source]
    for number, cost in enumerate(
        (
            Cost.unknown(),
            Cost(MicroUsd(0), "computed"),
            Cost(MicroUsd(5), "reported"),
            Cost(MicroUsd(6), "computed"),
            Cost(MicroUsd(7), "estimated"),
            Cost.unknown(),
        )
    ):
        await spend.settle(replace(charge(hold(number), 0), cost=cost))
        sources.append((await spend.totals("s", NOW)).source)
    assert sources == [None, "unknown", "computed", "reported", "computed", "estimated", "estimated"]


async def test_the_last_thirty_minutes_are_told_oldest_first(spend: SpendStore) -> None:
    for number, minutes_ago in enumerate((0, 0, 1, 29, 30)):
        await spend.settle(charge(hold(number, at=NOW - 60 * minutes_ago), 10 + number))
    minutes = (await spend.totals("s", NOW)).per_minute
    assert len(minutes) == 30
    assert (minutes[0], minutes[-2], minutes[-1], sum(minutes)) == (13, 12, 21, 46)


async def test_days_and_months_are_utc(spend: SpendStore) -> None:
    last_second_of_2026 = 1_798_761_599.0
    await spend.settle(charge(hold(1, at=last_second_of_2026), 1))
    await spend.settle(charge(hold(2, at=last_second_of_2026 + 1), 2))
    assert day_of(last_second_of_2026) == "2026-12-31"
    before, after = [await spend.totals("s", last_second_of_2026 + seconds) for seconds in (0, 1)]
    assert (before.day, before.month, after.day, after.month) == (1, 1, 2, 2)


async def test_every_sum_is_the_sum_of_its_charges(spend: SpendStore, database: Database) -> None:
    for number in range(60):
        cost = None if number % 7 == 0 else number * 3
        each = hold(number, turn=f"t{number % 5}", session=f"s{number % 3}", at=NOW + number * DAY / 9)
        await spend.settle(replace(charge(each, cost), provider=ProviderName(f"p{number % 4}")))

    def sums(connection: sqlite3.Connection) -> list[int]:
        tables = ("spend_by_turn", "spend_by_session", "spend_by_minute", "spend_by_day")
        sql = "SELECT SUM({}) FROM {}"
        charged = connection.execute(sql.format("cost_microusd", "charges")).fetchone()[0]
        return [charged, *(connection.execute(sql.format("microusd", table)).fetchone()[0] for table in tables)]

    assert len(set(await database.read(sums))) == 1


async def test_taking_a_charge_out_of_the_sums_leaves_zero_everywhere(database: Database) -> None:
    def there_and_back(connection: sqlite3.Connection) -> int:
        for sign in (1, -1):
            add_to_rollups(connection, charge(hold(1), 7, estimated=True), sign=sign)
        row = connection.execute("SELECT * FROM spend_by_day JOIN spend_by_session").fetchone()
        return sum(abs(each) for each in row if isinstance(each, int))

    assert await database.write(there_and_back) == 0


HOLDER = """
import asyncio, sys
from pathlib import Path
from tests.integration.storage.test_spend import hold
from tui.domain.spend import Limits
from tui.storage.database import Database
from tui.storage.spend import SpendStore

async def main(path):
    spend = SpendStore(await Database.open(Path(path)))
    await spend.reserve(hold(1, 60), Limits())
    await spend.reserve(hold(2, 0), Limits())
    print("held", flush=True)
    await asyncio.sleep(600)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_what_a_killed_process_held_is_charged_as_estimated_and_corrected_by_the_real_charge(
    tmp_path: Path,
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "db")],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout
    assert await asyncio.to_thread(process.stdout.readline) == b"held\n"
    database = await Database.open(tmp_path / "db")
    living = await SpendStore(database).totals("s", NOW)
    assert (living.session, living.reserved) == (0, 60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    spend = SpendStore(database)
    found = await spend.totals("s", NOW)
    assert (found.session, found.reserved, found.estimated_calls, found.unknown_calls) == (60, 0, 1, 1)
    again = await SpendStore(database).totals("s", NOW)
    assert again == found
    await spend.settle(charge(hold(1), 55))
    await spend.settle(charge(hold(1), 99))
    corrected = await spend.totals("s", NOW)
    assert (corrected.session, corrected.day, corrected.estimated_calls) == (55, 55, 0)
    await database.close()


def test_a_process_is_known_by_more_than_its_number() -> None:
    pid = os.getpid()
    assert lives(this_process())
    assert not lives(f"{pid}:1")
    assert lives("not a process at all")
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert not lives(f"{ended.pid}:123")
