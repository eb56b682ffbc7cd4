"""The demo's `workshop` server: tools that are slow, fail, report progress, ask and change things.

Run as `python -m tui.demo.workshop_server`.
"""

import random
import sys
from typing import Annotated

import anyio
from mcp.server import MCPServer
from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit, ElicitationResult, Resolve
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field

READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=False)


class Greeting(BaseModel):
    """What the form asks for."""

    name: str = Field(title="Your name", description="How the workshop should greet you", min_length=1, max_length=60)
    shout: bool = Field(default=False, title="Shout", description="Greet in capitals")


def ask_for_name() -> Elicit[Greeting]:
    """The question behind `ask_name`."""
    return Elicit("The workshop would like to greet you. What is your name?", Greeting)


class Workshop:
    """The tools, and what they remember while the process lives."""

    def __init__(self) -> None:
        self._notes: dict[str, str] = {}
        self._fetches = 0

    async def slow_count(self, ctx: Context, steps: Annotated[int, Field(ge=1, le=60)] = 8) -> str:
        """Counts to the given number, two steps a second, and reports its progress."""
        for step in range(1, steps + 1):
            await anyio.sleep(0.5)
            await ctx.report_progress(step, steps, f"step {step} of {steps}")
        return f"Counted to {steps}."

    async def flaky_fetch(self, url: str) -> str:
        """Pretends to fetch a page. Two of three tries fail. Nothing leaves this machine."""
        self._fetches += 1
        print(f"flaky_fetch try {self._fetches}: {url!r:.80}", file=sys.stderr, flush=True)
        await anyio.sleep(0.3)
        if self._fetches % 3:
            raise ToolError("The page did not answer (this tool fails two times of three). Try again.")
        return "<title>It works</title> The page answered at last."

    def divide(self, a: float, b: float) -> float:
        """Divides a by b."""
        if b == 0:
            raise ToolError("Division by zero is not defined.")
        return a / b

    def roll_dice(self, sides: Annotated[int, Field(ge=2, le=1000)] = 6) -> int:
        """Rolls one die."""
        return random.randint(1, sides)

    async def ask_name(self, answer: Annotated[ElicitationResult[Greeting], Resolve(ask_for_name)]) -> str:
        """Asks the person in front of the screen for a name and greets them."""
        if not isinstance(answer, AcceptedElicitation):
            return "No name was given; hello anyway."
        greeting = f"Hello, {answer.data.name}!"
        return greeting.upper() if answer.data.shout else greeting

    def write_note(self, title: str, text: str) -> str:
        """Keeps a note in the workshop's memory; an older note of the same title is overwritten."""
        known = title in self._notes
        self._notes[title] = text
        return f"{'Replaced' if known else 'Wrote'} the note {title!r} ({len(text)} characters)."


def build() -> MCPServer:
    """Returns the server with its tools."""
    workshop = Workshop()
    server = MCPServer(
        "mcp-tui demo workshop",
        version="1.0.0",
        instructions="Tools that take their time, fail, ask and change things, to see how that looks.",
        log_level="WARNING",
    )
    server.add_tool(workshop.slow_count, title="Count slowly", annotations=READ_ONLY, structured_output=False)
    server.add_tool(workshop.flaky_fetch, title="Fetch in vain", annotations=READ_ONLY, structured_output=False)
    server.add_tool(workshop.divide, title="Divide", annotations=READ_ONLY)
    server.add_tool(workshop.roll_dice, title="Roll dice", annotations=READ_ONLY)
    server.add_tool(workshop.ask_name, title="Ask for a name", annotations=READ_ONLY, structured_output=False)
    server.add_tool(workshop.write_note, title="Write a note", annotations=CHANGES, structured_output=False)
    return server


if __name__ == "__main__":
    build().run("stdio")
