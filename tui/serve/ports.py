"""What serving needs kept: an audit of calls, and what each key's calls cost. The engine's orders satisfy it."""

from typing import Protocol

from tui.domain.audit import AuditedCall
from tui.domain.messages import Json
from tui.domain.money import Cost, MicroUsd
from tui.domain.spend import Exceeded
from tui.serve.caller import Caller


class AuditTrail(Protocol):
    """The chain in which calls are recorded; writing to it raises StorageError."""

    def fingerprint(self, arguments: Json) -> str:
        """Returns a keyed hash of the canonical form of `arguments`."""
        ...

    async def begin(self, call: AuditedCall) -> int:
        """Appends that a call begins; returns, after the commit, the row to name when it has ended."""
        ...

    async def record(self, call: AuditedCall, began: int | None = None) -> None:
        """Appends how a call ended; `began` is the row of its beginning, None for one that was turned away."""
        ...


class CallerLedger(Protocol):
    """What keys' calls cost on a UTC day. Every method returns after the commit and may raise StorageError."""

    async def reserve(self, call_id: str, key_id: str, amount: MicroUsd, day_limit: MicroUsd | None) -> Exceeded | None:
        """Sets the amount aside in one transaction, or says that spent + reserved + amount passes the limit."""
        ...

    async def settle(self, call_id: str, cost: Cost) -> None:
        """Replaces what was set aside by the cost; an unknown cost is booked as the amount set aside."""
        ...


class CallerFinder(Protocol):
    """Who shows which key."""

    async def caller_of(self, key: str) -> Caller | None:
        """Returns the caller a key belongs to, None when there is no such key or it was revoked."""
        ...
