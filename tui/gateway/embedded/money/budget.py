"""The budget guard's rules: which limits a reservation meets, how a refusal reads, when to warn. Pure."""

from collections.abc import Callable, Iterable

from tui.domain.gateway import BudgetSpec
from tui.domain.money import MicroUsd, format_usd
from tui.domain.spend import Exceeded, Limits, Totals
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


def request_exceeded(limit: MicroUsd | None, spent: int, amount: int) -> Exceeded | None:
    """Checks one request's own limit against what its earlier attempts cost and what the next may."""
    if limit is None or spent + amount <= limit:
        return None
    return Exceeded("request", limit, MicroUsd(spent), MicroUsd(0))


def refused(exceeded: Exceeded, amount: int) -> Done:
    """Returns the end of a request that the budget stopped before it was sent."""
    hint = "Raise the limit under [budget] in config.toml, choose a cheaper model, or ask for a shorter answer."
    return Done("failed", "budget", refusal(exceeded, amount), CleanText(hint))


def refusal(exceeded: Exceeded, amount: int) -> CleanText:
    """Returns in one sentence why a call was not sent."""
    reserved = f", {format_usd(exceeded.reserved)} reserved" if exceeded.reserved else ""
    return CleanText(
        f"The {exceeded.scope}'s budget of {format_usd(exceeded.limit)} would be passed:"
        f" {format_usd(exceeded.spent)} spent{reserved}, this call up to {format_usd(amount)}."
    )


def nearly_spent(budget: BudgetSpec, totals: Totals) -> Iterable[tuple[str, CleanText]]:
    """Yields each scope of which 80 % or more is spent, with a sentence that says so."""
    scopes = (
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
