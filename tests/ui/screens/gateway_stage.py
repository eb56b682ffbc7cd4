"""The gateway screen on its stage: opened on a view, with answers, at the sizes that matter."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.ui.screens import facts
from tests.ui.screens.gateway_double import GatewayDouble
from tests.ui.screens.stage import Stage, press
from tui.domain.events import EngineReady
from tui.domain.text import clean
from tui.ui.screens.gateway import GatewayScreen

SIZES = [(80, 24), (140, 42), (200, 60)]
READY = EngineReady(clean("embedded"), "main")


@asynccontextmanager
async def gateway_stage(
    view: str = "H", size: tuple[int, int] = (140, 42), *, notifications: bool = False, **more
) -> AsyncIterator[Stage]:
    """Opens a view by its key once the gateway has reported and everything was asked."""
    app = Stage(GatewayScreen, engine=GatewayDouble(**more))
    app.state.apply(READY)
    async with app.run_test(size=size, notifications=notifications) as app.pilot:
        app.tell(facts.gateway())
        await app.pilot.pause()
        await press(app, view)
        yield app


async def pass_time(app: Stage, seconds: float) -> None:
    """Lets time pass on the engine's clock, and the screen notice."""
    app.engine.clock.advance(seconds)
    app.screen.tick()
    await press(app)


def line(app: Stage, *words: str) -> str:
    """Returns the first line that holds all words."""
    return next(text for text in app.text.splitlines() if all(word in text for word in words))
