"""What the served half keeps: its keys, what each has spent, and the audit."""

from dataclasses import dataclass

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
    def of(cls, database: Database, clock: Clock) -> "ServingStore":
        """Returns the stores; nothing is read or written yet."""
        return cls(AccessKeys(database, clock), CallerSpend(database, clock), AuditStore(database))
