"""From the engine's events to the screen: once a frame, everything that waits is folded and told as one change."""

import asyncio
import time
from collections.abc import Callable

from tui.bus import Inbox
from tui.domain.events import Event
from tui.domain.state import State

FRAME_S = 1 / 18
"""Fifteen to twenty frames a second cost half of thirty and feel the same."""

Kinds = frozenset[type]
"""The types of the events that were folded in one frame."""


class Bridge:
    """Drains an inbox into a State, at most once a frame, and slows down when drawing is dear."""

    def __init__(self, inbox: Inbox, state: State, show: Callable[[Kinds], None]) -> None:
        self._inbox = inbox
        self._state = state
        self._show = show

    async def run(self) -> None:
        """Runs until cancelled."""
        cost_s = 0.0
        while True:
            await self._inbox.wait()
            # A frame that took long is followed by a pause of the same length: keys get their turn.
            await asyncio.sleep(max(FRAME_S, cost_s))
            began = time.perf_counter()
            self.flush()
            cost_s = time.perf_counter() - began

    def flush(self) -> None:
        """Folds what waits and shows it at once."""
        events: list[Event] = self._inbox.drain()
        for event in events:
            self._state.apply(event)
        if events:
            self._show(frozenset(type(event) for event in events))
