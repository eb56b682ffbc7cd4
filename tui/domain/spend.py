"""Money set aside and money spent, as the gateway asks for it and the ledger on disk answers."""

from dataclasses import dataclass

from tui.domain.completion import FailureKind, Outcome, Usage
from tui.domain.ids import AttemptId, ComboName, ProviderName, RequestId, TurnId
from tui.domain.money import Cost, CostSource, MicroUsd


@dataclass(frozen=True, slots=True)
class Limits:
    """Spending limits that a reservation is checked against, in micro-dollars; None is no limit."""

    turn: MicroUsd | None = None
    session: MicroUsd | None = None
    day: MicroUsd | None = None
    month: MicroUsd | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Money set aside for one attempt before it is sent."""

    attempt_id: AttemptId
    request_id: RequestId
    turn_id: TurnId | None
    session_id: str
    provider: ProviderName
    model: str
    amount: MicroUsd
    """The estimate; 0 when the price is unknown."""
    at: float
    """Wall clock, seconds."""


@dataclass(frozen=True, slots=True)
class Exceeded:
    """Why a hold was refused."""

    scope: str
    """`turn`, `session`, `day` or `month`."""
    limit: MicroUsd
    spent: MicroUsd
    reserved: MicroUsd


@dataclass(frozen=True, slots=True)
class Charge:
    """How an attempt ended and what it cost; one row of the ledger."""

    attempt_id: AttemptId
    request_id: RequestId
    turn_id: TurnId | None
    session_id: str
    provider: ProviderName
    model: str
    combo: ComboName | None
    outcome: Outcome
    failure: FailureKind | None
    status: int | None
    usage: Usage
    cost: Cost
    latency_ms: int
    first_token_ms: int | None
    fallback: bool
    """True when an earlier attempt of the same request failed."""
    at: float


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of known costs in micro-dollars."""

    session: int = 0
    day: int = 0
    month: int = 0
    reserved: int = 0
    unknown_calls: int = 0
    """Calls of this session whose cost is unknown."""
    estimated_calls: int = 0
    source: CostSource | None = None
    """The least sure way in which a part of the session's sum was found; `unknown` when no call's
    cost is known, None before the first call."""
    per_minute: tuple[int, ...] = ()
    """The last 30 minutes, oldest first."""
    reserved_everywhere: int = 0
    """What all sessions hold; `reserved` is this session's part."""
