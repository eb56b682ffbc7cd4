"""What the calls of each key cost on a UTC day: held before a call, booked after it, in one transaction each.

As with the gateway's own ledger, what a dead process left held is booked: its request may well have been answered.
"""

import sqlite3

from tui.domain.clock import Clock
from tui.domain.money import Cost, MicroUsd
from tui.domain.spend import Exceeded
from tui.storage.database import Database
from tui.storage.process import lives, this_process
from tui.storage.rollups import day_of


class CallerSpend:
    """Shared by all processes that open the database. Every method may raise StorageError."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._process = this_process()

    async def reserve(self, call_id: str, key_id: str, amount: MicroUsd, day_limit: MicroUsd | None) -> Exceeded | None:
        """Sets the amount aside in one transaction, or says that spent + reserved + amount passes the limit."""
        now = self._clock.wall()

        def insert(connection: sqlite3.Connection) -> Exceeded | None:
            _book_holds_of_the_dead(connection, key_id)
            spent, held = _spent(connection, key_id, day_of(now)), _held(connection, key_id)
            if day_limit is not None and spent + held + amount > day_limit:
                return Exceeded("day", day_limit, MicroUsd(spent), MicroUsd(held))
            row = (call_id, key_id, amount, now, self._process)
            connection.execute(
                "INSERT INTO caller_holds (call_id, key_id, amount, at, owner) VALUES (?, ?, ?, ?, ?)", row
            )
            return None

        return await self._database.write(insert)

    async def settle(self, call_id: str, cost: Cost) -> None:
        """Replaces what was set aside by the cost; an unknown cost is booked as the amount set aside."""
        now = self._clock.wall()

        def book(connection: sqlite3.Connection) -> None:
            sql = "DELETE FROM caller_holds WHERE call_id = ? RETURNING key_id, amount"
            held = connection.execute(sql, (call_id,)).fetchone()
            if held is not None:
                key_id, amount = held
                _add(connection, key_id, day_of(now), amount if cost.microusd is None else cost.microusd)

        await self._database.write(book)


def _spent(connection: sqlite3.Connection, key_id: str, day: str) -> int:
    sql = "SELECT microusd FROM caller_spend WHERE key_id = ? AND day = ?"
    row = connection.execute(sql, (key_id, day)).fetchone()
    return int(row[0]) if row else 0


def _held(connection: sqlite3.Connection, key_id: str) -> int:
    """Every open hold counts today, whenever it was made: it will be booked today."""
    sql = "SELECT COALESCE(SUM(amount), 0) FROM caller_holds WHERE key_id = ?"
    return int(connection.execute(sql, (key_id,)).fetchone()[0])


def _add(connection: sqlite3.Connection, key_id: str, day: str, microusd: int) -> None:
    connection.execute(
        "INSERT INTO caller_spend (key_id, day, microusd, calls) VALUES (?, ?, ?, 1)"
        " ON CONFLICT DO UPDATE SET microusd = microusd + excluded.microusd, calls = calls + 1",
        (key_id, day, microusd),
    )


def _book_holds_of_the_dead(connection: sqlite3.Connection, key_id: str) -> None:
    sql = "SELECT call_id, amount, at, owner FROM caller_holds WHERE key_id = ?"
    for call_id, amount, at, owner in connection.execute(sql, (key_id,)).fetchall():
        if not lives(owner):
            connection.execute("DELETE FROM caller_holds WHERE call_id = ?", (call_id,))
            _add(connection, key_id, day_of(at), amount)
