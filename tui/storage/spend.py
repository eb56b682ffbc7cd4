"""The usage ledger: money is held before a request, charged after it, and summed in the same transaction.

A process that dies leaves its holds behind. The next process that uses the ledger charges each at its estimate, for
the request may well have been answered and billed: no charge is lost, and the row says that it is estimated. Should
the real charge still arrive, it takes the estimate's place.
"""

import sqlite3

from tui.domain.money import BY_CERTAINTY, CostSource, MicroUsd
from tui.domain.spend import Charge, Exceeded, Hold, Limits, Totals
from tui.storage.charges import has_charge, insert_charge, take_recovered
from tui.storage.database import Database
from tui.storage.holds import drop_hold, holds_of_the_dead, put_hold, reserved, reserved_by_all, reserved_by_session
from tui.storage.process import this_process
from tui.storage.rollups import MINUTES_SHOWN, add_to_rollups, day_of, first_of_month, spent_between


class SpendStore:
    """`gateway.ports.SpendLedger` in the database; shared by all processes that open it. Raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._process = this_process()
        self._recovered = False

    async def reserve(self, hold: Hold, limits: Limits) -> Exceeded | None:
        """Sets the amount aside in one transaction, or says which limit spent + reserved + amount passes."""
        await self.recover()
        return await self._database.write(lambda connection: _reserve(connection, hold, limits, self._process))

    async def settle(self, charge: Charge) -> None:
        """Replaces the attempt's hold by its charge; settling twice changes nothing."""
        await self._database.write(lambda connection: _settle(connection, charge))

    async def totals(self, session_id: str, now: float) -> Totals:
        """Returns the sums as of `now` (wall clock); `reserved` counts this session's holds."""
        await self.recover()
        return await self._database.read(lambda connection: _totals(connection, session_id, now))

    async def recover(self) -> int:
        """Charges what dead processes left held. Returns the number of charges; only the first call looks."""
        if self._recovered or not self._database.writable:
            return 0
        count = await self._database.write(_recover)
        self._recovered = True
        return count


def _reserve(connection: sqlite3.Connection, hold: Hold, limits: Limits, process: str) -> Exceeded | None:
    if has_charge(connection, hold.attempt_id):
        return None
    for scope, limit in (
        ("turn", limits.turn if hold.turn_id is not None else None),
        ("session", limits.session),
        ("day", limits.day),
        ("month", limits.month),
    ):
        if limit is None:
            continue
        spent, held = _spent(connection, scope, hold), reserved(connection, scope, hold)
        if spent + held + hold.amount > limit:
            return Exceeded(scope, limit, MicroUsd(spent), MicroUsd(held))
    put_hold(connection, hold, process)
    return None


def _spent(connection: sqlite3.Connection, scope: str, hold: Hold) -> int:
    match scope:
        case "day":
            return spent_between(connection, day_of(hold.at), day_of(hold.at))
        case "month":
            return spent_between(connection, first_of_month(hold.at), day_of(hold.at))
        case "turn":
            found = connection.execute("SELECT microusd FROM spend_by_turn WHERE turn_id = ?", (hold.turn_id,))
        case _:
            found = connection.execute("SELECT microusd FROM spend_by_session WHERE session_id = ?", (hold.session_id,))
    row = found.fetchone()
    return int(row[0]) if row else 0


def _settle(connection: sqlite3.Connection, charge: Charge) -> None:
    drop_hold(connection, charge.attempt_id)
    estimate = take_recovered(connection, charge.attempt_id)
    if estimate is not None:
        add_to_rollups(connection, estimate, sign=-1)
    if insert_charge(connection, charge):
        add_to_rollups(connection, charge)


def _totals(connection: sqlite3.Connection, session_id: str, now: float) -> Totals:
    session = connection.execute(
        "SELECT microusd, unknown_calls, estimated_calls FROM spend_by_session WHERE session_id = ?", (session_id,)
    ).fetchone() or (0, 0, 0)
    last = int(now // 60)
    first = last - MINUTES_SHOWN + 1
    minutes = dict(
        connection.execute(
            "SELECT minute, microusd FROM spend_by_minute WHERE minute BETWEEN ? AND ?", (first, last)
        ).fetchall()
    )
    return Totals(
        session=session[0],
        day=spent_between(connection, day_of(now), day_of(now)),
        month=spent_between(connection, first_of_month(now), day_of(now)),
        reserved=reserved_by_session(connection, session_id),
        reserved_everywhere=reserved_by_all(connection),
        unknown_calls=session[1],
        estimated_calls=session[2],
        source=_source(connection, session_id),
        per_minute=tuple(minutes.get(minute, 0) for minute in range(first, last + 1)),
    )


def _source(connection: sqlite3.Connection, session_id: str) -> CostSource | None:
    """Refused calls cost nothing, which says nothing of the others; unknown costs are no part of the sum."""
    rows = connection.execute(
        "SELECT cost_source, SUM(microusd) FROM spend_by_session_model WHERE session_id = ?"
        " GROUP BY cost_source HAVING SUM(calls)",
        (session_id,),
    ).fetchall()
    paid: list[CostSource] = [source for source, microusd in rows if microusd]
    known: list[CostSource] = [source for source, _ in rows if source != "unknown"]
    return max(paid or known or [source for source, _ in rows], key=BY_CERTAINTY.index, default=None)


def _recover(connection: sqlite3.Connection) -> int:
    charges = holds_of_the_dead(connection)
    for charge in charges:
        _charge_once(connection, charge)
    return len(charges)


def _charge_once(connection: sqlite3.Connection, charge: Charge) -> None:
    drop_hold(connection, charge.attempt_id)
    if insert_charge(connection, charge, recovered=True):
        add_to_rollups(connection, charge)
