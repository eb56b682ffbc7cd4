"""The budget guard's rules: which limits a reservation meets, how a refusal reads, when to warn. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from tui.domain.gateway import BudgetSpec
from tui.domain.ids import TurnId
from tui.domain.money import LimitScope, MicroUsd, OverBudget, format_usd
from tui.domain.spend import Exceeded, Hold, Limits, Totals
from tui.domain.text import CleanText
from tui.gateway.embedded.providers.catalog import Step
from tui.gateway.upstream.events import Done

WARN_AT = 0.8
NOTHING = MicroUsd(0)


def limits(budget: BudgetSpec) -> Limits:
    """Returns the limits the ledger checks a reservation against."""
    return Limits(
        turn=budget.turn_microusd,
        session=budget.session_microusd,
        day=budget.day_microusd,
        month=budget.month_microusd,
    )


def is_shared(budget: BudgetSpec) -> bool:
    """Whether a limit holds beyond one turn."""
    return any(limit is not None for limit in (budget.session_microusd, budget.day_microusd, budget.month_microusd))


def with_limit(budget: BudgetSpec, scope: LimitScope, limit: MicroUsd) -> BudgetSpec:
    """Returns `budget` with another limit for a turn, session, day or month."""
    return replace(budget, **{f"{scope}_microusd": limit})  # type: ignore[arg-type]  # the name says which field


def period_of(scope: LimitScope, at: float, turn_id: TurnId | None) -> str:
    """Returns which of its kind a limit holds for at a moment (wall clock): days and months are UTC."""
    match scope:
        case "day":
            return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
        case "month":
            return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")
        case "turn":
            return turn_id or ""
        case _:
            return ""


def request_exceeded(limit: MicroUsd | None, spent: int, hold: Hold) -> OverBudget | None:
    """Checks one request's own limit against what its earlier attempts cost and what the next may."""
    if limit is None or spent + hold.amount <= limit:
        return None
    return OverBudget("request", "", limit, MicroUsd(spent), NOTHING, hold.amount)


def over_budget(exceeded: Exceeded, hold: Hold) -> OverBudget:
    """Returns what the ledger said of a hold it refused, with what the call would have taken."""
    scope = cast("LimitScope", exceeded.scope)
    period = period_of(scope, hold.at, hold.turn_id)
    return OverBudget(scope, period, exceeded.limit, exceeded.spent, exceeded.reserved, hold.amount)


def refused(beyond: OverBudget) -> Done:
    """Returns the end of a request that the budget stopped before it was sent."""
    hint = "Raise the limit under [budget] in config.toml, choose a cheaper model, or ask for a shorter answer."
    return Done("failed", "budget", CleanText(str(beyond)), CleanText(hint))


def nearly_spent(budget: BudgetSpec, totals: Totals) -> Iterable[tuple[LimitScope, CleanText]]:
    """Yields each scope of which 80 % or more is spent, with a sentence that says so."""
    scopes: tuple[tuple[LimitScope, MicroUsd | None, int], ...] = (
        ("session", budget.session_microusd, totals.session),
        ("day", budget.day_microusd, totals.day),
        ("month", budget.month_microusd, totals.month),
    )
    for scope, limit, spent in scopes:
        if limit and spent >= WARN_AT * limit:
            share = f"{100 * spent / limit:.0f} %"
            yield (
                scope,
                CleanText(f"{share} of the {scope}'s budget is spent: {format_usd(spent)} of {format_usd(limit)}"),
            )


def cheapest(steps: Iterable[Step], estimate: Callable[[Step], int | None], *, free_only: bool) -> Step | None:
    """Returns the step with the lowest known cost; with `free_only` one that is known to cost nothing."""
    known = [(amount, order, step) for order, step in enumerate(steps) if (amount := estimate(step)) is not None]
    amount, _, step = min(known, default=(None, 0, None))
    return None if free_only and amount != 0 else step
