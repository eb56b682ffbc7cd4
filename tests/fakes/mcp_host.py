"""A pool with everything around it that a test wants to look at."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from tui.domain.clock import SystemClock
from tui.domain.events import Event
from tui.domain.ids import CallId, ServerName
from tui.domain.messages import Json
from tui.domain.questions import Answer, Question, refusal
from tui.domain.servers import ServerSpec, ServerStatus, ToolResult
from tui.servers.asking.allowed import Sampler
from tui.servers.pool import ServerPool
from tui.servers.transports.orphans import ChildBook
from tui.servers.trust.ports import PinBook

FIXTURE = Path(__file__).with_name("mcp_stdio.py")
EventT = TypeVar("EventT", bound=Event)


def stdio_spec(name: str, mode: str, *more: str, start_timeout_s: float = 20, call_timeout_s: float = 10) -> ServerSpec:
    """Returns a trusted server that runs the stdio fixture in a mode."""
    return ServerSpec(
        ServerName(name),
        "stdio",
        command=sys.executable,
        args=("-S", "-E", str(FIXTURE), mode, *more),
        trusted=True,
        start_timeout_s=start_timeout_s,
        call_timeout_s=call_timeout_s,
    )


class Host:
    """A running pool, the events it published and the questions it asked."""

    def __init__(
        self, pins: PinBook | None = None, sampler: Sampler | None = None, children: ChildBook | None = None
    ) -> None:
        self.events: list[Event] = []
        self.questions: list[Question] = []
        self.withdrawn: list[Question] = []
        self.answer: Callable[[Question], Answer] = refusal
        self.thinking_s = 0.0
        self._arrived = asyncio.Event()
        self.pool = ServerPool(
            publish=self._hear,
            clock=SystemClock(),
            ask=self._ask,
            restart_delay_s=0.01,
            pins=pins,
            sampler=sampler,
            children=children,
        )

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self._arrived.set()

    async def _ask(self, question: Question) -> Answer:
        self.questions.append(question)
        self._arrived.set()
        try:
            await asyncio.sleep(self.thinking_s)
        except asyncio.CancelledError:
            self.withdrawn.append(question)
            raise
        return self.answer(question)

    def seen(self, kind: type[EventT]) -> list[EventT]:
        """Returns the published events of one type."""
        return [event for event in self.events if isinstance(event, kind)]

    def status(self, name: str) -> ServerStatus:
        return next(status for status in self.pool.statuses() if status.name == name)

    async def until(self, condition: Callable[[], bool], timeout_s: float = 20) -> None:
        """Returns once `condition` holds; it is looked at after every event."""
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._arrived.clear()
                await self._arrived.wait()

    async def until_state(self, name: str, *states: str) -> ServerStatus:
        await self.until(lambda: self.status(name).state in states)
        return self.status(name)

    async def call(self, server: str, tool: str = "echo", **arguments: Json) -> ToolResult:
        info = self.pool.find_tool(ServerName(server), tool)
        assert info is not None, f"{server} has no tool {tool}: {self.status(server)}"
        return await self.pool.call(info, arguments, CallId("call_1"))


@asynccontextmanager
async def hosting(
    specs: Sequence[ServerSpec], pins: PinBook | None = None, children: ChildBook | None = None
) -> AsyncIterator[Host]:
    """Runs a pool with `specs` until they have settled, for the length of the block."""
    host = Host(pins, children=children)
    await host.pool.start(specs)
    try:
        await host.pool.wait_settled(30)
        yield host
    finally:
        await host.pool.stop()


@asynccontextmanager
async def one_server(mode: str, *more: str, **timeouts: float) -> AsyncIterator[Host]:
    """Runs the stdio fixture in one mode under the name `s`."""
    async with hosting([stdio_spec("s", mode, *more, **timeouts)]) as host:
        yield host
