"""The engine: the whole program without a screen. Orders come in as method calls, facts go out on `bus`.

Importing this module is cheap; the SDKs are imported in a thread by `Engine.start` (see `tui.assembly`).
"""

import asyncio
import gc
import importlib
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tui.bus import Bus
from tui.config.paths import Paths
from tui.config.schema import Settings
from tui.desk import QuestionDesk
from tui.domain.clock import Clock, SystemClock
from tui.domain.errors import McpTuiError
from tui.domain.events import EngineReady, NoticePosted, TargetChanged
from tui.domain.gateway import BreakerOrder, ProviderSpec
from tui.domain.ids import CallId, ChatId, ProviderName, QuestionId, ServerName, new_id
from tui.domain.messages import Json, Message, Part
from tui.domain.questions import Answer
from tui.domain.servers import ResultBlock, ServerSpec, ToolResult
from tui.domain.text import clean, clean_line
from tui.domain.trust import LaunchReview

if TYPE_CHECKING:
    from tui.assembly import Assembly
    from tui.config.discover import FoundClient
    from tui.config.foreign import FoundServer
    from tui.config.imports import Found
    from tui.domain.gateway_answers import ConnectionTest
    from tui.domain.gateway_routing import StepTrial, TestAnswer
    from tui.domain.operations import Operation
    from tui.servers.checking.examination import DoctorReport
    from tui.storage.chats import ChatPlace, ChatSummary


class Engine:
    """Lifetime and commands. Every command raises McpTuiError with a hint when it cannot be carried out."""

    def __init__(
        self, settings: Settings, paths: Paths, *, attended: bool, bus: Bus | None = None, clock: Clock | None = None
    ) -> None:
        self.settings = settings
        self.paths = paths
        self.bus = bus or Bus()
        self.clock = clock or SystemClock()
        self.desk = QuestionDesk(self.bus, attended=attended)
        self._assembly: Assembly | None = None
        self._ready = asyncio.Event()

    # --- lifetime

    async def start(self) -> None:
        """Loads the libraries in a thread, opens the store, begins to connect the servers; publishes EngineReady."""
        assembly_module = await asyncio.to_thread(_load_assembly)
        assembly: Assembly = await assembly_module.assemble(self.settings, self.paths, self.bus, self.clock, self.desk)
        self._assembly = assembly
        self.bus.publish(EngineReady(assembly.gateway.name, assembly.room.target, clean_line(assembly.target_note)))
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

    async def set_target(self, target: str) -> None:
        """Sends the next messages to another combo or `provider/model`."""
        room, gateway = self.parts.room, self.parts.gateway
        model = gateway.model(target)
        if model is None:
            raise McpTuiError(f"No model or combo is called {target!r}.", "Choose one from the model list (ctrl+p).")
        room.target = target
        self.bus.publish(TargetChanged(target, model.context_tokens))

    async def new_chat(self) -> None:
        """Opens an empty chat; the old one stays among the sessions."""
        await self.parts.open_new_chat()

    async def open_chat(self, chat_id: ChatId) -> None:
        """Opens a stored chat and replays it."""
        await self.parts.open_stored_chat(chat_id)

    async def chats(self, search: str = "") -> "Sequence[ChatSummary]":
        """Returns stored chats, newest first; `search` looks in titles and texts."""
        return await self.parts.chats.summaries(search)

    async def rename_chat(self, chat_id: ChatId, title: str) -> None:
        """Gives a chat another title."""
        await self.parts.chats.rename(chat_id, clean_line(title, 200))

    async def export_chat(self, chat_id: ChatId, form: Literal["markdown", "json"]) -> str:
        """Returns a chat as one text."""
        return await self.parts.chats.export(chat_id, form)

    async def delete_chat(self, chat_id: ChatId) -> None:
        """Deletes a chat for good; the chat in view is replaced by a new one first."""
        if self.parts.room.chat_id == chat_id:
            await self.new_chat()
        await self.parts.chats.delete(chat_id)

    async def chat_places(self, chat_id: ChatId) -> "Sequence[ChatPlace]":
        """Returns the messages up to which a chat can be forked, oldest first."""
        return await self.parts.chats.places(chat_id)

    async def fork_chat(self, chat_id: ChatId, message_count: int | None = None) -> ChatId:
        """Copies a chat up to a message and opens the copy. Returns the copy's id."""
        copy = await self.parts.chats.fork(chat_id, message_count)
        await self.open_chat(copy)
        return copy

    # --- servers

    async def add_server(self, spec: ServerSpec) -> None:
        """Adds a server for this run and connects it."""
        await self.parts.pool.add(spec)

    def server_spec(self, name: ServerName) -> ServerSpec:
        """Returns a server's definition as it is now; it may hold secrets."""
        return self.parts.pool.spec(name)

    async def remove_server(self, name: ServerName) -> None:
        """Closes a server and forgets it for this run."""
        await self.parts.pool.remove(name)

    async def reconnect(self, name: ServerName) -> None:
        """Closes and opens a server's connection again."""
        await self.parts.pool.reconnect(name)

    async def set_server_enabled(self, name: ServerName, enabled: bool) -> None:
        """Closes a server, or opens it again."""
        await self.parts.pool.set_enabled(name, enabled)

    async def trust_server(self, name: ServerName) -> None:
        """Stores the consent to a server's exact definition and connects it."""
        await self.parts.trust_server(name)

    async def launch_review(self, name: ServerName) -> LaunchReview:
        """Returns what starting a server means, against what the person agreed to before."""
        parts = self.parts
        return await asyncio.to_thread(parts.consent.launch_review, parts.pool.spec(name))

    async def switch_tool(self, server: ServerName, tool: str, on: bool) -> None:
        """Tells the model of a tool, or no longer, in this run and later ones; `""` stands for the whole server."""
        await self.parts.switch_tool(server, tool, on)

    async def refresh_server(self, name: ServerName) -> None:
        """Asks a server anew what it offers."""
        await self.parts.pool.refresh(name)

    async def examine_server(self, name: ServerName) -> "DoctorReport":
        """Checks a server's connection stage by stage, on a connection of its own."""
        return await self.parts.examine(name)

    async def call_tool(
        self, server: ServerName, tool: str, arguments: dict[str, Json], call_id: CallId | None = None
    ) -> ToolResult:
        """Runs a tool by hand; needs no approval, only consent to the server. Progress carries `call_id`."""
        found = self.parts.tool(server, tool)
        return await self.parts.pool.call(found, arguments, call_id or CallId(new_id("call")))

    async def read_resource(self, server: ServerName, uri: str) -> tuple[ResultBlock, ...]:
        """Returns a resource's contents."""
        return await self.parts.pool.read_resource(server, uri)

    async def get_prompt(self, server: ServerName, name: str, arguments: dict[str, str]) -> tuple[Message, ...]:
        """Returns a prompt's messages."""
        return await self.parts.pool.get_prompt(server, name, arguments)

    async def other_clients(self) -> "list[FoundClient]":
        """Looks for other programs whose configuration names MCP servers; nothing of it is started."""
        from tui.config.discover import find_clients  # only the first start looks around

        return await asyncio.to_thread(find_clients, os.environ, Path.home())

    async def found_servers(self) -> "Found":
        """Reads the servers that other programs are configured with; nothing of it is started."""
        from tui.config.discover import client_files
        from tui.config.imports import found_servers

        return await asyncio.to_thread(lambda: found_servers(client_files(os.environ, Path.home())))

    async def import_server(self, found: "FoundServer") -> None:
        """Writes another program's server into config.toml and lists it, untrusted."""
        from tui.config.take_over import take_over

        await self.parts.pool.add(await asyncio.to_thread(take_over, found, self.paths, os.environ))

    async def complete(
        self, server: ServerName, kind: Literal["prompt", "resource"], ref: str, argument: str, value: str
    ) -> tuple[str, ...]:
        """Returns what a server suggests for an argument of a prompt or of a resource template."""
        return await self.parts.pool.complete(server, kind, ref, argument, value)

    async def servers_settled(self, timeout_s: float) -> None:
        """Returns when no server is connecting any more, or after `timeout_s`."""
        await self.parts.pool.wait_settled(timeout_s)

    # --- gateway

    def operations(self) -> "Sequence[Operation]":
        """Returns the gateway's operations, in the table's order."""
        from tui.gateway.operations import OPERATIONS  # not needed before the first paint

        return OPERATIONS

    async def operate(self, name: str, arguments: Mapping[str, Any]) -> object:
        """Carries out an operation of the gateway by name and returns its answer, a dataclass."""
        return await self.parts.orders.operate(name, arguments)

    async def known_values(self, parameter: str) -> Sequence[str]:
        """Returns what an operation's parameter of that name may be called with; empty when anything may."""
        return await self.parts.gateway.known_values(parameter)

    async def try_combo(self, combo: str, on_trial: "Callable[[StepTrial], None]") -> "TestAnswer":
        """Makes a small real call to each step of a chain; `on_trial` is told each as it ends."""
        return await self.parts.orders.try_combo(combo, on_trial)

    async def order_breaker(self, provider: ProviderName, order: BreakerOrder) -> None:
        """Moves a provider's breaker by hand."""
        await self.parts.orders.order_breaker(provider, order)

    async def test_provider(self, spec: ProviderSpec, key: str = "") -> "ConnectionTest":
        """Tries a provider out without taking it in; `key` is one that is stored nowhere yet."""
        return await self.parts.orders.test_provider(spec, key)

    async def store_key(self, base_url: str, key: str, *, in_file: bool = False) -> None:
        """Keeps a key for one endpoint in the system keyring, or in a private file."""
        await self.parts.orders.store_key(base_url, key, in_file=in_file)

    async def add_provider(self, spec: ProviderSpec, *, keep: bool = False) -> None:
        """Takes in a provider at once, for this run or, kept in config.toml, for all."""
        await self.parts.add_provider(spec, keep=keep)

    # --- program

    def report(self, error: Exception) -> None:
        """Turns a failed command into a notice; a listener's own commands end here."""
        hint = error.hint if isinstance(error, McpTuiError) else clean("")
        self.bus.publish(NoticePosted("error", clean_line(error), hint, at=self.clock.wall()))


def _load_assembly() -> Any:
    # Loaded code is never garbage: searching through it now and at every full collection would stall the loop.
    gc.disable()
    try:
        return importlib.import_module("tui.assembly")
    finally:
        gc.freeze()
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
