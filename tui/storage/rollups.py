"""Running sums of the ledger, so that a cost panel costs the same at ten rows and at a million."""

import sqlite3
from datetime import UTC, datetime

from tui.domain.spend import Charge

MINUTES_SHOWN = 30


def day_of(at: float) -> str:
    """Returns the UTC day of a wall clock time as `2026-07-28`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def first_of_month(at: float) -> str:
    """Returns the first UTC day of the month of a wall clock time."""
    return day_of(at)[:8] + "01"


def spent_between(connection: sqlite3.Connection, first_day: str, last_day: str) -> int:
    """Returns the known costs of some days, both included, in micro-dollars."""
    row = connection.execute(
        "SELECT COALESCE(SUM(microusd), 0) FROM spend_by_day WHERE day BETWEEN ? AND ?", (first_day, last_day)
    ).fetchone()
    return int(row[0])


def add_to_rollups(connection: sqlite3.Connection, charge: Charge, *, sign: int = 1) -> None:
    """Adds a charge to every sum it belongs to; `sign=-1` takes it out again."""
    microusd = sign * (charge.cost.microusd or 0)
    unknown = sign * (charge.cost.microusd is None)
    estimated = sign * (charge.cost.source == "estimated")
    if charge.turn_id is not None:
        connection.execute(
            "INSERT INTO spend_by_turn (turn_id, microusd) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET microusd = microusd + excluded.microusd",
            (charge.turn_id, microusd),
        )
    connection.execute(
        "INSERT INTO spend_by_session (session_id, microusd, unknown_calls, estimated_calls) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET microusd = microusd + excluded.microusd,"
        " unknown_calls = unknown_calls + excluded.unknown_calls,"
        " estimated_calls = estimated_calls + excluded.estimated_calls",
        (charge.session_id, microusd, unknown, estimated),
    )
    connection.execute(
        "INSERT INTO spend_by_minute (minute, microusd) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET microusd = microusd + excluded.microusd",
        (int(charge.at // 60), microusd),
    )
    for table, column, value in (
        ("spend_by_day", "day", day_of(charge.at)),
        ("spend_by_session_model", "session_id", charge.session_id),
    ):
        _add_by_model(connection, table, column, (value, *_counts(charge, sign)))


def _counts(charge: Charge, sign: int) -> tuple[str | int, ...]:
    usage, cost = charge.usage, charge.cost
    counts = (not charge.fallback, 1, usage.input_tokens or 0, usage.output_tokens or 0, cost.microusd or 0)
    return (charge.provider, charge.model, cost.source, *(sign * count for count in counts))


def _add_by_model(connection: sqlite3.Connection, table: str, column: str, row: tuple[str | int, ...]) -> None:
    connection.execute(
        f"INSERT INTO {table} ({column}, provider, model, cost_source, requests, calls, input_tokens, output_tokens,"  # noqa: S608 - constants
        " microusd) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET requests = requests + excluded.requests, calls = calls + excluded.calls,"
        " input_tokens = input_tokens + excluded.input_tokens,"
        " output_tokens = output_tokens + excluded.output_tokens,"
        " microusd = microusd + excluded.microusd",
        row,
    )
