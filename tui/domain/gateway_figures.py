"""Counts, latencies and costs that a gateway answers with. Rates are between 0 and 1; None where nobody tells."""

from dataclasses import dataclass
from typing import Literal

from tui.domain.money import CostSource

Window = Literal["hour", "day", "week", "month"]
"""The last 60 minutes, 24 hours, 7 or 30 days."""


@dataclass(frozen=True, slots=True)
class CostShare:
    """The part of a cost that was found in one way; `microusd` is None for calls of unknown cost."""

    source: CostSource
    calls: int
    microusd: int | None


@dataclass(frozen=True, slots=True)
class CostFigures:
    """What some attempts cost and used, as the ledger has it."""

    microusd: int | None = 0
    """The sum of the known costs."""
    requests: int | None = 0
    calls: int | None = 0
    """Attempts: a request that fell back has several."""
    input_tokens: int | None = 0
    output_tokens: int | None = 0
    shares: tuple[CostShare, ...] = ()
    """How the figure was found; calls of unknown cost are missing from the sum."""

    @property
    def unknown_calls(self) -> int:
        """Calls whose cost nobody knows."""
        return sum(share.calls for share in self.shares if share.microusd is None)


@dataclass(frozen=True, slots=True)
class CallFigures:
    """How some calls went. Cancelled ones count as neither success nor error; latencies are those of successes."""

    requests: int | None = 0
    successes: int | None = 0
    errors: int | None = 0
    cancelled: int | None = 0
    fallbacks: int | None = 0
    """Of requests: those that another place took over. Of attempts: those that came after a failed one."""
    average_ms: int | None = None
    p50_ms: int | None = None
    p95_ms: int | None = None
    p99_ms: int | None = None
    cost: CostFigures = CostFigures()

    @property
    def success_rate(self) -> float | None:
        """Successes among the calls that ended by themselves, None when there were none."""
        if self.successes is None or self.errors is None:
            return None
        ended = self.successes + self.errors
        return self.successes / ended if ended else None

    @property
    def error_rate(self) -> float | None:
        """Errors among the calls that ended by themselves, None when there were none."""
        rate = self.success_rate
        return None if rate is None else 1 - rate
