"""Spend over time, and when a budget will be reached if it goes on like that: both from the ledger's charges."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from tui.domain.gateway_accounts import BudgetForecast, BudgetLine, BudgetScope, CostPeriod, SpendStep
from tui.gateway.embedded.parts import Parts
from tui.gateway.ports import UsageHistory

HOUR_S, DAY_S = 3_600.0, 86_400.0
STEP_S: dict[CostPeriod, float] = {"day": HOUR_S / 2, "week": 3 * HOUR_S, "month": DAY_S}
"""Length of the stretches a calendar period is told in."""
SESSION_STEPS_S = (60.0, 300.0, 900.0, HOUR_S, 6 * HOUR_S, DAY_S)
MOST_STEPS = 60
"""A session is told in the shortest stretches that give no more than so many."""
PACE_S: dict[BudgetScope, float] = {"session": HOUR_S, "day": HOUR_S, "month": 7 * DAY_S}
"""How far back the pace towards a limit is measured."""
LEAST_PACE_S = 120.0
"""A pace measured over less than this says nothing."""


async def over_time(
    period: CostPeriod, since: float | None, history: UsageHistory, parts: Parts
) -> tuple[float, tuple[SpendStep, ...]]:
    """Returns the length of the stretches in seconds and what each with a charge cost. Raises StorageError."""
    if since is not None:
        return STEP_S[period], tuple(await history.spent_over_time(since, STEP_S[period]))
    began, now = await history.first_charge(parts.session_id), parts.clock.wall()
    if began is None:
        return SESSION_STEPS_S[0], ()
    lasted = now - began
    step_s = next((step for step in SESSION_STEPS_S if lasted <= step * MOST_STEPS), SESSION_STEPS_S[-1])
    return step_s, tuple(await history.spent_over_time(began, step_s, parts.session_id))


async def forecasts(
    lines: Iterable[BudgetLine], history: UsageHistory, session_id: str, now: float
) -> tuple[BudgetForecast, ...]:
    """Returns a forecast for each line with a limit. Raises StorageError."""
    found = []
    for line in lines:
        if line.limit_microusd is not None and line.spent_microusd is not None:
            own = session_id if line.scope == "session" else None
            steps = await history.spent_over_time(now - PACE_S[line.scope], 60.0, own)
            found.append(forecast(line.scope, line.limit_microusd, line.spent_microusd, steps, now))
    return tuple(found)


def forecast(
    scope: BudgetScope, limit_microusd: int, spent_microusd: int, steps: Sequence[SpendStep], now: float
) -> BudgetForecast:
    """Returns when a limit is reached at the pace of `steps`, those of the last `PACE_S[scope]` seconds.

    Who began to spend within that time has the pace since then.
    """
    spent_then = sum(step.microusd for step in steps)
    over_s = now - steps[0].since if steps and spent_microusd <= spent_then else PACE_S[scope]
    if over_s < LEAST_PACE_S:
        return BudgetForecast(scope, limit_microusd, over_s, None, _reached(limit_microusd, spent_microusd, now), None)
    per_second = spent_then / over_s
    end = period_end(scope, now)
    reached_at = _reached(limit_microusd, spent_microusd, now)
    if reached_at is None and per_second:
        reached_at = now + (limit_microusd - spent_microusd) / per_second
        if end is not None and reached_at > end:
            reached_at = None
    expected = None if end is None else spent_microusd + round(per_second * (end - now))
    return BudgetForecast(scope, limit_microusd, over_s, round(per_second * HOUR_S), reached_at, expected)


def period_end(scope: BudgetScope, now: float) -> float | None:
    """Returns the wall clock at which a period ends in UTC; None for a session."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match scope:
        case "session":
            return None
        case "day":
            return (today + timedelta(days=1)).timestamp()
        case "month":
            return (today.replace(day=1) + timedelta(days=32)).replace(day=1).timestamp()


def _reached(limit_microusd: int, spent_microusd: int, now: float) -> float | None:
    return now if spent_microusd >= limit_microusd else None
