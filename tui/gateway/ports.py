"""What the gateway needs from the rest of the program; `storage` and `config` satisfy it structurally."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tui.domain.gateway import ProviderSpec
from tui.domain.ids import RequestId
from tui.domain.messages import Json
from tui.domain.spend import Charge, Exceeded, Hold, Limits, Totals
from tui.domain.text import CleanText

__all__ = [
    "Charge",
    "Exceeded",
    "GatewayStore",
    "Hold",
    "KeyFinder",
    "Limits",
    "SpendLedger",
    "Totals",
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
