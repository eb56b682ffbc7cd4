"""The audit of served calls: who called what, when, at what cost, and how it ended; never what was said."""

from dataclasses import dataclass
from typing import Literal

from tui.domain.money import Cost
from tui.domain.text import CleanText

AuditOutcome = Literal["ok", "failed", "refused", "cancelled", "begun", "unknown"]
"""`refused`: what the caller may not do or spend, so nothing was carried out; `begun`: it runs; `unknown`: its process
ended before it did, so that nobody knows how it ended."""
Transport = Literal["stdio", "http"]


@dataclass(frozen=True, slots=True)
class AuditedCall:
    """One served call, as it is recorded when it begins and once it has ended."""

    at: float
    """Wall clock of its start."""
    caller: CleanText
    key_id: str
    """Empty for the person at this machine."""
    tool: CleanText
    outcome: AuditOutcome
    duration_ms: int | None
    """None until it has ended."""
    cost: Cost
    input_hmac: str
    """A keyed hash of the arguments: equal inputs can be told, no input can be found from it. Empty if none came in."""
    transport: Transport = "stdio"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A recorded call and its place in the chain."""

    seq: int
    call: AuditedCall
    chain: str
    """The hash over this row and the one before."""


@dataclass(frozen=True, slots=True)
class ToolCount:
    """How often a tool was called."""

    tool: CleanText
    calls: int


@dataclass(frozen=True, slots=True)
class AuditStats:
    """The recorded calls in figures."""

    calls: int
    succeeded: int
    refused: int
    average_ms: int | None
    """None when no call has ended."""
    cost_microusd: int
    """The sum of the known costs."""
    unknown_costs: int
    """Calls whose cost nobody knows; the sum is without them."""
    tools: tuple[ToolCount, ...] = ()
    """Most called first."""
    unended: int = 0
    """Calls that run, and those of which nobody knows how they ended."""

    @property
    def success_rate(self) -> float | None:
        """Of the calls that ended, between 0 and 1; None when none did."""
        ended = self.calls - self.unended
        return self.succeeded / ended if ended else None


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Whether the chain is whole; `trouble` says where it breaks and how."""

    whole: bool
    entries: int
    """Rows: a call that was let in has one for its beginning and one for its end."""
    broken_at: int | None = None
    """The first row that does not fit."""
    trouble: CleanText = CleanText("")
