"""The running parts of one engine, introduced to each other. Importing it imports the SDKs: do that in a thread."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from tui import __version__
from tui.bus import Bus
from tui.chat.room import Room
from tui.config.keys import KeyFinder
from tui.config.paths import Paths, make_private
from tui.config.schema import Settings
from tui.desk import QuestionDesk
from tui.domain.clock import Clock
from tui.domain.errors import CallError, McpTuiError
from tui.domain.events import GatewaySampled, NoticePosted
from tui.domain.gateway import GatewaySnapshot
from tui.domain.ids import ChatId, ServerName, new_id
from tui.domain.servers import ServerSpec, ToolInfo
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.gateway.local import find_local_providers
from tui.servers.doctor import examine
from tui.servers.examination import DoctorReport
from tui.servers.identity import spec_fingerprint
from tui.servers.pool import ServerPool
from tui.storage.chats import ChatStore
from tui.storage.consents import Consents
from tui.storage.database import Database
from tui.storage.gateway_documents import GatewayDocuments
from tui.storage.spend import SpendStore

SAMPLE_S = 1.0
"""How often the gateway's panel is brought up to date."""


@dataclass(slots=True)
class Assembly:
    """Everything that runs behind an engine."""

    database: Database
    chats: ChatStore
    consents: Consents
    gateway: EmbeddedGateway
    pool: ServerPool
    room: Room
    settings: Settings
    target_note: CleanText
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def open_first_chat(self) -> None:
        """Opens the chat to resume, or an empty one."""
        wanted = self.settings.resume
        if not wanted:
            await self.open_new_chat()
            return
        chat_id = await self.chats.last() if wanted == "last" else ChatId(wanted)
        if chat_id is None:
            await self.open_new_chat()
            return
        await self.open_stored_chat(chat_id)

    async def open_new_chat(self) -> None:
        """Opens an empty chat."""
        chat_id = await self.chats.create()
        await self.room.open(chat_id, CleanText(""))

    async def open_stored_chat(self, chat_id: ChatId) -> None:
        """Opens a stored chat and publishes the events that made it. Raises McpTuiError when there is none."""
        title = await self.chats.title(chat_id)
        await self.room.open(chat_id, title, resumed=True)
        for event in await self.chats.events(chat_id):
            self.room.publish(event)

    async def trust_server(self, name: ServerName) -> None:
        """Stores the consent to a server's exact definition, then starts it."""
        await self.remember_consent(self.pool.spec(name))
        await self.pool.trust(name)

    def tool(self, server: ServerName, name: str) -> ToolInfo:
        """Returns a tool by the name its server gave it. Raises CallError naming the nearest ones."""
        tool = self.pool.find_tool(server, name)
        if tool is not None:
            return tool
        known = [each.name for each in self.pool.tools() if each.server == server]
        near = get_close_matches(name, known, n=3, cutoff=0.4) or known[:5]
        raise CallError(f"{server} has no tool {name!r}.", f"It has: {', '.join(near) or 'none'}.")

    async def remember_consent(self, spec: ServerSpec) -> None:
        """Stores the consent to a server's exact definition."""
        await self.consents.trust_server(spec.name, spec_fingerprint(spec))

    async def examine(self, name: ServerName) -> DoctorReport:
        """Checks a server stage by stage on a connection of its own. Raises McpTuiError without consent."""
        return await examine(self.pool.spec(name), client_version=__version__)

    async def close(self) -> None:
        """Ends the turn, then everything else at once; the database last."""
        await self.room.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.gather(self.pool.stop(), self.gateway.close())
        await self.database.close()


async def assemble(settings: Settings, paths: Paths, bus: Bus, clock: Clock, desk: QuestionDesk) -> Assembly:
    """Opens the store, builds the gateway and the room, and begins to connect the servers."""
    make_private(paths.data)
    database = await Database.open(database_path(settings, paths))
    try:
        return await _introduce(database, settings=settings, paths=paths, bus=bus, clock=clock, desk=desk)
    except BaseException:
        await database.close()
        raise


async def _introduce(
    database: Database, *, settings: Settings, paths: Paths, bus: Bus, clock: Clock, desk: QuestionDesk
) -> Assembly:
    if database.notice:
        bus.publish(NoticePosted("warning", database.notice, at=clock.wall()))
    settings = await _with_local_models(settings, bus, clock)
    consents = await Consents.open(database)
    chats = ChatStore(database, clock)
    gateway = EmbeddedGateway(
        providers=settings.providers,
        combos=settings.combos,
        budget=settings.budget,
        profile=settings.resilience,
        session_id=new_id("session"),
        clock=clock,
        publish=bus.publish,
        ledger=SpendStore(database),
        store=GatewayDocuments(database),
        keys=KeyFinder(paths),
    )
    await gateway.start()
    target, note = (settings.chat.target, CleanText("")) if settings.chat.target else gateway.choose_target()
    pool = ServerPool(publish=bus.publish, clock=clock, ask=desk.ask, client_version=__version__)
    room = Room(
        model=gateway,
        toolbox=pool,
        gatekeeper=desk,
        ledger=chats,
        rules=consents,
        publish=bus.publish,
        clock=clock,
        chat=replace(settings.chat, target=target),
        policy=settings.policy,
        spill=paths.spill,
        max_turn_cost=settings.budget.turn_microusd,
    )
    await pool.start(_consented(settings.servers, consents))
    assembly = Assembly(database, chats, consents, gateway, pool, room, settings, note)
    assembly.tasks.append(asyncio.create_task(_sample(gateway, bus), name="gateway sampler"))
    return assembly


def database_path(settings: Settings, paths: Paths) -> Path:
    """Returns where this run's chats and ledger lie; the demo's never mix with a person's own."""
    return paths.data / "demo.sqlite3" if settings.demo else paths.database


def _consented(specs: Sequence[ServerSpec], consents: Consents) -> list[ServerSpec]:
    """A server named by a file is started only when a person agreed to exactly this definition."""
    return [
        spec if spec.trusted else replace(spec, trusted=consents.server_trusted(spec.name, spec_fingerprint(spec)))
        for spec in specs
    ]


async def _with_local_models(settings: Settings, bus: Bus, clock: Clock) -> Settings:
    """Without any provider, model servers on this machine's usual ports are used, and it is said."""
    if settings.providers or settings.demo:
        return settings
    found = await find_local_providers()
    for spec in found:
        text = clean_line(f"found {spec.name} on {spec.base_url} with {len(spec.models)} models")
        bus.publish(NoticePosted("info", text, at=clock.wall()))
    return replace(settings, providers=found)


async def _sample(gateway: EmbeddedGateway, bus: Bus) -> None:
    """Publishes the gateway's figures when they changed. A poll: a failure is told once and the next one tried."""
    shown: GatewaySnapshot | None = None
    failed = False
    while True:
        try:
            snapshot = await gateway.snapshot()
            if shown is None or replace(snapshot, at=shown.at) != shown:
                bus.publish(GatewaySampled(snapshot))
                shown = snapshot
            failed = False
        except McpTuiError as error:
            if not failed:
                bus.publish(NoticePosted("warning", error.message, error.hint))
            failed = True
        await asyncio.sleep(SAMPLE_S)
