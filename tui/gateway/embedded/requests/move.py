"""One decision on a request's way: where it goes next."""

from collections.abc import Callable
from dataclasses import dataclass

from tui.domain.events import FallbackHappened
from tui.domain.ids import TurnId
from tui.domain.text import CleanText, clean_line
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

    def fallback(
        self, cost: Callable[[Step], int | None], turn_id: TurnId | None, at: float
    ) -> FallbackHappened | None:
        """Returns the fact that another place takes over, with its price beside the old one's; None when none does."""
        if self.left is None:
            return None
        old, new = cost(self.left), cost(self.step)
        ratio = new / old if old and new is not None else None
        return FallbackHappened(turn_id, clean_line(self.left), clean_line(self.step), self.because, ratio, at)
