"""The frame of the screens beside the chat: status above, the screen's own keys and the way to the others below."""

from textual.app import ComposeResult

from tui.domain.errors import McpTuiError
from tui.domain.state import State
from tui.domain.text import clean_line
from tui.engine import Engine
from tui.ui import keys
from tui.ui.bridge import Kinds
from tui.ui.screens.live import LiveScreen
from tui.ui.widgets.frame.action_line import ActionLine, printed
from tui.ui.widgets.frame.key_bar import KeyBar, KeyHint
from tui.ui.widgets.frame.status_bar import StatusBar

TICK_S = 1.0
"""Ages and countdowns move once a second, and only on the screen in view."""


class FramedScreen(LiveScreen):
    """A screen with bars; subclasses compose `body`, draw in `draw`, and name themselves and their keys' area."""

    NAME = ""
    AREA = ""
    DEFAULT_CSS = """
    FramedScreen { layout: vertical; background: $background; }
    """

    def __init__(self, engine: Engine, state: State) -> None:
        super().__init__(engine, state)
        self._status = StatusBar(clean_line(engine.settings.profile))

    def compose(self) -> ComposeResult:
        yield self._status
        yield from self.body()
        own = tuple(action for action in keys.actions(self.AREA) if action.shown)
        if own:
            yield ActionLine(own)
        yield KeyBar(_screen_hints(), _general_hints(), self.NAME)

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


def _screen_hints() -> tuple[KeyHint, ...]:
    """The number keys; the second key of each action is the short one."""
    ways = [action for action in keys.actions("app") if action.id.startswith("app.screen(")]
    return tuple(KeyHint(action.keys.rpartition(",")[2], action.label, action.id) for action in ways)


def _general_hints() -> tuple[KeyHint, ...]:
    wanted = ("app.help", "app.palette", "app.quit")
    found = {action.id: action for action in keys.ACTIONS}
    return tuple(KeyHint(printed(found[one].keys), found[one].label, one) for one in wanted)
