"""What the gateway needs from the rest of the program; `storage` and `config` satisfy it structurally."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tui.domain.completion import FailureKind, Outcome, Usage
from tui.domain.gateway import ProviderSpec
from tui.domain.ids import AttemptId, ComboName, ProviderName, RequestId, TurnId
from tui.domain.messages import Json
from tui.domain.money import Cost, MicroUsd
from tui.domain.text import CleanText


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
    per_minute: tuple[int, ...] = ()
    """The last 30 minutes, oldest first."""


class SpendLedger(Protocol):
    """The usage ledger. Every method returns after the commit; days and months are UTC."""

    async def reserve(self, hold: Hold, limits: Limits) -> Exceeded | None:
        """Sets the amount aside in one transaction, or says which limit spent + reserved + amount passes."""
        ...

    async def settle(self, charge: Charge) -> None:
        """Replaces the attempt's hold by its charge; settling twice changes nothing."""
        ...

    async def totals(self, session_id: str, now: float) -> Totals:
        """Returns the sums as of `now` (wall clock)."""
        ...


class GatewayStore(Protocol):
    """What the gateway keeps across runs besides money: JSON documents under a key."""

    async def load(self, key: str) -> Json:
        """Returns the stored document, None when there is none."""
        ...

    async def save(self, key: str, document: Json) -> None:
        """Stores a document."""
        ...

    async def add_decision(self, request_id: RequestId, document: Mapping[str, Json], at: float) -> None:
        """Stores why a request went the way it did, for `explain`."""
        ...

    async def decision(self, request_id: RequestId) -> Mapping[str, Json] | None:
        """Returns what was stored for a request."""
        ...


class KeyFinder(Protocol):
    """Finds the key of a provider, never for another scheme, host or port than it was entered for."""

    def key_for(self, provider: ProviderSpec) -> str | None:
        """Returns the key, None when there is none. May take two seconds (keyring): call it off the loop."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a provider may be called, with the reason when not."""

    allowed: bool
    reason: CleanText = CleanText("")
    retry_in_s: float | None = None
