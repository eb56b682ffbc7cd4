"""Deadlines of one request: only progress of the model moves them, never a keep-alive."""

import asyncio

from tui.gateway.upstream.events import Timeouts
from tui.gateway.upstream.failures import Failure, failure


class Watchdog:
    """Knows until when the next sign of progress must come; seconds on the event loop's clock."""

    def __init__(self, timeouts: Timeouts, total_s: float) -> None:
        self._now = asyncio.get_running_loop().time
        self._timeouts = timeouts
        self._total_s = min(timeouts.total_s, total_s)
        self._started = self._now()
        self._end = self._started + self._total_s
        self._next = self._started + timeouts.first_token_s
        self._seen_progress = False

    @property
    def deadline(self) -> float:
        """When to give up."""
        return min(self._next, self._end)

    @property
    def elapsed_ms(self) -> int:
        """Milliseconds since the request began."""
        return int((self._now() - self._started) * 1000)

    def progressed(self) -> None:
        """The model got on."""
        self._seen_progress = True
        self._next = self._now() + self._timeouts.idle_s

    def expired(self) -> Failure:
        """Returns which limit was passed."""
        if self._end <= self._next:
            return failure("timeout", f"The answer was not complete after {self._total_s:g} s")
        if self._seen_progress:
            return failure("timeout", f"The answer stood still for {self._timeouts.idle_s:g} s")
        return failure("timeout", f"No answer began within {self._timeouts.first_token_s:g} s")
