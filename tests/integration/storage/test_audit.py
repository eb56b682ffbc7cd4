"""The audit's chain: whole as long as nobody touches it, and broken wherever somebody does."""

import asyncio
import signal
import sqlite3
import sys
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
from tui.storage.audit_chain import GENESIS, audit_key
from tui.storage.audit_head import HeadFile
from tui.storage.database import Database
from tui.storage.process import this_process

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
def place(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


@pytest.fixture
async def audit(database: Database, place: Path) -> AuditStore:
    audit = AuditStore(database, place)
    for number in range(6):
        await audit.record(replace(CALL, duration_ms=number))
    return audit


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


async def test_an_audit_of_nothing_is_whole(database: Database, place: Path) -> None:
    verdict = await AuditStore(database, place).verify()
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
          " input_hmac, transport, chain, owner, began FROM audit WHERE seq = 1",), 0, "before the beginning"),
        (("INSERT INTO audit SELECT 7, at, caller, key_id, tool, outcome, duration_ms, cost_microusd, cost_source,"
          " input_hmac, transport, chain, owner, began FROM audit WHERE seq = 6",), 7, "not in its place"),
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


async def test_it_is_told_how_many_rows_there_were_and_when(audit: AuditStore, database: Database) -> None:
    tamper(database, "DELETE FROM audit")
    assert (await audit.verify()).trouble == (
        "Rows 1 to 6 are missing at the end: 6 rows were there at 2026-11-18 11:06:40 UTC."
    )


async def test_a_new_database_does_not_pass_for_the_one_that_was_removed(
    audit: AuditStore, database: Database, place: Path
) -> None:
    await database.close()
    for path in database.path.parent.glob(f"{database.path.name}*"):
        path.unlink()
    new = await Database.open(database.path)
    assert "6 rows were there" in (await AuditStore(new, place).verify()).trouble
    await AuditStore(new, place).record(CALL)
    assert "Rows 1 to 6 are missing" in (await AuditStore(new, place).verify()).trouble
    await new.close()


def head_file(place: Path) -> Path:
    return place / "db.head"


SPOILT = [Path.unlink, lambda path: path.write_text('{"head": [4, "x", 0, "y"], "seal": ""}')]


@pytest.mark.parametrize("spoil", SPOILT)
@pytest.mark.parametrize("cut", ["DELETE FROM audit WHERE seq > 4", "DELETE FROM audit WHERE seq > 6"])
async def test_a_head_that_is_gone_or_forged_shows_ever_after(
    audit: AuditStore, database: Database, place: Path, spoil: Callable[[Path], object], cut: str
) -> None:
    tamper(database, cut)
    spoil(head_file(place))
    assert not (await audit.verify()).whole
    for _ in range(3):
        await audit.record(CALL)
    assert not (await audit.verify()).whole


@pytest.mark.parametrize("name", ["db.key", "db.head"])
async def test_rows_without_the_key_or_the_head_they_were_written_with_are_not_whole(
    audit: AuditStore, database: Database, place: Path, name: str
) -> None:
    (place / name).unlink()
    assert not (await AuditStore(database, place).verify()).whole
    tamper(database, "DELETE FROM audit")
    assert (await AuditStore(database, place).verify()).whole is (name == "db.head")


@pytest.mark.parametrize("half", [0, 1])
async def test_a_head_torn_while_it_was_written_tells_where_the_audit_ended_before(
    audit: AuditStore, place: Path, half: int
) -> None:
    data = bytearray(head_file(place).read_bytes())
    data[half * 1_024 + 40] ^= 1
    head_file(place).write_bytes(data)
    assert (await audit.verify()).whole
    await audit.record(CALL)
    assert ((await audit.verify()).whole, (await audit.verify()).entries) == (True, 7)


async def test_a_row_whose_head_was_not_written_before_the_end_still_fits(audit: AuditStore, place: Path) -> None:
    earlier = head_file(place).read_bytes()
    await audit.record(CALL)
    head_file(place).write_bytes(earlier)
    assert (await audit.verify()).whole
    await audit.record(CALL)
    assert (await audit.verify()).entries == 8


async def test_processes_that_record_at_once_make_one_chain(audit: AuditStore, database: Database, place: Path) -> None:
    other = await Database.open(database.path)
    await asyncio.gather(*(each.record(CALL) for each in (audit, AuditStore(other, place)) for _ in range(20)))
    await other.close()
    verdict = await audit.verify()
    assert (verdict.whole, verdict.entries) == (True, 46)


async def test_the_oldest_rows_make_room_and_the_rest_stays_whole(database: Database, place: Path) -> None:
    audit = AuditStore(database, place, kept=500)
    await audit.record(CALL)
    for _ in range(999):
        await audit.record(CALL)
    verdict = await audit.verify()
    assert (verdict.whole, verdict.entries) == (True, 500)


async def test_making_room_may_be_cut_short_at_any_point(database: Database, place: Path) -> None:
    audit = AuditStore(database, place, kept=990)
    for _ in range(999):
        await audit.record(CALL)
    tamper(database, "CREATE TABLE kept AS SELECT * FROM audit WHERE seq <= 10")
    await audit.record(CALL)
    assert (await audit.verify()).entries == 990
    tamper(database, "INSERT INTO audit SELECT * FROM kept")
    verdict = await audit.verify()
    assert (verdict.whole, verdict.entries) == (True, 1_000)
    tamper(database, "UPDATE audit SET at = at + 1 WHERE seq = 5")
    assert (await audit.verify()).broken_at == 5


# --- beginnings

BEGUN = replace(CALL, outcome="begun", duration_ms=None, cost=Cost.unknown())


async def test_a_call_is_one_entry_whether_it_runs_or_has_ended(audit: AuditStore) -> None:
    began = await audit.begin(BEGUN)
    [entry] = await audit.recent(1)
    assert (entry.seq, entry.call) == (began, BEGUN)
    assert ((await audit.stats()).calls, (await audit.stats()).unended) == (7, 1)
    await audit.record(CALL, began)
    [entry, before] = await audit.recent(2)
    assert (entry.seq, entry.call, before.seq) == (began + 1, CALL, 6)
    assert ((await audit.stats()).calls, (await audit.stats()).unended) == (7, 0)
    assert (await audit.verify()).entries == 8


async def test_nobody_knows_how_a_call_ended_whose_process_was_killed(audit: AuditStore, database: Database) -> None:
    began = await audit.begin(BEGUN)
    [other] = await database.read(lambda db: db.execute("SELECT owner FROM audit WHERE seq = ?", (began,)).fetchone())
    assert other == this_process()
    program = f"""
import asyncio, os, signal, sys
from pathlib import Path
from tests.integration.storage.test_audit import BEGUN
from tui.storage.audit import AuditStore
from tui.storage.database import Database

async def main():
    await AuditStore(await Database.open(Path({str(database.path)!r})), Path({str(audit._place)!r})).begin(BEGUN)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    assert await process.wait() == -signal.SIGKILL
    lost, running = await audit.recent(2)
    assert (lost.call.outcome, lost.call.duration_ms, lost.call.cost) == ("unknown", None, Cost.unknown())
    assert running.call.outcome == "begun"
    assert ((await audit.stats()).unended, (await audit.verify()).whole) == (2, True)
    tamper(database, f"DELETE FROM audit WHERE seq = {lost.seq}")
    assert "Row 8 is missing at the end" in (await audit.verify()).trouble


@pytest.mark.parametrize("change", ["owner = 'other'", "owner = NULL", "began = 1", "outcome = 'ok'"])
async def test_a_beginning_cannot_be_made_an_end(audit: AuditStore, database: Database, change: str) -> None:
    began = await audit.begin(BEGUN)
    tamper(database, f"UPDATE audit SET {change} WHERE seq = {began}")
    assert (await audit.verify()).broken_at == began


async def test_rows_from_before_beginnings_were_recorded_still_fit(database: Database, place: Path) -> None:
    key = audit_key(place / "db.key")
    row = (1, *(1_795_000_000.0, "cursor", "a1", "gateway_health", "ok", 12, 0, "computed", "ff", "http"))
    head = HeadFile(head_file(place), key)
    head.begin()
    head.advance(1, key.link(GENESIS, row), 1_795_000_000.0)
    columns = "seq, at, caller, key_id, tool, outcome, duration_ms, cost_microusd, cost_source, input_hmac, transport"
    marks = ", ".join("?" * 12)
    await database.write(
        lambda db: db.execute(f"INSERT INTO audit ({columns}, chain) VALUES ({marks})", (*row, key.link(GENESIS, row)))
    )
    audit = AuditStore(database, place)
    await audit.record(CALL)
    assert ((await audit.verify()).whole, (await audit.stats()).calls) == (True, 2)


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
        await AuditStore(dying, tmp_path).record(CALL)
    await dying.close()
    database = await Database.open(tmp_path / "db")
    verdict = await AuditStore(database, tmp_path).verify()
    assert (verdict.whole, verdict.entries) == (True, 1)
    await database.close()


async def test_equal_inputs_have_equal_hashes_that_tell_nothing_without_the_key(
    audit: AuditStore, tmp_path: Path
) -> None:
    one = audit.fingerprint({"a": 1, "b": "geheim"})
    assert one == audit.fingerprint({"b": "geheim", "a": 1})
    assert one != audit.fingerprint({"a": 2, "b": "geheim"})
    other = await Database.open(tmp_path / "elsewhere" / "db")
    assert one != AuditStore(other, tmp_path).fingerprint({"a": 1, "b": "geheim"})
    await other.close()


async def test_its_files_are_its_owners_alone(audit: AuditStore, place: Path) -> None:
    assert {path.name for path in place.iterdir()} == {"db.key", "db.head", "db.head.lock"}
    assert [path.stat().st_mode & 0o077 for path in (place, *place.iterdir())] == [0, 0, 0, 0]


async def test_figures_leave_out_what_nobody_knows(audit: AuditStore) -> None:
    await audit.record(replace(CALL, outcome="refused", tool=CleanText("gateway_route"), cost=Cost.unknown()))
    await audit.record(replace(CALL, outcome="failed", cost=Cost(MicroUsd(40), "reported")))
    stats = await audit.stats()
    assert (stats.calls, stats.succeeded, stats.refused) == (8, 6, 1)
    assert (stats.cost_microusd, stats.unknown_costs) == (40, 1)
    assert stats.success_rate == 0.75
    assert [(count.tool, count.calls) for count in stats.tools] == [("gateway_health", 7), ("gateway_route", 1)]


async def test_figures_of_nothing_are_unknown(database: Database, place: Path) -> None:
    stats = await AuditStore(database, place).stats()
    assert (stats.calls, stats.average_ms, stats.success_rate) == (0, None, None)
