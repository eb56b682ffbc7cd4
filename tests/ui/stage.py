"""Runs the app over an engine double and reads the screen as a person does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from textual.pilot import Pilot

from tests.ui.engine_double import EngineDouble
from tests.ui.scene import ALL
from tui.domain.events import Event
from tui.ui.app import CockpitApp


@dataclass
class Stage:
    """The running app, its engine double, and what can be read and done."""

    app: CockpitApp
    engine: EngineDouble
    pilot: Pilot[Any]

    async def tell(self, *events: Event) -> None:
        """Publishes events and waits until a frame showed them."""
        self.engine.tell(events)
        self.app._bridge.flush()
        await self.pilot.pause()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def write(self, text: str) -> None:
        await self.press(*("space" if char == " " else char for char in text))

    async def until(self, part: str) -> None:
        """Waits until the screen shows `part`."""
        async with asyncio.timeout(30):
            while part not in self.text:
                await self.pilot.pause(0.02)

    @property
    def lines(self) -> list[str]:
        """The screen as text."""
        height = self.app.size.height
        rows = self.app.screen._compositor.render_strips(self.app.size)
        assert len(rows) == height
        return [row.text.rstrip() for row in rows]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def line(self, part: str) -> str:
        """Returns the first line that holds `part`."""
        return next(line for line in self.lines if part in line)


@asynccontextmanager
async def staged(
    directory: Path,
    *,
    size: tuple[int, int] = (140, 42),
    events: Sequence[Event] = ALL,
    engine: EngineDouble | None = None,
    first_screen: Literal["chat", "welcome"] = "chat",
) -> AsyncIterator[Stage]:
    """Opens the app, tells it the scene, and closes it."""
    engine = engine or EngineDouble(directory)
    app = CockpitApp(engine, first_screen=first_screen)
    app.NOTIFICATION_TIMEOUT = 600.0  # type: ignore[misc]  # a notice must not go before a slow machine looked at it
    async with app.run_test(size=size, notifications=True) as pilot:
        stage = Stage(app, engine, pilot)
        await pilot.pause()
        await stage.tell(*events)
        yield stage
