"""Answers about money: what a period cost, and the budget in force."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeVar

from tui.domain.errors import NotExposedError
from tui.domain.gateway import BudgetAction, BudgetSpec
from tui.domain.gateway_accounts import (
    BudgetAnswer,
    BudgetLine,
    BudgetScope,
    CostAnswer,
    CostPeriod,
    ModelCost,
    ProviderCost,
)
from tui.domain.gateway_figures import CallFigures, CostFigures, CostShare
from tui.domain.ids import ProviderName
from tui.domain.money import spending_limit
from tui.domain.spend import Totals
from tui.domain.usage import SpentRow
from tui.gateway.embedded.answers.spending import forecasts, over_time
from tui.gateway.embedded.money.budget import WARN_AT
from tui.gateway.embedded.parts import Parts
from tui.gateway.ports import UsageHistory

K = TypeVar("K", str, tuple[str, str])


def history_of(parts: Parts) -> UsageHistory:
    """Returns the ledger's history. Raises NotExposedError where nobody keeps one."""
    if parts.history is None:
        raise NotExposedError("This gateway keeps no history of its calls.", "Its health and routes can be asked for.")
    return parts.history


# --- cost


async def cost(period: CostPeriod, parts: Parts, budget: BudgetAnswer) -> CostAnswer:
    """Returns what a period cost. Raises StorageError or NotExposedError."""
    history, now = history_of(parts), parts.clock.wall()
    since = period_start(period, now)
    if since is None:
        rows = await history.spent_in_session(parts.session_id)
    else:
        rows = await history.spent_on_days(since, now)
    step_s, steps = await over_time(period, since, history, parts)
    return CostAnswer(
        period=period,
        since=since,
        total=figures(rows),
        providers=tuple(
            ProviderCost(ProviderName(key), part) for key, part in dearest_first(rows, lambda row: row.provider)
        ),
        models=tuple(
            ModelCost(ProviderName(provider), model, part) for (provider, model), part in dearest_first(rows, by_model)
        ),
        budget=budget,
        step_s=step_s,
        over_time=steps,
        forecasts=await forecasts(budget.lines, history, parts.session_id, now),
    )


def period_start(period: CostPeriod, now: float) -> float | None:
    """Returns the wall clock of a period's begin in UTC, weeks from Monday; None for a session."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case "session":
            return None
        case "day":
            return today.timestamp()
        case "week":
            return (today - timedelta(days=today.weekday())).timestamp()
        case "month":
            return today.replace(day=1).timestamp()


def by_provider(row: SpentRow) -> str:
    """Groups rows by provider."""
    return row.provider


def by_model(row: SpentRow) -> tuple[str, str]:
    """Groups rows by provider and model."""
    return row.provider, row.model


def dearest_first(rows: Iterable[SpentRow], key: Callable[[SpentRow], K]) -> list[tuple[K, CostFigures]]:
    """Returns the figures of each group of rows, by cost, then by calls."""
    groups: dict[K, list[SpentRow]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    parts = [(name, figures(group)) for name, group in groups.items()]
    return sorted(parts, key=lambda part: (-(part[1].microusd or 0), -(part[1].calls or 0), part[0]))


def figures(rows: Iterable[SpentRow]) -> CostFigures:
    """Returns the sum of some rows and how it was found."""
    counted = list(rows)
    shares = []
    for source in sorted({row.source for row in counted}):
        found = [row for row in counted if row.source == source]
        amount = None if source == "unknown" else sum(row.microusd for row in found)
        shares.append(CostShare(source, sum(row.calls for row in found), amount))
    return CostFigures(
        microusd=sum(row.microusd for row in counted),
        requests=sum(row.requests for row in counted),
        calls=sum(row.calls for row in counted),
        input_tokens=sum(row.input_tokens for row in counted),
        output_tokens=sum(row.output_tokens for row in counted),
        shares=tuple(shares),
    )


def unknown_figures(figures: CallFigures) -> tuple[str, ...]:
    """Returns the names of the figures that no call has shown yet."""
    names = {
        "success_rate": figures.success_rate,
        "average_ms": figures.average_ms,
        "p50_ms": figures.p50_ms,
        "p95_ms": figures.p95_ms,
        "p99_ms": figures.p99_ms,
    }
    unknown = [name for name, value in names.items() if value is None]
    return tuple(unknown if not figures.cost.unknown_calls else [*unknown, "cost of some calls"])


# --- budget


def budget_answer(budget: BudgetSpec, totals: Totals, *, set_by_hand: bool) -> BudgetAnswer:
    """Returns the budget in force and what is used of it."""
    lines = (
        _line("session", budget.session_microusd, totals.session, totals.reserved),
        _line("day", budget.day_microusd, totals.day, totals.reserved_everywhere),
        _line("month", budget.month_microusd, totals.month, totals.reserved_everywhere),
    )
    return BudgetAnswer(
        action=budget.action,
        degrade_to=budget.degrade_to,
        status=_status(lines),
        lines=lines,
        turn_limit_microusd=budget.turn_microusd,
        set_by_hand=set_by_hand,
        unknown_calls=totals.unknown_calls,
    )


def _line(scope: BudgetScope, limit: int | None, spent: int, reserved: int) -> BudgetLine:
    remaining = None if limit is None else max(0, limit - spent - reserved)
    return BudgetLine(scope, limit, spent, reserved, remaining)


def _status(lines: Iterable[BudgetLine]) -> Literal["ok", "near", "exceeded", "unlimited"]:
    limited = [(line.spent_microusd or 0, line.limit_microusd) for line in lines if line.limit_microusd is not None]
    if not limited:
        return "unlimited"
    if any(spent >= limit for spent, limit in limited):
        return "exceeded"
    return "near" if any(spent >= WARN_AT * limit for spent, limit in limited) else "ok"


def changed_budget(
    budget: BudgetSpec,
    max_cost: float | None,
    action: BudgetAction | None,
    tier: Literal["cheap", "free"] | None,
    period: BudgetScope,
) -> BudgetSpec:
    """Returns `budget` with what is given. Raises UsageError for what is no amount."""
    limit = {} if max_cost is None else {f"{period}_microusd": spending_limit(max_cost)}
    return replace(budget, action=action or budget.action, degrade_to=tier or budget.degrade_to, **limit)
