"""One decision on a request's way: where it goes next."""

from dataclasses import dataclass

from tui.domain.text import CleanText
from tui.gateway.embedded.providers.catalog import Step


@dataclass(frozen=True, slots=True)
class Move:
    """Where the request goes next, and why it left the place before."""

    step: Step
    wait_s: float = 0.0
    max_output_tokens: int | None = None
    """A tighter limit for the answer: as much as the credit left can buy."""
    left: Step | None = None
    because: CleanText = CleanText("")
