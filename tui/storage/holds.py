"""Money set aside for requests on their way, and what becomes of it when their process dies."""

import sqlite3

from tui.domain.completion import Usage
from tui.domain.ids import AttemptId, ProviderName, RequestId, TurnId
from tui.domain.money import Cost, MicroUsd
from tui.domain.spend import Charge, Hold
from tui.storage.process import lives

_COLUMNS = "attempt_id, request_id, turn_id, session_id, provider, model, amount, at"


def put_hold(connection: sqlite3.Connection, hold: Hold, process: str) -> None:
    """Stores a hold of `process`, in place of an earlier one for the same attempt."""
    row = (hold.attempt_id, hold.request_id, hold.turn_id, hold.session_id, hold.provider, hold.model)
    connection.execute(
        f"INSERT OR REPLACE INTO holds ({_COLUMNS}, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - constant
        (*row, hold.amount, hold.at, process),
    )


def drop_hold(connection: sqlite3.Connection, attempt_id: AttemptId) -> None:
    """Takes a hold away."""
    connection.execute("DELETE FROM holds WHERE attempt_id = ?", (attempt_id,))


def reserved(connection: sqlite3.Connection, scope: str, hold: Hold) -> int:
    """Returns what other attempts hold within a scope of `hold`, in micro-dollars.

    Every open hold counts in the running day and month, whenever it was made: it will be charged there.
    """
    conditions: dict[str, tuple[str, object]] = {
        "turn": ("turn_id = ?", hold.turn_id),
        "session": ("session_id = ?", hold.session_id),
    }
    condition, value = conditions.get(scope, ("?", 1))
    row = connection.execute(
        f"SELECT COALESCE(SUM(amount), 0) FROM holds WHERE attempt_id <> ? AND {condition}",  # noqa: S608 - constants
        (hold.attempt_id, value),
    ).fetchone()
    return int(row[0])


def reserved_by_session(connection: sqlite3.Connection, session_id: str) -> int:
    """Returns what a session holds, in micro-dollars."""
    row = connection.execute("SELECT COALESCE(SUM(amount), 0) FROM holds WHERE session_id = ?", (session_id,))
    return int(row.fetchone()[0])


def reserved_by_all(connection: sqlite3.Connection) -> int:
    """Returns what all sessions hold, in micro-dollars."""
    return int(connection.execute("SELECT COALESCE(SUM(amount), 0) FROM holds").fetchone()[0])


def holds_of_the_dead(connection: sqlite3.Connection) -> list[Charge]:
    """Returns the holds of processes that live no more, each as the charge it most likely became."""
    owners = [owner for (owner,) in connection.execute("SELECT DISTINCT owner FROM holds").fetchall()]
    charges = []
    for owner in owners:
        if not lives(owner):
            rows = connection.execute(f"SELECT {_COLUMNS} FROM holds WHERE owner = ?", (owner,))  # noqa: S608
            charges += [_estimated(row) for row in rows.fetchall()]
    return charges


def _estimated(row: tuple[str, str, str | None, str, str, str, int, float]) -> Charge:
    attempt, request, turn, session, provider, model, amount, at = row
    return Charge(
        attempt_id=AttemptId(attempt),
        request_id=RequestId(request),
        turn_id=TurnId(turn) if turn is not None else None,
        session_id=session,
        provider=ProviderName(provider),
        model=model,
        combo=None,
        outcome="partial",
        failure="local",
        status=None,
        usage=Usage(),
        cost=Cost(MicroUsd(amount), "estimated") if amount else Cost.unknown(),
        latency_ms=0,
        first_token_ms=None,
        fallback=False,
        at=at,
    )
