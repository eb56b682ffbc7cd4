"""What the served half keeps: its keys, what each has spent, and the audit."""

from dataclasses import dataclass
from pathlib import Path

from tui.domain.clock import Clock
from tui.storage.access_keys import AccessKeys
from tui.storage.audit import AuditStore
from tui.storage.caller_spend import CallerSpend
from tui.storage.database import Database


@dataclass(frozen=True, slots=True)
class ServingStore:
    """The three of one database."""

    keys: AccessKeys
    spend: CallerSpend
    audit: AuditStore

    @classmethod
    def of(cls, database: Database, clock: Clock, place: Path) -> "ServingStore":
        """Returns the stores; nothing is read or written yet. `place`: see AuditStore."""
        return cls(AccessKeys(database, clock), CallerSpend(database, clock), AuditStore(database, place))
