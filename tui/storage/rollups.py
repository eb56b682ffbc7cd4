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
    tokens = [sign * (count or 0) for count in (charge.usage.input_tokens, charge.usage.output_tokens)]
    connection.execute(
        "INSERT INTO spend_by_day (day, provider, model, calls, unknown_calls, estimated_calls, input_tokens,"
        " output_tokens, microusd) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET calls = calls + excluded.calls,"
        " unknown_calls = unknown_calls + excluded.unknown_calls,"
        " estimated_calls = estimated_calls + excluded.estimated_calls,"
        " input_tokens = input_tokens + excluded.input_tokens,"
        " output_tokens = output_tokens + excluded.output_tokens,"
        " microusd = microusd + excluded.microusd",
        (day_of(charge.at), charge.provider, charge.model, sign, unknown, estimated, *tokens, microusd),
    )
