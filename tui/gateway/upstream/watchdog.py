"""Deadlines of one request: only progress of the model moves them, never a keep-alive."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from tui.gateway.upstream.events import Timeouts
from tui.gateway.upstream.failures import Failure, failure

T = TypeVar("T")


class Watchdog:
    """Knows until when the next sign of progress must come, and ends a wait then; seconds on the event loop's clock.

    One timer serves a whole answer. Progress moves the deadline only; the timer looks at it when it rings.
    """

    def __init__(self, timeouts: Timeouts, total_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._now = self._loop.time
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Task[object] | None = None
        self._rang = False
        self._timeouts = timeouts
        self._total_s = min(timeouts.total_s, total_s)
        started = self._now()
        self._end = started + self._total_s
        self._next = started + timeouts.first_token_s
        self._seen_progress = False

    @property
    def deadline(self) -> float:
        """When to give up."""
        return min(self._next, self._end)

    def progressed(self) -> None:
        """The model got on."""
        self._next = self._now() + self._timeouts.idle_s
        if not self._seen_progress:
            # From here on the deadline never moves back, so that a timer set for it is never too late.
            self._seen_progress = True
            self.close()

    async def wait_for(self, awaited: Awaitable[T]) -> T:
        """Returns what is waited for. Raises TimeoutError at the deadline. One wait at a time."""
        if self._timer is None:
            self._timer = self._loop.call_at(self.deadline, self._ring)
        self._waiting = task = asyncio.current_task()
        assert task is not None
        cancelling = task.cancelling()
        try:
            return await awaited
        except asyncio.CancelledError:
            # As asyncio.timeout does: a cancellation from elsewhere is not ours to turn into anything.
            if self._rang and task.uncancel() <= cancelling:
                raise TimeoutError from None
            raise
        finally:
            self._waiting = None

    def close(self) -> None:
        """Lets the timer go."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        if self._waiting is None:
            return
        if self._now() < self.deadline:
            self._timer = self._loop.call_at(self.deadline, self._ring)
        else:
            self._rang = True
            self._waiting.cancel()

    def expired(self) -> Failure:
        """Returns which limit was passed."""
        if self._end <= self._next:
            return failure("timeout", f"The answer was not complete after {round(self._total_s, 1):g} s")
        if self._seen_progress:
            return failure("timeout", f"The answer stood still for {self._timeouts.idle_s:g} s")
        return failure("timeout", f"No answer began within {self._timeouts.first_token_s:g} s")
