"""Money as integer micro-dollars, with the way each figure was found."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal, NewType

from tui.domain.errors import UsageError

MicroUsd = NewType("MicroUsd", int)
"""Millionths of a US dollar."""

CostSource = Literal["reported", "computed", "estimated", "unknown"]
BY_CERTAINTY: tuple[CostSource, ...] = ("reported", "computed", "estimated", "unknown")
"""From the surest to the least sure."""
LimitScope = Literal["request", "turn", "session", "day", "month"]

_MILLION = Decimal(1_000_000)
_MOST_USD = Decimal(10**12)
"""As micro-dollars this still fits a 64-bit integer."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What something cost; `microusd` is None exactly when `source` is `unknown`."""

    microusd: MicroUsd | None
    source: CostSource

    @classmethod
    def unknown(cls) -> "Cost":
        return cls(None, "unknown")


NO_COST = Cost(MicroUsd(0), "reported")
"""What nothing at all costs."""


@dataclass(frozen=True, slots=True)
class OverBudget:
    """A call that was not sent because it might have passed a spending limit; amounts are micro-dollars."""

    scope: LimitScope
    period: str
    """Which turn, day (`2026-07-28`) or month (`2026-07`) the limit holds for; empty where there is but one."""
    limit: MicroUsd
    spent: MicroUsd
    reserved: MicroUsd
    """What other calls on their way have set aside."""
    amount: MicroUsd
    """What the call may cost at most."""

    def __str__(self) -> str:
        reserved = f", {format_usd(self.reserved)} reserved" if self.reserved else ""
        return (
            f"The {self.scope}'s budget of {format_usd(self.limit)} would be passed:"
            f" {format_usd(self.spent)} spent{reserved}, this call up to {format_usd(self.amount)}."
        )

    @property
    def needed(self) -> MicroUsd:
        """The lowest limit that would let the call pass."""
        return MicroUsd(self.spent + self.reserved + self.amount)


@dataclass(frozen=True, slots=True)
class Price:
    """A model's list price in US dollars per million tokens."""

    input_usd_per_million: Decimal
    output_usd_per_million: Decimal
    cached_input_usd_per_million: Decimal | None = None
    source: str = "configured"

    def of(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> MicroUsd:
        """Returns the exact cost, rounded half up to one micro-dollar, once, at the end."""
        cached_rate = self.cached_input_usd_per_million
        if cached_rate is None:
            cached_rate = self.input_usd_per_million
        fresh = max(0, input_tokens - cached_tokens)
        # US dollars per million tokens is micro-dollars per token.
        total = (
            fresh * self.input_usd_per_million
            + cached_tokens * cached_rate
            + output_tokens * self.output_usd_per_million
        )
        return MicroUsd(int(total.to_integral_value(ROUND_HALF_UP)))


def microusd_from_usd(usd: Decimal | float | int | str) -> MicroUsd:
    """Returns dollars as micro-dollars, rounded half up. Raises decimal.InvalidOperation on what is no amount."""
    amount = usd if isinstance(usd, Decimal) else Decimal(str(usd))
    if not amount.is_finite() or abs(amount) > _MOST_USD:
        raise InvalidOperation(f"{usd!r} is no amount of money")
    return MicroUsd(int((amount * _MILLION).to_integral_value(ROUND_HALF_UP)))


def spending_limit(usd: float) -> MicroUsd:
    """Returns a limit given in dollars. Raises UsageError for what is no amount."""
    try:
        limit = microusd_from_usd(usd)
    except InvalidOperation:
        limit = MicroUsd(-1)
    if limit < 0:
        raise UsageError(f"{usd} is no limit in US dollars.", "Give 0 or more, such as 2.50.")
    return limit


def total_cost(costs: Iterable[Cost]) -> Cost:
    """Returns the sum, as sure as its weakest part and unknown as soon as one is; parts of no cost are silent."""
    weakest: CostSource = "reported"
    total = 0
    parts = tuple(costs)
    for cost in [cost for cost in parts if cost.microusd != 0] or parts[-1:]:
        if cost.microusd is None:
            return Cost.unknown()
        total += cost.microusd
        weakest = max(weakest, cost.source, key=BY_CERTAINTY.index)
    return Cost(MicroUsd(total), weakest) if parts else Cost.unknown()


def format_usd(microusd: int | None) -> str:
    """Returns `$0.0231`, `$12.40` or `$?` when unknown; small amounts keep four places or more."""
    if microusd is None:
        return "$?"
    if microusd == 0:
        return "$0.00"
    sign, usd = "-" if microusd < 0 else "", Decimal(abs(microusd)) / _MILLION
    if usd >= 1:
        return f"{sign}${usd:,.2f}"
    if usd >= Decimal("0.0001"):
        return f"{sign}${usd:.4f}"
    return f"{sign}${usd:.6f}"


def format_cost(cost: Cost | None) -> str:
    """Returns a cost as `format_usd` does, with `~` before what was estimated."""
    if cost is None:
        return format_usd(None)
    return ("~" if cost.source == "estimated" else "") + format_usd(cost.microusd)
