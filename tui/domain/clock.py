"""Time as an injected thing, so that rules about time are tested without waiting."""

import time
from typing import Protocol


class Clock(Protocol):
    """Two clocks: one that never jumps, for durations; one for the calendar."""

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        ...

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def monotonic(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()
