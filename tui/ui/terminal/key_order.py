"""Keys act in the order they were typed, also when many arrive at once.

Textual puts a key into the queue of the widget that has the focus. What the key does there, or on its way up from
there, may come after the keys behind it were given to the same widget: a fast `tab` or `enter` would leave them in the
wrong place. So what follows a key waits until that key has gone all its way.
"""

import asyncio
from collections import deque

from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Key, Paste
from textual.widgets import Input, TextArea

PATIENCE_S = 1.0
"""How long a key may take before the next one is given out all the same."""


class OrderedApp(App[str]):
    """Gives keys and pastes out one after the other; letters for a text field need not wait for each other."""

    def __init__(self) -> None:
        self._typed: deque[Key | Paste] = deque()
        self._turn = 0
        self._under_way = False
        self._written_in: DOMNode | None = None
        """The field that was given letters nobody waited for."""
        super().__init__()

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self._typed.append(event)
            await self._give_out()
        else:
            await super().on_event(event)

    async def _give_out(self) -> None:
        while self._typed and not self._under_way:
            target = self.focused or self.screen
            within = _stays_within(target, self._typed[0])
            if not within and self._written_in is not None:
                # The app's own keys act at once, the letters before them only when the field gets to them.
                self._wait_for(self._written_in)
                return
            await super().on_event(self._typed.popleft())
            if within:
                self._written_in = target
            else:
                self._wait_for(target)

    def _wait_for(self, target: DOMNode) -> None:
        self._written_in, self._under_way, self._turn = None, True, self._turn + 1
        asyncio.get_running_loop().call_later(PATIENCE_S, self.call_later, self._arrived, self._turn)
        way = [node for node in target.ancestors_with_self if node is not self]
        # The key goes up once; the messages it caused come right behind it.
        self._follow([*way, self, *way], self._turn)

    def _follow(self, way: list[DOMNode], turn: int) -> None:
        """Goes from queue to queue, past those that are closed, and then back to where keys are given out."""
        for place, node in enumerate(way, 1):
            if node.call_later(self._follow, way[place:], turn):
                return
        self.call_later(self.call_later, self._arrived, turn)

    async def _arrived(self, turn: int) -> None:
        if turn == self._turn:
            self._under_way = False
            await self._give_out()


def _stays_within(target: DOMNode, event: Key | Paste) -> bool:
    """Whether a text field takes it, and nothing comes of it that what follows would have to wait for."""
    return isinstance(target, Input | TextArea) and (isinstance(event, Paste) or event.is_printable)
