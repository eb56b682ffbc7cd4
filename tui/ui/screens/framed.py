"""The frame of the screens beside the chat: status above, the screen's own keys and the way to the others below."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult

from tui.domain.errors import McpTuiError
from tui.domain.state import State
from tui.domain.text import clean_line
from tui.engine import Engine
from tui.ui import keys
from tui.ui.bridge import Kinds
from tui.ui.screens.live import LiveScreen
from tui.ui.widgets.frame.action_line import ActionLine
from tui.ui.widgets.frame.key_bar import house_key_bar
from tui.ui.widgets.frame.status_bar import StatusBar
from tui.ui.widgets.lists.row_list import RowList

TICK_S = 1.0
"""Ages and countdowns move once a second, and only on the screen in view."""


class FramedScreen(LiveScreen):
    """A screen with bars; subclasses compose `body`, draw in `draw`, and name themselves and their keys' area."""

    NAME = ""
    AREA = ""
    ALSO: ClassVar[tuple[str, ...]] = ()
    """Ids of other areas' actions that stand in the line of keys wherever they work."""
    DEFAULT_CSS = """
    FramedScreen { layout: vertical; background: $background; }
    """

    def __init__(self, engine: Engine, state: State) -> None:
        super().__init__(engine, state)
        self._status = StatusBar(clean_line(engine.settings.profile))

    def compose(self) -> ComposeResult:
        yield self._status
        yield from self.body()
        also = tuple(action for action in keys.ACTIONS if action.id in self.ALSO)
        own = tuple(action for action in keys.actions(self.AREA) if action.shown)
        if own:
            yield ActionLine((*also, *own))
        yield house_key_bar(self.NAME)

    def on_mount(self) -> None:
        self.set_interval(TICK_S, self._tick)

    def body(self) -> ComposeResult:
        """Yields what stands between the bars."""
        raise NotImplementedError

    def draw(self, kinds: Kinds) -> None:
        """Hands the state to the widgets of the body."""
        raise NotImplementedError

    def show_state(self, kinds: Kinds) -> None:
        self._show_status()
        self.draw(kinds)
        self.refresh_bindings()

    @on(RowList.Moved)
    def _another_row(self) -> None:
        self.refresh_bindings()

    def refused(self, error: McpTuiError) -> None:
        """The notice stands in the chat and in the log; here it is said at once as well."""
        super().refused(error)
        self.notify(f"{error.message}\n{error.hint}".strip(), severity="error", markup=False)

    def tick(self) -> None:
        """Once a second while in view: whatever shows an age."""

    def _show_status(self) -> None:
        self._status.show(self.state, self.engine.clock.wall())

    def _tick(self) -> None:
        if self.is_current:
            self._show_status()
            self.tick()
