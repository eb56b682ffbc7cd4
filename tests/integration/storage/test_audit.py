"""The audit's chain: whole as long as nobody touches it, and broken wherever somebody does."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui.domain.audit import AuditedCall
from tui.domain.money import Cost, MicroUsd
from tui.domain.text import CleanText
from tui.storage.audit import AuditStore
from tui.storage.database import Database

CALL = AuditedCall(
    at=1_795_000_000.25,
    caller=CleanText("cursor"),
    key_id="a1",
    tool=CleanText("gateway_health"),
    outcome="ok",
    duration_ms=12,
    cost=Cost(MicroUsd(0), "computed"),
    input_hmac="ff",
    transport="http",
)


@pytest.fixture
async def audit(database: Database) -> AuditStore:
    audit = AuditStore(database)
    for number in range(6):
        await audit.record(replace(CALL, duration_ms=number))
    return audit


def files(database: Database) -> list[Path]:
    return [path for path in database.path.parent.iterdir() if "audit" in path.name]


def tamper(database: Database, *statements: str) -> None:
    with closing(sqlite3.connect(database.path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


async def test_what_was_recorded_comes_back_newest_first(audit: AuditStore) -> None:
    entries = await audit.recent(2)
    assert [entry.seq for entry in entries] == [6, 5]
    assert entries[0].call == replace(CALL, duration_ms=5)


async def test_an_untouched_audit_is_whole(audit: AuditStore) -> None:
    verdict = await audit.verify()
    assert (verdict.whole, verdict.entries) == (True, 6)


async def test_an_audit_of_nothing_is_whole(database: Database) -> None:
    verdict = await AuditStore(database).verify()
    assert (verdict.whole, verdict.entries) == (True, 0)


SWAPPED = (
    "UPDATE audit SET seq = 100 WHERE seq = 2",
    "UPDATE audit SET seq = 2 WHERE seq = 3",
    "UPDATE audit SET seq = 3 WHERE seq = 100",
)


@pytest.mark.parametrize(
    ("statements", "broken_at", "trouble"),
    [
        (("UPDATE audit SET tool = 'gateway_models' WHERE seq = 3",), 3, "not as it was recorded"),
        (("UPDATE audit SET caller = 'cursor' || char(8203) WHERE seq = 3",), 3, "not as it was recorded"),
        (("UPDATE audit SET cost_microusd = 5 WHERE seq = 1",), 1, "not as it was recorded"),
        (("UPDATE audit SET outcome = 'failed' WHERE seq = 6",), 6, "not as it was recorded"),
        (("UPDATE audit SET at = at + 1 WHERE seq = 6",), 6, "not as it was recorded"),
        (("DELETE FROM audit WHERE seq = 4",), 4, "Row 4 is missing"),
        (("DELETE FROM audit WHERE seq = 4", "UPDATE audit SET seq = seq - 1 WHERE seq > 4"), 4, "not in its place"),
        (("DELETE FROM audit WHERE seq < 3",), 1, "Rows 1 to 2 are missing"),
        (("DELETE FROM audit WHERE seq > 4",), 5, "Rows 5 to 6 are missing at the end"),
        (("DELETE FROM audit",), 1, "Rows 1 to 6 are missing at the end"),
        (SWAPPED, 2, "not in its place"),
        (("INSERT INTO audit SELECT 0, at, caller, key_id, tool, outcome, duration_ms, cost_microusd, cost_source,"
          " input_hmac, transport, chain FROM audit WHERE seq = 1",), 0, "before the beginning"),
        (("INSERT INTO audit SELECT 7, at, caller, key_id, tool, outcome, duration_ms, cost_microusd, cost_source,"
          " input_hmac, transport, chain FROM audit WHERE seq = 6",), 7, "not in its place"),
    ],
)  # fmt: skip
async def test_whatever_is_done_to_the_rows_shows(
    audit: AuditStore, database: Database, statements: tuple[str, ...], broken_at: int, trouble: str
) -> None:
    tamper(database, *statements)
    verdict = await audit.verify()
    assert (verdict.whole, verdict.broken_at) == (False, broken_at)
    assert trouble in verdict.trouble


async def test_going_on_after_rows_were_cut_off_does_not_heal_the_chain(audit: AuditStore, database: Database) -> None:
    tamper(database, "DELETE FROM audit WHERE seq > 4")
    for _ in range(3):
        await audit.record(CALL)
    assert "Rows 5 to 6 are missing" in (await audit.verify()).trouble


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_text('{"head": [4, "x", 0, "y"], "seal": ""}')])
async def test_a_head_that_is_gone_or_forged_shows(
    audit: AuditStore, database: Database, spoil: Callable[[Path], object]
) -> None:
    spoil(database.path.with_name(f"{database.path.name}.audit-head"))
    assert not (await audit.verify()).whole


async def test_a_row_whose_head_was_not_written_before_the_end_still_fits(
    audit: AuditStore, database: Database
) -> None:
    head = database.path.with_name(f"{database.path.name}.audit-head")
    earlier = head.read_text()
    await audit.record(CALL)
    head.write_text(earlier)
    assert (await audit.verify()).whole
    await audit.record(CALL)
    assert (await audit.verify()).entries == 8


async def test_processes_that_record_at_once_make_one_chain(audit: AuditStore, database: Database) -> None:
    other = await Database.open(database.path)
    await asyncio.gather(*(each.record(CALL) for each in (audit, AuditStore(other)) for _ in range(20)))
    await other.close()
    verdict = await audit.verify()
    assert (verdict.whole, verdict.entries) == (True, 46)


async def test_the_oldest_rows_make_room_and_the_rest_stays_whole(database: Database) -> None:
    audit = AuditStore(database, kept=500)
    await audit.record(CALL)
    for _ in range(999):
        await audit.record(CALL)
    verdict = await audit.verify()
    assert (verdict.whole, verdict.entries) == (True, 500)


async def test_making_room_may_be_cut_short_at_any_point(database: Database) -> None:
    audit = AuditStore(database, kept=990)
    for _ in range(999):
        await audit.record(CALL)
    columns = "seq, at, caller, key_id, tool, outcome, duration_ms, cost_microusd, cost_source, input_hmac, transport"
    tamper(database, f"CREATE TABLE kept AS SELECT {columns}, chain FROM audit WHERE seq <= 10")
    await audit.record(CALL)
    assert (await audit.verify()).entries == 990
    tamper(database, "INSERT INTO audit SELECT * FROM kept")
    verdict = await audit.verify()
    assert (verdict.whole, verdict.entries) == (True, 1_000)
    tamper(database, "UPDATE audit SET at = at + 1 WHERE seq = 5")
    assert (await audit.verify()).broken_at == 5


class KilledError(Exception):
    """Stands for the end of the process."""


class Dying(Database):
    """Ends the process right after a commit."""

    async def write(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        await super().write(work)
        raise KilledError


async def test_the_very_first_row_fits_too_when_the_process_died_right_after_it(tmp_path: Path) -> None:
    dying = await Dying.open(tmp_path / "db")
    with pytest.raises(KilledError):
        await AuditStore(dying).record(CALL)
    await dying.close()
    database = await Database.open(tmp_path / "db")
    verdict = await AuditStore(database).verify()
    assert (verdict.whole, verdict.entries) == (True, 1)
    await database.close()


async def test_equal_inputs_have_equal_hashes_that_tell_nothing_without_the_key(
    audit: AuditStore, tmp_path: Path
) -> None:
    one = audit.fingerprint({"a": 1, "b": "geheim"})
    assert one == audit.fingerprint({"b": "geheim", "a": 1})
    assert one != audit.fingerprint({"a": 2, "b": "geheim"})
    other = await Database.open(tmp_path / "elsewhere" / "db")
    assert one != AuditStore(other).fingerprint({"a": 1, "b": "geheim"})
    await other.close()


async def test_its_files_are_its_owners_alone(audit: AuditStore, database: Database) -> None:
    found = files(database)
    assert len(found) == 3
    assert [path.stat().st_mode & 0o077 for path in found] == [0, 0, 0]


async def test_figures_leave_out_what_nobody_knows(audit: AuditStore) -> None:
    await audit.record(replace(CALL, outcome="refused", tool=CleanText("gateway_route"), cost=Cost.unknown()))
    await audit.record(replace(CALL, outcome="failed", cost=Cost(MicroUsd(40), "reported")))
    stats = await audit.stats()
    assert (stats.calls, stats.succeeded, stats.refused) == (8, 6, 1)
    assert (stats.cost_microusd, stats.unknown_costs) == (40, 1)
    assert stats.success_rate == 0.75
    assert [(count.tool, count.calls) for count in stats.tools] == [("gateway_health", 7), ("gateway_route", 1)]


async def test_figures_of_nothing_are_unknown(database: Database) -> None:
    stats = await AuditStore(database).stats()
    assert (stats.calls, stats.average_ms, stats.success_rate) == (0, None, None)
