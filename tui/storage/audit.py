"""The audit of served calls: rows in a hash chain, whose end and beginning are also kept outside the database.

A call that is let in has two rows: one before anything is done, one when it has ended. Should its process be killed,
the first stands alone. What is turned away has one row.
"""

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from tui.domain.audit import AuditedCall, AuditEntry, AuditStats, AuditVerdict, ToolCount
from tui.domain.messages import Json
from tui.domain.text import clean_line
from tui.storage.audit_chain import GENESIS, AuditKey, audit_key
from tui.storage.audit_head import Head, HeadFile
from tui.storage.codec import decode_cost
from tui.storage.database import Database
from tui.storage.process import lives, this_process

ROWS_KEPT = 200_000
PRUNED_AT_ONCE = 1_000
TOOLS_TOLD = 100
"""Callers may ask for tools that there are not, under any number of names."""
_COLUMNS = (
    "seq, at, caller, key_id, tool, outcome, duration_ms, cost_microusd, cost_source, input_hmac, transport,"
    " owner, began, chain"
)
_CALLS = "audit WHERE (owner IS NULL OR NOT EXISTS (SELECT 1 FROM audit AS ends WHERE ends.began = audit.seq))"
"""One row a call: how it ended, or that it began."""


class AuditStore:
    """Appends and reads. Every method may raise StorageError; files are made when the first call is recorded.

    `place` is a directory away from the database: whoever removes the one does not remove the other with it.
    """

    def __init__(self, database: Database, place: Path, *, kept: int = ROWS_KEPT) -> None:
        self._database = database
        self._place = place
        self._kept = kept
        self._newest: tuple[int, str, float] = (0, GENESIS, 0.0)
        """The row that this process appended last."""
        self._moved = 0
        """How far this process has moved the head."""
        self._one_move = asyncio.Lock()

    def fingerprint(self, arguments: Json) -> str:
        """Returns a keyed hash of the canonical form of `arguments`."""
        return self._key.fingerprint(arguments)

    async def begin(self, call: AuditedCall) -> int:
        """Appends that a call begins, and returns the row to name when it has ended."""
        return await self._record(call, this_process(), None)

    async def record(self, call: AuditedCall, began: int | None = None) -> None:
        """Appends how a call ended; `began` is the row of its beginning, None for one that was turned away."""
        await self._record(call, None, began)

    async def _record(self, call: AuditedCall, owner: str | None, began: int | None) -> int:
        """Returns the row's number once it is committed and the head outside has moved on."""
        seq, chain = await self._database.write(lambda connection: self._append(connection, call, owner, began))
        self._newest = max(self._newest, (seq, chain, call.at))
        async with self._one_move:
            # Calls that waited for their turn are told of by the newest of them.
            if self._moved < seq:
                newest = self._newest
                await asyncio.to_thread(self._head.advance, *newest)
                self._moved = newest[0]
        if seq % PRUNED_AT_ONCE == 0:
            await self._prune(seq - self._kept)
        return seq

    async def recent(self, limit: int = 50) -> Sequence[AuditEntry]:
        """Returns the newest calls, newest first."""
        sql = f"SELECT {_COLUMNS} FROM {_CALLS} ORDER BY seq DESC LIMIT ?"  # noqa: S608 - constants
        rows = await self._database.read(lambda connection: connection.execute(sql, (max(0, limit),)).fetchall())
        return [_entry(row) for row in rows]

    async def stats(self) -> AuditStats:
        """Returns what the kept calls come to."""
        return await self._database.read(_stats)

    async def verify(self) -> AuditVerdict:
        """Returns whether no row was changed, moved, added or taken away since it was recorded."""
        while True:
            # The head is read before the rows: it may lag behind a call that is recorded meanwhile, never lead.
            head = self._head.read()
            verdict = await self._database.read(partial(self._verified, head))
            now = self._head.read()
            if verdict.whole or _beginning(now) == _beginning(head):
                return verdict

    # --- the chain

    @cached_property
    def _key(self) -> AuditKey:
        return audit_key(self._place / f"{self._database.path.name}.key")

    @cached_property
    def _head(self) -> HeadFile:
        return HeadFile(self._place / f"{self._database.path.name}.head", self._key)

    def _append(
        self, connection: sqlite3.Connection, call: AuditedCall, owner: str | None, began: int | None
    ) -> tuple[int, str]:
        """What the head knows of goes first: after rows were taken away the chain keeps the gap for all to see."""
        sql = "SELECT seq, chain FROM audit ORDER BY seq DESC LIMIT 1"
        last, chain = connection.execute(sql).fetchone() or (0, GENESIS)
        head = self._head.read()
        if head is None and not last:
            self._head.begin()
        if head is not None and head.seq >= last:
            last, chain = head.seq, head.chain
        cost = call.cost
        row = (
            *(last + 1, call.at, call.caller, call.key_id, call.tool, call.outcome, call.duration_ms or 0),
            *(cost.microusd, cost.source, call.input_hmac, call.transport, owner, began),
        )
        link = self._key.link(chain, row)
        marks = ", ".join("?" * (len(row) + 1))
        connection.execute(f"INSERT INTO audit ({_COLUMNS}) VALUES ({marks})", (*row, link))  # noqa: S608 - constants
        return last + 1, link

    async def _prune(self, last: int) -> None:
        """Drops the rows up to `last`; the head says first where the chain begins from now on."""
        sql = "SELECT chain FROM audit WHERE seq = ?"
        found = await self._database.read(lambda connection: connection.execute(sql, (last,)).fetchone())
        if found is not None:
            await asyncio.to_thread(self._head.cut, last, found[0])
            await self._database.write(
                lambda connection: connection.execute("DELETE FROM audit WHERE seq <= ?", (last,))
            )

    def _verified(self, head: Head | None, connection: sqlite3.Connection) -> AuditVerdict:
        if head is not None:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM audit ORDER BY seq")  # noqa: S608 - constants
            return _checked(rows, head, self._key)
        count = connection.execute("SELECT COUNT(*) FROM audit").fetchone()[0]
        if not count and not self._head.exists:
            return AuditVerdict(whole=True, entries=0)
        return _broken(count, 1, "The file that says where the audit ends is missing, or somebody else wrote it.")


def _beginning(head: Head | None) -> int:
    return head.base_seq if head else 0


def _checked(rows: Iterable[Sequence[Any]], head: Head, key: AuditKey) -> AuditVerdict:
    last, chain, count = head.base_seq, head.base_chain, 0
    for *row, link in rows:
        seq = row[0]
        if not count and head.earlier_seq < seq <= last:
            last, chain = head.earlier_seq, head.earlier_chain
        if seq <= last:
            return _broken(count, seq, f"Row {seq} stands before the beginning.")
        if seq > last + 1:
            return _broken(count, last + 1, f"{_rows(last + 1, seq - 1)} missing.")
        if link != key.link(chain, row) or link != _known(head, seq, link):
            return _broken(count, seq, f"Row {seq} is not as it was recorded, or not in its place.")
        last, chain, count = seq, link, count + 1
    if last < head.seq:
        return _broken(count, last + 1, f"{_rows(last + 1, head.seq)} missing at the end: {_once(head)}")
    return AuditVerdict(whole=True, entries=count)


def _known(head: Head, seq: int, link: str) -> str:
    """The hash that the head tells of a row; of any other than the two it names, that of the row itself."""
    return {head.base_seq: head.base_chain, head.seq: head.chain}.get(seq, link)


def _rows(first: int, last: int) -> str:
    return f"Row {first} is" if first == last else f"Rows {first} to {last} are"


def _once(head: Head) -> str:
    at = datetime.fromtimestamp(head.at, UTC)
    return f"{head.seq - head.base_seq:,} rows were there at {at:%Y-%m-%d %H:%M:%S} UTC."


def _broken(entries: int, at: int, trouble: str) -> AuditVerdict:
    return AuditVerdict(whole=False, entries=entries, broken_at=at, trouble=clean_line(trouble))


def _entry(row: Sequence[Any]) -> AuditEntry:
    seq, at, caller, key_id, tool, outcome, duration_ms, microusd, source, input_hmac, transport, owner, _, chain = row
    if owner is not None:
        outcome, duration_ms = "begun" if lives(owner) else "unknown", None
    cost = decode_cost(microusd, source)
    call = AuditedCall(
        at, clean_line(caller), key_id, clean_line(tool), outcome, duration_ms, cost, input_hmac, transport
    )
    return AuditEntry(seq, call, chain)


def _stats(connection: sqlite3.Connection) -> AuditStats:
    by_tool = connection.execute(
        "SELECT tool, COUNT(*) AS n, SUM(owner IS NOT NULL), SUM(outcome = 'ok'), SUM(outcome = 'refused'),"  # noqa: S608
        " SUM(CASE WHEN owner IS NULL THEN duration_ms ELSE 0 END), SUM(COALESCE(cost_microusd, 0)),"
        f" SUM(cost_microusd IS NULL) FROM {_CALLS} GROUP BY tool ORDER BY n DESC, tool"
    ).fetchall()
    calls, unended, succeeded, refused, took_ms, cost, unknown = (
        sum(row[column] for row in by_tool) for column in range(1, 8)
    )
    ended = calls - unended
    return AuditStats(
        calls=calls,
        succeeded=succeeded,
        refused=refused,
        average_ms=round(took_ms / ended) if ended else None,
        cost_microusd=cost,
        unknown_costs=unknown,
        tools=tuple(ToolCount(clean_line(tool), count) for tool, count, *_ in by_tool[:TOOLS_TOLD]),
        unended=unended,
    )
