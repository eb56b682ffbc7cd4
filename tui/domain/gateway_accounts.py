"""What a gateway answers about money and use: quota, budget, cost, one provider, the session.

Money is micro-dollars. A figure nobody knows is None and its name stands in `unknown`; it is never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tui.domain.gateway import BreakerView, BudgetAction, CredentialHealth
from tui.domain.gateway_answers import RateLimitView
from tui.domain.gateway_figures import CallFigures, CostFigures, Window
from tui.domain.gateway_witness import Witness
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText

CostPeriod = Literal["session", "day", "week", "month"]
"""Days, weeks (from Monday) and months are those of the calendar in UTC."""
BudgetScope = Literal["session", "day", "month"]


# --- quota and budget


@dataclass(frozen=True, slots=True)
class Credits:
    """A credential's account as the provider tells it, in micro-dollars."""

    remaining_microusd: int | None = None
    used_microusd: int | None = None
    total_microusd: int | None = None
    age_s: float = 0.0
    source: CleanText = CleanText("")
    """The endpoint that told."""


@dataclass(frozen=True, slots=True)
class QuotaView:
    """What is left for one credential, from whoever tells; all None where nobody does."""

    provider: ProviderName
    credential: CleanText
    """Where the key comes from, never the key."""
    health: CredentialHealth
    reason: CleanText = CleanText("")
    rate_limit: RateLimitView | None = None
    credits: Credits | None = None
    trouble: CleanText = CleanText("")
    """Why the account could not be read, when it has an endpoint for that."""
    unknown: tuple[str, ...] = ()

    @property
    def remaining(self) -> float | None:
        """The share of the tightest quota that is left, None when no quota has a known whole."""
        shares = []
        if self.rate_limit:
            limit = self.rate_limit
            pairs = ((limit.remaining_requests, limit.limit_requests), (limit.remaining_tokens, limit.limit_tokens))
            shares += [left / whole for left, whole in pairs if left is not None and whole]
        if self.credits and self.credits.remaining_microusd is not None and self.credits.total_microusd:
            shares.append(max(0, self.credits.remaining_microusd) / self.credits.total_microusd)
        return min(shares, default=None)


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One limit and what is used of it, in micro-dollars."""

    scope: BudgetScope
    limit_microusd: int | None
    """None: no limit."""
    spent_microusd: int | None
    reserved_microusd: int | None
    remaining_microusd: int | None
    """Never below 0; None without a limit."""


@dataclass(frozen=True, slots=True)
class BudgetAnswer:
    """The budget in force."""

    action: BudgetAction
    degrade_to: Literal["cheap", "free"] | None
    status: Literal["ok", "near", "exceeded", "unlimited", "unknown"]
    """`near` from 80 % of any limit."""
    lines: tuple[BudgetLine, ...]
    turn_limit_microusd: int | None = None
    set_by_hand: bool = False
    """True when it differs from the configuration file because somebody set it; it stays so across restarts."""
    unknown_calls: int | None = 0
    """Calls of this session whose cost nobody knows: the sums are without them."""
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class QuotaAnswer:
    """What is left, for every credential and of the budget."""

    credentials: tuple[QuotaView, ...]
    budget: BudgetAnswer
    witnesses: tuple[Witness, ...] = ()


# --- cost


@dataclass(frozen=True, slots=True)
class ProviderCost:
    """A provider's part of the cost."""

    provider: ProviderName
    figures: CostFigures


@dataclass(frozen=True, slots=True)
class ModelCost:
    """A model's part of the cost."""

    provider: ProviderName
    model: str
    figures: CostFigures


@dataclass(frozen=True, slots=True)
class SpendStep:
    """What one stretch of time cost."""

    since: float
    """Wall clock of its begin."""
    microusd: int
    """The known costs."""


@dataclass(frozen=True, slots=True)
class BudgetForecast:
    """When a limit is reached if spending goes on at its pace."""

    scope: BudgetScope
    limit_microusd: int
    measured_over_s: float
    """How far back the pace was measured."""
    per_hour_microusd: int | None
    """The pace; None when it is too early to tell one."""
    reached_at: float | None
    """Wall clock; None when not within the period, or unknown."""
    expected_microusd: int | None
    """What the period will have cost at its end; None for a session, which has no end, and when unknown."""


@dataclass(frozen=True, slots=True)
class CostAnswer:
    """What a period cost, equal to the sum of the ledger's rows."""

    period: CostPeriod
    since: float | None
    """Wall clock of its start; None for a session, which may have been resumed."""
    total: CostFigures
    providers: tuple[ProviderCost, ...]
    """Dearest first, as the models."""
    models: tuple[ModelCost, ...]
    budget: BudgetAnswer
    witnesses: tuple[Witness, ...] = ()
    step_s: float | None = None
    """Length of the stretches of `over_time`; None when nobody tells."""
    over_time: tuple[SpendStep, ...] = ()
    """Oldest first; stretches without a charge are left out."""
    forecasts: tuple[BudgetForecast, ...] = ()
    """One for each limit in force."""
    total_of: CleanText = CleanText("")
    """Whose requests `total` counts; empty where all figures count those of all chats of this program."""
    over_time_of: CleanText = CleanText("")
    """The same for `over_time` and `forecasts`."""


# --- use


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """How one provider did over a window."""

    provider: ProviderName
    window: Window
    figures: CallFigures
    failures: Mapping[str, int]
    """Failed calls by kind."""
    breaker: BreakerView
    quota: QuotaView
    last_error: CleanText = CleanText("")
    last_error_at: float | None = None
    """Wall clock."""
    unknown: tuple[str, ...] = ()
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A model or provider with its part in a session, busiest first."""

    name: CleanText
    requests: int | None
    cost: CostFigures


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """The running session."""

    session_id: str
    started: float | None
    """Wall clock of its first charge or, before that, of this run's start."""
    duration_s: float
    figures: CallFigures
    models: tuple[Ranked, ...]
    providers: tuple[Ranked, ...]
    budget: BudgetAnswer
    unknown: tuple[str, ...] = ()
    witnesses: tuple[Witness, ...] = ()
