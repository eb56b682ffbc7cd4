"""Keys of callers: shown once, kept as hashes, ended at once, and each within its budget."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from tests.fakes.clock import FakeClock
from tui.domain.errors import StorageError, UsageError
from tui.domain.money import Cost, MicroUsd
from tui.storage.access_keys import AccessKeys
from tui.storage.caller_spend import CallerSpend
from tui.storage.database import Database

DAY_S = 86_400


@pytest.fixture
def keys(database: Database, clock: FakeClock) -> AccessKeys:
    return AccessKeys(database, clock)


@pytest.fixture
def spend(database: Database, clock: FakeClock) -> CallerSpend:
    return CallerSpend(database, clock)


def usd(amount: float) -> MicroUsd:
    return MicroUsd(round(amount * 1_000_000))


async def test_a_key_is_found_by_itself_only(keys: AccessKeys) -> None:
    made = await keys.add("cursor", ["read:health", "read:combos"], usd(2))
    found = await keys.find(made.key)
    assert found == made.access
    assert found is not None
    assert (found.scopes, found.day_budget) == (("read:combos", "read:health"), 2_000_000)
    shown = [made.key[:-1], made.key + "x", made.key.upper(), made.access.id, "", "mtk__", "\ud800", "mtk_\ud800_x"]
    assert [await keys.find(each) for each in shown] == [None] * len(shown)


async def test_no_key_stands_in_the_database(keys: AccessKeys, database: Database) -> None:
    made = await keys.add("cursor", ["*"])
    secret = made.key.partition("_")[2]
    with closing(sqlite3.connect(database.path)) as connection:
        assert secret not in "\n".join(connection.iterdump())


async def test_two_keys_are_never_alike(keys: AccessKeys) -> None:
    made = [await keys.add(f"key {number}", ["*"]) for number in range(3)]
    assert len({each.key for each in made}) == 3
    assert min(len(each.key) for each in made) > 50


async def test_a_revoked_key_opens_nothing_and_its_name_is_free_again(keys: AccessKeys, clock: FakeClock) -> None:
    first = await keys.add("cursor", ["*"])
    with pytest.raises(UsageError, match="cursor"):
        await keys.add("cursor", ["*"])
    await keys.revoke("cursor")
    assert await keys.find(first.key) is None
    clock.advance(1)
    second = await keys.add("cursor", ["*"])
    assert await keys.find(second.key) is not None
    assert [each.revoked is None for each in await keys.all()] == [False, True]
    await keys.revoke(second.access.id)
    with pytest.raises(StorageError, match="cursor"):
        await keys.revoke("cursor")


async def test_a_key_without_a_name_is_not_made(keys: AccessKeys) -> None:
    with pytest.raises(UsageError, match="name"):
        await keys.add(" \u200b ", ["*"])


async def test_what_is_held_and_spent_never_passes_the_limit(keys: AccessKeys, spend: CallerSpend) -> None:
    key = (await keys.add("cursor", ["*"], usd(1))).access
    refused = await asyncio.gather(*(spend.reserve(f"call{n}", key.id, usd(0.3), key.day_budget) for n in range(20)))
    assert sum(each is None for each in refused) == 3
    [beyond, *_] = [each for each in refused if each is not None]
    assert (beyond.scope, beyond.limit, beyond.reserved) == ("day", 1_000_000, 900_000)
    assert (await keys.all())[0].spent_today == 900_000


async def test_a_settled_call_leaves_its_cost_and_frees_the_rest(
    keys: AccessKeys, spend: CallerSpend, clock: FakeClock
) -> None:
    key = (await keys.add("cursor", ["*"], usd(1))).access
    for call, cost in {"known": Cost(usd(0.25), "reported"), "unknown": Cost.unknown()}.items():
        assert await spend.reserve(call, key.id, usd(0.4), key.day_budget) is None
        await spend.settle(call, cost)
        await spend.settle(call, cost)
    assert (await keys.all())[0].spent_today == 650_000
    clock.advance(DAY_S)
    assert (await keys.all())[0].spent_today == 0


async def test_without_a_limit_the_cost_is_booked_all_the_same(keys: AccessKeys, spend: CallerSpend) -> None:
    key = (await keys.add("cursor", ["*"])).access
    assert await spend.reserve("call", key.id, MicroUsd(0), None) is None
    await spend.settle("call", Cost(usd(0.25), "reported"))
    assert (await keys.all())[0].spent_today == 250_000


async def test_what_a_dead_process_held_is_booked(keys: AccessKeys, spend: CallerSpend, database: Database) -> None:
    key = (await keys.add("cursor", ["*"], usd(1))).access
    await spend.reserve("call", key.id, usd(0.9), key.day_budget)
    with closing(sqlite3.connect(database.path)) as connection, connection:
        connection.execute("UPDATE caller_holds SET owner = '999999999:1'")
    assert await spend.reserve("next", key.id, usd(0.2), key.day_budget) is not None
    assert await spend.reserve("small", key.id, usd(0.1), key.day_budget) is None
    with closing(sqlite3.connect(database.path)) as connection:
        assert connection.execute("SELECT microusd FROM caller_spend").fetchall() == [(900_000,)]
