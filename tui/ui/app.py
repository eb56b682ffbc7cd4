"""The app: paints first, then starts the engine; everything else is in the screens."""

import asyncio
from collections.abc import Callable
from typing import ClassVar, Literal

from textual.screen import Screen

from tui.domain.errors import McpTuiError
from tui.domain.events import QuestionAnswered, QuestionAsked, ResourceChanged
from tui.domain.state import State
from tui.engine import Engine
from tui.ui import keys
from tui.ui.bridge import Bridge, Kinds
from tui.ui.palette import Commands
from tui.ui.questions import QuestionLine
from tui.ui.screens.directory import SCREEN_NAMES, make_screen
from tui.ui.screens.live import LiveScreen, concerns
from tui.ui.shell import ShellApp
from tui.ui.watches import WatchNotices

STOP_S = 5.0
"""How long servers may take to close before the program leaves without them."""


class CockpitApp(ShellApp):
    """The cockpit over one engine. Returns `demo` when a person chose the demo on the welcome screen."""

    TITLE = "mcp-tui"
    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar = {Commands}
    BINDINGS = keys.bindings("app")
    DEFAULT_MODE = "chat"
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, engine: Engine, *, first_screen: Literal["chat", "welcome"] = "chat") -> None:
        super().__init__(engine.paths, engine.settings.ui)
        self._engine = engine
        self._state = State()
        self._first_screen = first_screen
        self._bridge = Bridge(engine.bus.subscribe(), self._state, self._show)
        self._questions = QuestionLine(self, engine, self._state)
        self._watches = WatchNotices(self, self._state)

    def get_default_screen(self) -> Screen[None]:
        # A mode added before the start would be arranged and drawn once for nothing.
        return make_screen(self.DEFAULT_MODE, self._engine, self._state)

    def on_mount(self) -> None:
        for name in SCREEN_NAMES:
            self.add_mode(name, self._maker(name))
        self.run_worker(self._bridge.run(), group="bridge")
        if self._first_screen == "welcome":
            from tui.ui.screens.welcome import WelcomeScreen  # seen once in the life of an installation

            self.push_screen(WelcomeScreen(self._engine, self._state))
        # The engine's libraries cost a second; what a person sees first does not wait for them.
        self.call_after_refresh(lambda: self.run_worker(self._start(), group="engine"))

    async def on_unmount(self) -> None:
        # The terminal is already given back here, whatever brought us to it.
        try:
            await asyncio.wait_for(self._engine.stop(), STOP_S)
        except TimeoutError:
            pass
        finally:
            self.stop_last_resort()

    async def action_screen(self, name: str) -> None:
        await self.switch_mode(name)

    def action_copy_or_interrupt(self) -> None:
        if self.copy_selection():
            return
        if self.pressed_twice():
            self.exit()
        elif self._state.turn_id:
            self.run_worker(self._engine.cancel(), group="orders")
            self.notify("Interrupting. ctrl+c again leaves.", markup=False)
        else:
            self.notify("ctrl+c again leaves.", timeout=2, markup=False)

    def _maker(self, name: str) -> Callable[[], Screen[None]]:
        return lambda: make_screen(name, self._engine, self._state)

    async def _start(self) -> None:
        try:
            await self._engine.start()
        except (McpTuiError, OSError, ImportError) as error:
            from tui.ui.screens.failure import FailureScreen  # seldom needed

            await self.push_screen(FailureScreen(error))

    def _show(self, kinds: Kinds) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, LiveScreen):
                screen.facts_changed(kinds)
        if concerns(kinds, QuestionAsked, QuestionAnswered):
            self._questions.sync()
        if concerns(kinds, ResourceChanged):
            self._watches.tell()
