"""The rows of the ledger: one attempt, one charge."""

import sqlite3

from tui.domain.completion import Usage
from tui.domain.ids import AttemptId
from tui.domain.spend import Charge
from tui.storage.codec import decode_cost

_COLUMNS = (
    "attempt_id, request_id, turn_id, session_id, provider, model, combo, outcome, failure, status, input_tokens,"
    " output_tokens, cached_tokens, reasoning_tokens, usage_estimated, cost_microusd, cost_source, latency_ms,"
    " first_token_ms, fallback, at"
)


def insert_charge(connection: sqlite3.Connection, charge: Charge, *, recovered: bool = False) -> bool:
    """Stores a charge. Returns False when the attempt already has one, which stays."""
    usage, cost = charge.usage, charge.cost
    row = (
        *(charge.attempt_id, charge.request_id, charge.turn_id, charge.session_id, charge.provider, charge.model),
        *(charge.combo, charge.outcome, charge.failure, charge.status),
        *(usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.reasoning_tokens, usage.estimated),
        *(cost.microusd, cost.source, charge.latency_ms, charge.first_token_ms, charge.fallback, charge.at),
        recovered,
    )
    marks = ", ".join("?" * len(row))
    sql = f"INSERT OR IGNORE INTO charges ({_COLUMNS}, recovered) VALUES ({marks})"  # noqa: S608 - constants
    return bool(connection.execute(sql, row).rowcount)


def has_charge(connection: sqlite3.Connection, attempt_id: AttemptId) -> bool:
    """Returns whether an attempt was charged."""
    found = connection.execute("SELECT 1 FROM charges WHERE attempt_id = ?", (attempt_id,))
    return found.fetchone() is not None


def take_recovered(connection: sqlite3.Connection, attempt_id: AttemptId) -> Charge | None:
    """Removes and returns the estimate an attempt was charged with for a process taken for dead."""
    sql = f"SELECT {_COLUMNS} FROM charges WHERE attempt_id = ? AND recovered"  # noqa: S608 - constants
    row = connection.execute(sql, (attempt_id,)).fetchone()
    if row is None:
        return None
    connection.execute("DELETE FROM charges WHERE attempt_id = ?", (attempt_id,))
    attempt, request, turn, session, provider, model, combo, outcome, failure, status, *rest = row
    usage, cost = Usage(rest[0], rest[1], rest[2], rest[3], bool(rest[4])), decode_cost(rest[5], rest[6])
    return Charge(
        *(attempt, request, turn, session, provider, model, combo, outcome, failure, status, usage, cost),
        latency_ms=rest[7],
        first_token_ms=rest[8],
        fallback=bool(rest[9]),
        at=rest[10],
    )
