"""Draws the pictures of the README from staged state: `python -m tests.ui.screenshots` writes docs/screenshots."""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.ui import scene
from tests.ui.engine_double import EngineDouble
from tests.ui.screens import facts, gateway_facts
from tests.ui.screens.gateway_double import GatewayDouble, GatewayOrdersDouble
from tests.ui.stage import staged
from tui.domain.events import CatalogChanged, Event, QuestionAsked
from tui.domain.ids import CallId, QuestionId, ServerName
from tui.domain.questions import ApprovalQuestion
from tui.domain.servers import Catalog
from tui.domain.text import clean

PLACE = Path(__file__).parents[2] / "docs" / "screenshots"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is pressed and told before a picture is taken."""

    name: str
    keys: Sequence[str] = ()
    events: Sequence[Event] = ()


APPROVAL = QuestionAsked(
    ApprovalQuestion(
        QuestionId("question_1"),
        scene.TURN,
        CallId("call_4"),
        ServerName("filesystem"),
        clean("write_file"),
        '{"path":"gateway.toml","content":"[upstream]\\ntimeout_s = 60\\n"}',
        clean("not known to be read-only"),
        True,
    )
)
READ_FILE = replace(
    scene.TOOLS["filesystem"][0],
    title=clean("Read a text file"),
    description=clean("Returns the whole file, or its first or last lines."),
    read_only=True,
    destructive=False,
    input_schema={
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "Inside the allowed directories"},
            "tail": {"type": "integer", "minimum": 1, "description": "Only so many lines of the end"},
            "encoding": {"enum": ["utf-8", "latin-1"], "default": "utf-8"},
        },
        "required": ["path"],
    },
)
FILES = CatalogChanged(Catalog(ServerName("filesystem"), (READ_FILE, *scene.TOOLS["filesystem"][1:])))
PICTURES = (
    Picture("cockpit", ("alt+up", "alt+up", "alt+up", "alt+up", "space", "escape")),
    Picture("servers", ("alt+2",)),
    Picture("tools", ("alt+3",), (FILES,)),
    Picture("gateway", ("alt+5",), (facts.gateway(),)),
    Picture("cost", ("alt+5", "C")),
    Picture("combos", ("alt+5", "O")),
    Picture("route", ("alt+5", "R"), (facts.gateway(),)),
    Picture("approval", events=(APPROVAL,)),
)


async def take(picture: Picture) -> str:
    """Returns the picture as SVG."""
    with tempfile.TemporaryDirectory() as directory:
        engine = EngineDouble(Path(directory))
        engine.gateway = GatewayOrdersDouble(GatewayDouble(answers=gateway_facts.ANSWERS))  # type: ignore[assignment]
        async with staged(Path(directory), engine=engine) as stage:
            await stage.press(*picture.keys)
            await stage.tell(*picture.events)
            await stage.pilot.pause()
            drawn = stage.app.export_screenshot(title="mcp-tui")
            # Some renderers drop the blanks a text begins with, whatever kind they are.
            return drawn.replace("<text ", '<text xml:space="preserve" ').replace("&#160;", " ")


def main() -> None:
    """Writes all pictures; the time of day in them is UTC."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    PLACE.mkdir(parents=True, exist_ok=True)
    for picture in PICTURES:
        (PLACE / f"{picture.name}.svg").write_text(asyncio.run(take(picture)), "utf-8")


if __name__ == "__main__":
    main()
