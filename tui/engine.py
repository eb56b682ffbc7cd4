"""The engine: the whole program without a screen. Orders come in as method calls, facts go out on `bus`.

Importing this module is cheap; the SDKs are imported in a thread by `Engine.start` (see `tui.assembly`).
"""

import asyncio
import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tui.bus import Bus
from tui.config.paths import Paths
from tui.config.schema import Settings
from tui.desk import QuestionDesk
from tui.domain.clock import Clock, SystemClock
from tui.domain.errors import McpTuiError
from tui.domain.events import EngineReady, NoticePosted
from tui.domain.ids import QuestionId
from tui.domain.messages import Part
from tui.domain.questions import Answer
from tui.domain.text import clean, clean_line
from tui.orders.access import AccessOrders
from tui.orders.audit import AuditOrders
from tui.orders.chats import ChatOrders
from tui.orders.gateway import GatewayOrders
from tui.orders.jobs import JobOrders
from tui.orders.servers import ServerOrders

if TYPE_CHECKING:
    from tui.assembly import Assembly


class Engine:
    """Lifetime and commands. Every command raises McpTuiError with a hint when it cannot be carried out."""

    def __init__(
        self, settings: Settings, paths: Paths, *, attended: bool, bus: Bus | None = None, clock: Clock | None = None
    ) -> None:
        self.settings = settings
        self.paths = paths
        self.bus = bus or Bus()
        self.clock = clock or SystemClock()
        self.desk = QuestionDesk(self.bus, self.clock, attended=attended)
        self.chats = ChatOrders(lambda: self.parts)
        self.servers = ServerOrders(lambda: self.parts, paths)
        self.gateway = GatewayOrders(lambda: self.parts, paths, self.bus)
        self.jobs = JobOrders(lambda: self.parts)
        self.access = AccessOrders(lambda: self.parts)
        self.audit = AuditOrders(lambda: self.parts)
        self._assembly: Assembly | None = None
        self._ready = asyncio.Event()

    # --- lifetime

    async def start(self) -> None:
        """Loads the libraries in a thread, opens the store, begins to connect the servers; publishes EngineReady."""
        assembly_module = await asyncio.to_thread(_load_assembly)
        assembly: Assembly = await assembly_module.assemble(self.settings, self.paths, self.bus, self.clock, self.desk)
        self._assembly = assembly
        self.bus.publish(EngineReady(assembly.gateways.name, assembly.room.target, clean_line(assembly.target_note)))
        self._ready.set()

    async def stop(self) -> None:
        """Cancels the turn, closes every server and its children, settles and closes the store."""
        self.desk.withdraw_all()
        if self._assembly is not None:
            await self._assembly.close()
            self._assembly = None

    @property
    def ready(self) -> bool:
        """Whether commands can be given."""
        return self._ready.is_set()

    async def wait_ready(self) -> None:
        """Returns once commands can be given."""
        await self._ready.wait()

    @property
    def parts(self) -> "Assembly":
        """The running parts. Raises McpTuiError before `start` has finished."""
        if self._assembly is None:
            raise McpTuiError("The engine is still starting.", "Wait a moment and try again.")
        return self._assembly

    # --- chat

    def send(self, parts: tuple[Part, ...]) -> None:
        """Sends a person's message, or queues it behind the running turn."""
        self.parts.room.send(parts)

    async def cancel(self) -> bool:
        """Stops the running turn; what arrived stays. Returns False when nothing ran."""
        return await self.parts.room.cancel()

    def answer(self, question_id: QuestionId, answer: Answer) -> bool:
        """Answers a question. Returns False when it no longer waits."""
        return self.desk.answer(question_id, answer)

    # --- program

    def report(self, error: Exception) -> None:
        """Turns a failed command into a notice; a listener's own commands end here."""
        hint = error.hint if isinstance(error, McpTuiError) else clean("")
        self.bus.publish(NoticePosted("error", clean_line(error), hint, at=self.clock.wall()))


_SEARCH_AFTER = 50_000
"""New objects between two searches for garbage: a long list is in use while it grows, however often one looks."""


def _load_assembly() -> Any:
    # Loaded code is never garbage: searching through it now and at every full collection would stall the loop.
    gc.disable()
    try:
        return importlib.import_module("tui.assembly")
    finally:
        gc.freeze()
        gc.set_threshold(_SEARCH_AFTER, 10, 10)
        gc.enable()


@asynccontextmanager
async def running(settings: Settings, paths: Paths, bus: Bus | None = None) -> AsyncIterator[Engine]:
    """Runs an engine without anybody there for the length of a block; stops it whatever happens inside."""
    engine = Engine(settings, paths, attended=False, bus=bus)
    try:
        await engine.start()
        yield engine
    finally:
        await engine.stop()
