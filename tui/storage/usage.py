"""What happened, from the ledger's rows and running sums (`gateway.ports.UsageHistory`)."""

import math
import sqlite3
from collections.abc import Sequence

from tui.domain.completion import FailureKind
from tui.domain.gateway_accounts import SpendStep
from tui.domain.gateway_figures import CallFigures, CostFigures, CostShare
from tui.domain.ids import ProviderName
from tui.domain.money import CostSource
from tui.domain.usage import LastFailure, Selection, SpentRow, UsageRecord
from tui.storage.database import Database
from tui.storage.rollups import day_of

_SUMS = "SUM(requests), SUM(calls), SUM(microusd), SUM(input_tokens), SUM(output_tokens)"


class UsageStore:
    """Answers from the same rows the spend is kept in. Raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def spent_in_session(self, session_id: str) -> Sequence[SpentRow]:
        """Returns what a session cost, by model and by how the cost was found."""
        return await self._spent("spend_by_session_model", "session_id = ?", (session_id,))

    async def spent_on_days(self, first: float, last: float) -> Sequence[SpentRow]:
        """Returns what the UTC days from that of `first` to that of `last` (wall clock) cost."""
        return await self._spent("spend_by_day", "day BETWEEN ? AND ?", (day_of(first), day_of(last)))

    async def spent_over_time(self, since: float, step_s: float, session_id: str | None = None) -> Sequence[SpendStep]:
        """Returns what stretches of time cost, oldest first, of one session or of all together (whole minutes).

        The first stretch begins at `since` (wall clock); those without a charge are left out.
        """
        values: list[object] = [since, step_s, since // 60]
        sql = _MINUTES_TOGETHER
        if session_id is not None:
            sql, values = _CHARGES_TOGETHER, [since, step_s, since, session_id]
        rows = await self._database.read(lambda connection: connection.execute(sql, values).fetchall())
        return [SpendStep(since + number * step_s, microusd) for number, microusd in rows]

    async def first_charge(self, session_id: str) -> float | None:
        """Returns the wall clock of a session's first charge, None before there is one."""
        sql = "SELECT MIN(at) FROM charges WHERE session_id = ?"
        row = await self._database.read(lambda connection: connection.execute(sql, (session_id,)).fetchone())
        return None if row[0] is None else float(row[0])

    async def attempts(self, selection: Selection) -> UsageRecord:
        """Returns how the selected attempts went, each counted by itself."""
        return await self._database.read(lambda connection: _record(connection, selection, _ATTEMPTS))

    async def requests(self, selection: Selection) -> UsageRecord:
        """Returns how the requests of the selected attempts went; a request's attempts count as one.

        Its latency is the time its attempts took together.
        """
        return await self._database.read(lambda connection: _record(connection, selection, _REQUESTS))

    async def last_failure(self, provider: ProviderName) -> LastFailure | None:
        """Returns a provider's newest failed attempt."""
        row = await self._database.read(lambda connection: connection.execute(_LAST_FAILURE, (provider,)).fetchone())
        return LastFailure(*row) if row else None

    async def providers(self, selection: Selection) -> Sequence[ProviderName]:
        """Returns the providers of the selected attempts, busiest first."""
        condition, values = _where(selection)
        sql = f"SELECT provider FROM charges{condition} GROUP BY provider ORDER BY COUNT(*) DESC, provider"  # noqa: S608
        rows = await self._database.read(lambda connection: connection.execute(sql, values).fetchall())
        return [ProviderName(row[0]) for row in rows]

    async def _spent(self, table: str, condition: str, values: tuple[object, ...]) -> Sequence[SpentRow]:
        sql = f"SELECT provider, model, cost_source, {_SUMS} FROM {table} WHERE {condition} GROUP BY 1, 2, 3"  # noqa: S608
        rows = await self._database.read(lambda connection: connection.execute(sql, values).fetchall())
        return [SpentRow(*row) for row in rows if row[4]]


_MINUTES_TOGETHER = (
    "SELECT MAX(0, CAST((minute * 60 - ?) / ? AS INTEGER)) AS step, SUM(microusd) FROM spend_by_minute"
    " WHERE minute >= ? GROUP BY step ORDER BY step"
)
_CHARGES_TOGETHER = (
    "SELECT CAST((at - ?) / ? AS INTEGER) AS step, SUM(COALESCE(cost_microusd, 0)) FROM charges"
    " WHERE at >= ? AND session_id = ? GROUP BY step ORDER BY step"
)
_ATTEMPTS = "SELECT outcome = 'complete' AS good, outcome = 'cancelled' AS gone, latency_ms, fallback FROM charges{}"
"""One row an attempt. A cancelled one tells nothing about who was asked."""
_REQUESTS = (
    "SELECT MAX(outcome = 'complete') AS good, MAX(outcome = 'cancelled') AS gone, SUM(latency_ms) AS latency_ms,"
    " MIN(provider) <> MAX(provider) OR MIN(model) <> MAX(model) AS fallback FROM charges{} GROUP BY request_id"
    " HAVING good OR gone OR request_id NOT IN (SELECT request_id FROM holds)"
)
"""One row a request. One that goes on after a failed attempt has not failed yet."""
_COSTS = (
    "SELECT cost_source, COUNT(*), SUM(cost_microusd), SUM(NOT fallback), SUM(input_tokens), SUM(output_tokens)"
    " FROM charges{} GROUP BY cost_source ORDER BY cost_source"
)
_FAILURES = (
    "SELECT failure, COUNT(*), MAX(at), status FROM charges{} AND failure IS NOT NULL AND outcome <> 'cancelled'"
    " GROUP BY failure ORDER BY 2 DESC, 1"
)
"""Beside a MAX, SQLite gives the other columns of the row it was found in: https://sqlite.org/lang_select.html"""
_LAST_FAILURE = (
    "SELECT at, failure, status FROM charges WHERE provider = ? AND failure IS NOT NULL AND outcome <> 'cancelled'"
    " ORDER BY at DESC LIMIT 1"
)


def _where(selection: Selection) -> tuple[str, list[object]]:
    parts: list[tuple[str, object]] = [
        ("at >= ?", selection.since or 0.0),
        ("provider = ?", selection.provider),
        ("combo = ?", selection.combo),
        ("session_id = ?", selection.session_id),
        ("model = ?", selection.model),
    ]
    given = [(condition, value) for condition, value in parts if value is not None]
    return " WHERE " + " AND ".join(condition for condition, _ in given), [value for _, value in given]


def _record(connection: sqlite3.Connection, selection: Selection, one: str) -> UsageRecord:
    condition, values = _where(selection)
    rows = connection.execute(one.format(condition), values).fetchall()
    latencies = sorted(row[2] for row in rows if row[0])
    gone = sum(row[1] and not row[0] for row in rows)
    figures = CallFigures(
        requests=len(rows),
        successes=len(latencies),
        errors=len(rows) - len(latencies) - gone,
        cancelled=gone,
        fallbacks=sum(row[3] for row in rows),
        average_ms=round(sum(latencies) / len(latencies)) if latencies else None,
        p50_ms=_percentile(latencies, 50),
        p95_ms=_percentile(latencies, 95),
        p99_ms=_percentile(latencies, 99),
        cost=_cost(connection.execute(_COSTS.format(condition), values).fetchall()),
    )
    failures = connection.execute(_FAILURES.format(condition), values).fetchall()
    first = connection.execute(f"SELECT MIN(at) FROM charges{condition}", values).fetchone()[0]  # noqa: S608
    return UsageRecord(figures, {row[0]: row[1] for row in failures}, first, _last(failures))


def _percentile(ordered: Sequence[int], percent: float) -> int | None:
    """Nearest rank."""
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)] if ordered else None


def _cost(rows: Sequence[tuple[CostSource, int, int | None, int, int | None, int | None]]) -> CostFigures:
    return CostFigures(
        microusd=sum(row[2] or 0 for row in rows),
        requests=sum(row[3] for row in rows),
        calls=sum(row[1] for row in rows),
        input_tokens=sum(row[4] or 0 for row in rows),
        output_tokens=sum(row[5] or 0 for row in rows),
        shares=tuple(CostShare(row[0], row[1], row[2]) for row in rows),
    )


def _last(failures: Sequence[tuple[FailureKind, int, float, int | None]]) -> LastFailure | None:
    kind, _, at, status = max(failures, key=lambda row: row[2], default=(None, 0, None, None))
    return None if at is None else LastFailure(at, kind, status)
