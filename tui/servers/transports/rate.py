"""How much a flooding server may say: a token bucket."""

from tui.domain.clock import Clock


class Allowance:
    """Grants `burst` at once and `per_second` after that."""

    def __init__(self, *, per_second: float, burst: float, clock: Clock) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._left = burst
        self._at = clock.monotonic()
        self.refused = 0
        """Refusals since the last grant."""

    def take(self) -> bool:
        """Returns whether one more is granted now."""
        now = self._clock.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            self.refused += 1
            return False
        self._left -= 1
        self.refused = 0
        return True
