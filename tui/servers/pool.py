"""All MCP servers of a run behind one interface; none of them can delay another."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal

from mcp.types import Implementation

from tui.domain.clock import Clock
from tui.domain.errors import CallError, RefusedError
from tui.domain.events import CatalogChanged, Event, ServerChanged, ServerRemoved
from tui.domain.ids import CallId, ServerName
from tui.domain.messages import Json, Message
from tui.domain.questions import Answer, Question
from tui.domain.servers import Catalog, ResultBlock, ServerSpec, ServerStatus, ToolInfo, ToolResult, error_result
from tui.domain.text import CleanText, clean
from tui.domain.trust import DefinitionReview
from tui.servers.asking.allowed import Sampler
from tui.servers.calling import calls
from tui.servers.connection import Connection
from tui.servers.oauth.grants import GrantStore, MemoryGrants
from tui.servers.surroundings import Surroundings
from tui.servers.transports.orphans import ChildBook
from tui.servers.trust.agreements import Agreements
from tui.servers.trust.identity import is_bundled
from tui.servers.trust.ports import EverythingOn, PinBook, PinsInMemory, ToolSwitches
from tui.servers.trust.withheld import refusal_of, refusal_words

_UNSETTLED = frozenset({"idle", "connecting", "reconnecting", "signing-in"})


class ServerPool:
    """Opens, keeps and closes servers, and is the toolbox of all their tools.

    Commands raise CallError naming the nearest match when a server, tool, resource or prompt is unknown.
    """

    def __init__(
        self,
        *,
        publish: Callable[[Event], None],
        clock: Clock,
        ask: Callable[[Question], Awaitable[Answer]],
        client_name: str = "mcp-tui",
        client_version: str = "",
        restart_delay_s: float = 0.5,
        pins: PinBook | None = None,
        switches: ToolSwitches | None = None,
        grants: GrantStore | None = None,
        sampler: Sampler | None = None,
        children: ChildBook | None = None,
    ) -> None:
        self._publish = publish
        self._clock = clock
        self._host = Surroundings(
            publish=self._hear,
            clock=clock,
            ask=ask,
            client_info=Implementation(name=client_name, version=client_version),
            restart_delay_s=restart_delay_s,
            grants=grants or MemoryGrants(),
            sampler=sampler,
            children=children,
        )
        self._connections: dict[ServerName, Connection] = {}
        self._agreements = Agreements(
            pins=pins or PinsInMemory(), switches=switches or EverythingOn(), publish=publish, ask=ask, clock=clock
        )
        self._by_model_name: dict[str, ToolInfo] | None = None
        self._moved = asyncio.Event()

    @property
    def grants(self) -> GrantStore:
        """Where sign-ins are kept."""
        return self._host.grants

    # --- servers

    async def start(self, specs: Sequence[ServerSpec]) -> None:
        """Begins to open every server that is enabled and trusted; returns at once."""
        for spec in specs:
            await self.add(spec)

    async def stop(self) -> None:
        """Closes all servers, all at the same time; no process is left."""
        for name in self._connections:
            self._agreements.drop(name)
        await asyncio.gather(*(connection.stop() for connection in self._connections.values()))
        if self._host.children:
            self._host.children.close()

    async def add(self, spec: ServerSpec) -> None:
        """Adds a server and begins to open it; one of the same name is closed and replaced."""
        if spec.name in self._connections:
            # Not announced as removed: listeners may see a removal after the news of its successor.
            self._agreements.drop(spec.name)
            self._connections[spec.name].watches.unwatch_all()
            await self._connections[spec.name].stop()
        self._connections[spec.name] = Connection(spec, self._host, self._agreements.vet)
        self._open(self._connections[spec.name])

    async def remove(self, name: ServerName) -> None:
        """Closes a server and forgets it."""
        connection = self._connection(name)
        self._agreements.drop(name)
        await connection.stop()
        del self._connections[name]
        self._by_model_name = None
        self._publish(ServerRemoved(name))

    async def reconnect(self, name: ServerName) -> None:
        """Closes a server and begins to open it again."""
        connection = self._connection(name)
        self._agreements.drop(name)
        await connection.stop("connecting")
        self._open(connection)

    async def set_enabled(self, name: ServerName, enabled: bool) -> None:
        """Closes a server, or begins to open it."""
        connection = self._connection(name)
        if enabled == connection.spec.enabled:
            return
        connection.spec = replace(connection.spec, enabled=enabled)
        if not enabled:
            self._agreements.drop(name)
            await connection.stop("disabled")
        else:
            self._open(connection)

    async def trust(self, name: ServerName) -> None:
        """Notes the person's consent to a server and begins to open it; asks again about what waits on an open one."""
        connection = self._connection(name)
        if connection.spec.trusted:
            self._agreements.ask_again(connection)
            return
        connection.spec = replace(connection.spec, trusted=True)
        connection.status.trust()
        # From here on it is on its way: who waits for the servers to settle must wait for it too.
        connection.status.move("idle")
        self._open(connection)

    async def waiting_definitions(self, name: ServerName) -> tuple[DefinitionReview, ...]:
        """Returns what a server says that is new or changed and waits for the person's consent."""
        return await self._agreements.waiting(self._connection(name))

    async def accept_definitions(self, name: ServerName) -> None:
        """Notes the person's consent to everything a server says of itself now. Raises StorageError."""
        await self._agreements.accept(self._connection(name))

    async def vet(self, name: ServerName) -> None:
        """Looks anew at what of a server's offer may be used, after a switch was used."""
        await self._connection(name).vet()

    async def refresh(self, name: ServerName) -> None:
        """Asks a server anew what it offers."""
        await self._connection(name).refresh()

    def _open(self, connection: Connection) -> None:
        if not connection.spec.enabled:
            connection.status.move("disabled", hint=clean("Enable it to use its tools."))
        elif not connection.spec.trusted:
            connection.status.move("untrusted", hint=clean("Look at what it would run, then trust it."))
        else:
            connection.start()

    def _hear(self, event: Event) -> None:
        if isinstance(event, CatalogChanged):
            self._by_model_name = None
        elif isinstance(event, ServerChanged):
            self._moved.set()
        self._publish(event)

    def spec(self, name: ServerName) -> ServerSpec:
        """Returns a server's definition as it is now."""
        return self._connection(name).spec

    def statuses(self) -> Sequence[ServerStatus]:
        """Returns all servers as they stand, in the order they were added."""
        return [connection.status.now for connection in self._connections.values()]

    def catalogs(self) -> Sequence[Catalog]:
        """Returns what every server offers, in the order they were added."""
        return [connection.catalog for connection in self._connections.values()]

    async def wait_settled(self, timeout_s: float) -> None:
        """Returns once no server is being opened, or opened again, or after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                while any(status.state in _UNSETTLED for status in self.statuses()):
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            return

    # --- toolbox

    def tools(self) -> Sequence[ToolInfo]:
        """Returns the tools a model is told of, sorted by server and name."""
        return [tool for tool in self._index().values() if tool.offered and not tool.withheld]

    def find(self, model_name: str) -> ToolInfo | None:
        """Returns the tool a provider-legal name stands for, also one that is withheld: its call is told why."""
        tool = self._index().get(model_name)
        return tool if tool is not None and tool.offered else None

    def _index(self) -> dict[str, ToolInfo]:
        if self._by_model_name is None:
            index: dict[str, ToolInfo] = {}
            for name in sorted(self._connections):
                for tool in self._connections[name].catalog.tools:
                    index.setdefault(tool.model_name, tool)
            self._by_model_name = index
        return self._by_model_name

    def find_tool(self, server: ServerName, name: str) -> ToolInfo | None:
        """Returns a tool by the name its server gave it. Raises CallError for an unknown server."""
        tools = self._connection(server).catalog.tools
        return next((tool for tool in tools if tool.name == name), None)

    def believed(self, server: ServerName) -> bool:
        """Returns whether what this server says of its tools counts; consent to start it is not enough for that."""
        connection = self._connections.get(server)
        return connection is not None and is_bundled(connection.spec)

    async def check_arguments(self, tool: ToolInfo, arguments: dict[str, Json]) -> CleanText | None:
        """Returns why the tool's schema forbids these arguments, None when it does not."""
        return await calls.check_arguments(self._connection(tool.server), tool, arguments)

    async def call(self, tool: ToolInfo, arguments: dict[str, Json], call_id: CallId) -> ToolResult:
        """Runs one call, once, and always returns its one result; raises only CancelledError."""
        connection = self._connections.get(tool.server)
        if connection is None:
            return error_result("error", clean(f"The server {tool.server} was removed."))
        refused = refusal_of(tool, connection.catalog, is_open=connection.is_open)
        if refused is not None:
            return refused
        return await calls.call_tool(connection, tool, arguments, call_id, publish=self._publish, clock=self._clock)

    # --- resources and prompts

    async def read_resource(self, server: ServerName, uri: str) -> tuple[ResultBlock, ...]:
        """Returns a resource's contents."""
        return await calls.read_resource(self._connection(server), uri)

    async def watch_resource(self, server: ServerName, uri: str) -> None:
        """Returns once the server agreed to tell of changes; each is published as ResourceChanged.

        Raises CallError when the server is not there, or tells of no changes.
        """
        await calls.watch_resource(self._connection(server), uri)

    def unwatch_resource(self, server: ServerName, uri: str) -> None:
        """Ends to watch a resource."""
        self._connection(server).watches.unwatch(uri)

    async def get_prompt(self, server: ServerName, name: str, arguments: dict[str, str]) -> tuple[Message, ...]:
        """Returns a prompt's messages."""
        connection = self._connection(server)
        prompts = {prompt.name: prompt for prompt in connection.catalog.prompts}
        _must_be_known(f"{server} has no prompt", name, prompts)
        if prompts[name].withheld:
            raise RefusedError(*refusal_words(server, name, prompts[name].withheld))
        return await calls.get_prompt(connection, name, arguments)

    async def complete(
        self,
        server: ServerName,
        kind: Literal["prompt", "resource"],
        ref: str,
        argument: str,
        value: str,
        *,
        filled: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[str, ...]:
        """Returns what fits an argument of a prompt, or of a resource template, beside what is filled in already."""
        return await calls.complete(self._connection(server), kind, ref, argument, value, filled=filled)

    def _connection(self, name: ServerName) -> Connection:
        _must_be_known("There is no server", name, self._connections)
        return self._connections[name]


def _must_be_known(complaint: str, name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name in names:
        return
    near = get_close_matches(name, names, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(sorted(names)[:12]) or 'none'}."
    raise CallError(f"{complaint} {name!r}.", hint)
