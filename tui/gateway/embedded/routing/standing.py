"""What is known of a place at the moment a request looks for its way: the facts that strategies weigh. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from tui.domain.gateway import ModelSpec
from tui.gateway.embedded.providers.catalog import Step


@dataclass(frozen=True, slots=True)
class Load:
    """How large a request is, in estimated tokens."""

    input_tokens: int
    output_tokens: int

    @property
    def tokens(self) -> int:
        """Returns what the window must hold."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Standing:
    """One place; None where nobody told or measured.

    Counts and latency are those of the last minutes, or of the last day when nothing was asked there of late.
    """

    step: Step
    model: ModelSpec | None = None
    requests: int = 0
    """Calls that ended."""
    errors: int = 0
    recent: int = 0
    """Calls of the last minutes, those on their way included."""
    latency_ms: int | None = None
    """The median of the calls that succeeded."""
    cost_microusd: int | None = None
    """What this request would cost here with an answer of the usual length."""
    requests_left: int | None = None
    """How many requests of this size the provider says it still takes."""
    probing: bool = False
    """Its breaker is half-open: the next call is a probe."""

    @property
    def success_rate(self) -> float | None:
        """Returns the share of ended calls that succeeded."""
        return (self.requests - self.errors) / self.requests if self.requests else None


StandingOf = Callable[[Step, Load], Standing]
"""Looks a place up for a request of a size."""
