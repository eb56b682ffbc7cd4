"""Time limits of running calls that stand still while a person answers a server's question."""

import contextlib
import math
from collections.abc import Callable, Iterator

import anyio


class Deadlines:
    """The limits of one server's calls."""

    def __init__(self) -> None:
        self._running: dict[anyio.CancelScope, float] = {}
        """With the seconds left, meaningful only while paused."""
        self._pauses = 0

    @contextlib.contextmanager
    def limit(self, seconds: float) -> Iterator[Callable[[], None]]:
        """Raises TimeoutError when the block takes longer than `seconds`, pauses not counted.

        Yields what lifts the limit for the rest of the block.
        """
        with anyio.fail_after(None if self._pauses else seconds) as scope:
            self._running[scope] = seconds

            def lift() -> None:
                self._running.pop(scope, None)
                scope.deadline = math.inf

            try:
                yield lift
            finally:
                self._running.pop(scope, None)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Stops all clocks for the length of the block; pauses may overlap."""
        self._pauses += 1
        if self._pauses == 1:
            for scope in self._running:
                self._running[scope] = max(0.0, scope.deadline - anyio.current_time())
                scope.deadline = math.inf
        try:
            yield
        finally:
            self._pauses -= 1
            if not self._pauses:
                for scope, left in self._running.items():
                    scope.deadline = anyio.current_time() + left
