"""What all screens share: they are told of changes while in view and catch up when they come into view."""

from collections.abc import Awaitable

from textual.screen import Screen

from tui.domain.errors import McpTuiError
from tui.domain.state import State
from tui.engine import Engine
from tui.ui.bridge import Kinds

EVERYTHING: Kinds = frozenset({object})
"""Told instead of event types when a screen comes into view and must draw all it shows."""


class LiveScreen(Screen[None]):
    """A screen over the engine's state. Subclasses draw in `show_state` and order through `order`."""

    def __init__(self, engine: Engine, state: State) -> None:
        super().__init__()
        self.engine = engine
        self.state = state

    def on_screen_resume(self) -> None:
        # A person who leaves at once gets here after the widgets were taken down.
        if self.children:
            self.show_state(EVERYTHING)

    def facts_changed(self, kinds: Kinds) -> None:
        """Called once a frame with the types of the events that were folded; hidden screens ignore it."""
        if self.is_current and self.children:
            self.show_state(kinds)

    def show_state(self, kinds: Kinds) -> None:
        """Hands the state to the widgets. `kinds` is EVERYTHING or the types of the new events."""
        raise NotImplementedError

    def order(self, command: Awaitable[object], group: str = "orders") -> None:
        """Runs a command of the engine; a refusal becomes a notice, never a crash."""
        self.run_worker(self._carry_out(command), group=group, exit_on_error=False)

    async def _carry_out(self, command: Awaitable[object]) -> None:
        try:
            await command
        except McpTuiError as error:
            self.refused(error)

    def refused(self, error: McpTuiError) -> None:
        """Says why an order was not carried out."""
        self.engine.report(error)


def concerns(kinds: Kinds, *types: type) -> bool:
    """Returns whether one of `types` is among the changes, or everything is to be drawn."""
    return kinds is EVERYTHING or not kinds.isdisjoint(types)
