"""The audit of served calls: recorded, looked at, verified."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.domain.messages import Json

if TYPE_CHECKING:
    from tui.assembly import Assembly
    from tui.domain.audit import AuditedCall, AuditEntry, AuditStats, AuditVerdict


class AuditOrders:
    """Every order raises McpTuiError with a hint when it cannot be carried out."""

    def __init__(self, parts: "Callable[[], Assembly]") -> None:
        self._parts = parts

    async def recent(self, limit: int = 50) -> "Sequence[AuditEntry]":
        """Returns the newest calls, newest first."""
        return await self._parts().serving.audit.recent(limit)

    async def stats(self) -> "AuditStats":
        """Returns what the kept calls come to."""
        return await self._parts().serving.audit.stats()

    async def verify(self) -> "AuditVerdict":
        """Returns whether no row was changed, moved, added or taken away since it was recorded."""
        return await self._parts().serving.audit.verify()

    def fingerprint(self, arguments: Json) -> str:
        """Returns a keyed hash of a call's arguments, equal for equal arguments."""
        return self._parts().serving.audit.fingerprint(arguments)

    async def begin(self, call: "AuditedCall") -> int:
        """Appends that a call begins, before anything is done; returns the row to name when it has ended."""
        return await self._parts().serving.audit.begin(call)

    async def record(self, call: "AuditedCall", began: int | None = None) -> None:
        """Appends how a call ended; `began` is the row of its beginning, None for one that was turned away."""
        await self._parts().serving.audit.record(call, began)
