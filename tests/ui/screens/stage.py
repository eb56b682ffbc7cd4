"""A small app that shows one screen over the engine's double, and reads back what is on it."""

from textual.app import App
from textual.pilot import Pilot

from tests.ui.screens.engine_double import EngineDouble
from tui.domain.state import State
from tui.ui.theme import VARIABLE_DEFAULTS


class Stage(App[None]):
    """One screen; `goes` are the ways to other screens that were asked for."""

    def __init__(self, screen_type, state: State | None = None, engine: EngineDouble | None = None) -> None:
        super().__init__()
        self.state = state or State()
        self.engine = engine or EngineDouble()
        self._screen_type = screen_type
        self.goes: list[str] = []
        self.pilot: Pilot[None]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLE_DEFAULTS

    def on_mount(self) -> None:
        self.push_screen(self._screen_type(self.engine, self.state))

    def action_screen(self, name: str) -> None:
        self.goes.append(name)

    def tell(self, *events) -> None:
        """Folds events in and shows them, as the bridge does once a frame."""
        for event in events:
            self.state.apply(event)
        self.screen_stack[1].facts_changed(frozenset(type(event) for event in events))

    @property
    def text(self) -> str:
        """Everything that is on the terminal, line by line."""
        return "\n".join(
            "".join(segment.text for segment in strip) for strip in self.screen._compositor.render_strips(self.size)
        )


async def press(app: Stage, *keys: str) -> None:
    """Presses keys and lets what they began come to its end; dialogs that wait for a person go on waiting."""
    await app.pilot.press(*keys)
    await settle(app)


async def settle(app: Stage) -> None:
    """Lets orders end."""
    under_way = [worker for worker in app.workers if worker.group not in ("default", "call")]
    if under_way:
        await app.workers.wait_for_complete(under_way)
    await app.pilot.pause()
