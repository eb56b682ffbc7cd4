"""What the gateway needs from the rest of the program; `storage` and `config` satisfy it structurally."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tui.domain.gateway import ProviderSpec
from tui.domain.gateway_accounts import SpendStep
from tui.domain.ids import ProviderName, RequestId
from tui.domain.messages import Json
from tui.domain.spend import Charge, Exceeded, Hold, Limits, Totals
from tui.domain.text import CleanText
from tui.domain.usage import LastFailure, Selection, SpentRow, UsageRecord

__all__ = [
    "Charge",
    "Exceeded",
    "GatewayStore",
    "Hold",
    "KeyFinder",
    "Limits",
    "SpendLedger",
    "Totals",
    "UsageHistory",
    "Verdict",
]


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


class UsageHistory(Protocol):
    """What happened, from the ledger's rows. All raise StorageError."""

    async def spent_in_session(self, session_id: str) -> Sequence[SpentRow]:
        """Returns what a session cost, by model and by how the cost was found."""
        ...

    async def spent_on_days(self, first: float, last: float) -> Sequence[SpentRow]:
        """Returns what the UTC days from that of `first` to that of `last` (wall clock) cost."""
        ...

    async def spent_over_time(self, since: float, step_s: float, session_id: str | None = None) -> Sequence[SpendStep]:
        """Returns what stretches of time cost, oldest first, of one session or of all together (whole minutes).

        The first stretch begins at `since` (wall clock); those without a charge are left out.
        """
        ...

    async def first_charge(self, session_id: str) -> float | None:
        """Returns the wall clock of a session's first charge, None before there is one."""
        ...

    async def attempts(self, selection: Selection) -> UsageRecord:
        """Returns how the selected attempts went, each counted by itself."""
        ...

    async def requests(self, selection: Selection) -> UsageRecord:
        """Returns how the requests of the selected attempts went; a request's attempts count as one."""
        ...

    async def last_failure(self, provider: ProviderName) -> LastFailure | None:
        """Returns a provider's newest failed attempt."""
        ...

    async def providers(self, selection: Selection) -> Sequence[ProviderName]:
        """Returns the providers of the selected attempts, busiest first."""
        ...


class GatewayStore(Protocol):
    """What the gateway keeps across runs besides money: JSON documents under a key."""

    async def load(self, key: str) -> Json:
        """Returns the stored document, None when there is none."""
        ...

    async def load_all(self, keys: Collection[str]) -> Mapping[str, Json]:
        """Returns those of the documents that are stored, by key, as they stood at one moment."""
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

    async def recent_decisions(self, limit: int) -> tuple[RequestId, ...]:
        """Returns the requests decided last, newest first."""
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
