"""The audit of served calls: recorded, looked at, verified."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui.domain.audit import AuditedCall, AuditEntry, AuditStats, AuditVerdict
from tui.domain.messages import Json

if TYPE_CHECKING:
    from tui.assembly import Assembly


class AuditOrders:
    """Every order raises McpTuiError with a hint when it cannot be carried out."""

    def __init__(self, parts: "Callable[[], Assembly]") -> None:
        self._parts = parts

    async def recent(self, limit: int = 50) -> Sequence[AuditEntry]:
        """Returns the newest calls, newest first."""
        return await self._parts().serving.audit.recent(limit)

    async def stats(self) -> AuditStats:
        """Returns what the kept calls come to."""
        return await self._parts().serving.audit.stats()

    async def verify(self) -> AuditVerdict:
        """Returns whether no row was changed, moved, added or taken away since it was recorded."""
        return await self._parts().serving.audit.verify()

    def fingerprint(self, arguments: Mapping[str, Json]) -> str:
        """Returns a keyed hash of a call's arguments, equal for equal arguments."""
        return self._parts().serving.audit.fingerprint(arguments)

    async def record(self, call: AuditedCall) -> None:
        """Appends a call that has ended."""
        await self._parts().serving.audit.record(call)
