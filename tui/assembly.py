"""The running parts of one engine, introduced to each other. Importing it imports the SDKs: do that in a thread."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path

from tui.aim import Aim
from tui.bus import Bus
from tui.chat.room import Room
from tui.config.keys import KeyFinder
from tui.config.paths import Paths, make_private
from tui.config.schema import Settings
from tui.consent import Consent
from tui.desk import QuestionDesk
from tui.domain.clock import Clock
from tui.domain.errors import McpTuiError
from tui.domain.events import NoticePosted, Severity
from tui.domain.ids import ChatId
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.gateway.local import find_local_providers
from tui.gateway.scripted.pulse import pulse
from tui.gateway.switchboard import Switchboard
from tui.gateway_poll import watch
from tui.gateways import open_switchboard, with_chosen_gateway
from tui.healing import Healing
from tui.hosting import GatewaySampler, open_pool
from tui.logs import Logging, Redactor
from tui.servers.pool import ServerPool
from tui.storage.chats import ChatStore
from tui.storage.database import Database
from tui.storage.gateway_documents import GatewayDocuments
from tui.storage.serving import ServingStore
from tui.storage.spend import SpendStore
from tui.storage.usage import UsageStore

DEMO_NOTICE = CleanText(
    "This is the demo: nothing leaves this machine. Its model follows rules, and a small request every three seconds "
    "keeps the gateway busy; aurora fails in spells. Try: which of these logs mention a timeout?"
)
LAST_SESSION = "session/last"


@dataclass(slots=True)
class Assembly:
    """Everything that runs behind an engine."""

    settings: Settings
    chats: ChatStore
    consent: Consent
    gateway: EmbeddedGateway
    """Through it all requests leave, whichever gateway is in use."""
    gateways: Switchboard
    pool: ServerPool
    room: Room
    aim: Aim
    healing: Healing
    serving: ServingStore
    target_note: CleanText
    redactor: Redactor
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)
    """Undoes the start, in the opposite order."""
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def open_new_chat(self) -> None:
        """Opens an empty chat."""
        await self.room.open(await self.chats.create(), CleanText(""))

    async def open_stored_chat(self, chat_id: ChatId) -> None:
        """Opens a stored chat and publishes the events that made it. Raises McpTuiError when there is none."""
        title = await self.chats.title(chat_id)
        await self.room.open(chat_id, title, partial(self.chats.events, chat_id))

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Runs `work` until the engine stops."""
        self._tasks.append(asyncio.create_task(work))

    async def end_tasks(self) -> None:
        """Cancels what `begin` began."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Ends the turn, the servers and the gateway; the store and the log last."""
        await self.closing.aclose()


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What the parts are given from outside."""

    settings: Settings
    paths: Paths
    bus: Bus
    clock: Clock
    desk: QuestionDesk
    redactor: Redactor = field(default_factory=Redactor)

    def notice(self, severity: Severity, text: CleanText, hint: str = "") -> None:
        self.bus.publish(NoticePosted(severity, text, CleanText(hint), at=self.clock.wall()))


async def assemble(settings: Settings, paths: Paths, bus: Bus, clock: Clock, desk: QuestionDesk) -> Assembly:
    """Opens the log and the store, builds the gateway and the room, and begins to connect the servers."""
    around = _Surroundings(settings, paths, bus, clock, desk)
    async with AsyncExitStack() as undo:
        _remember_secrets(around)
        _open_log(around, undo)
        around = replace(around, settings=with_chosen_gateway(around.settings))
        around = replace(around, settings=await _with_local_models(around))
        database = await _open_database(around, undo)
        chats = ChatStore(database, clock, paths.spill)
        chat_id, resumed = await _first_chat(chats, around.settings)
        gateway = await _open_gateway(around, database, chat_id, undo)
        assembly = await _open_room(around, database, chats, gateway, undo)
        await (assembly.open_stored_chat(chat_id) if resumed else assembly.room.open(chat_id, CleanText("")))
        if settings.demo and desk.attended:
            around.notice("info", DEMO_NOTICE)
        assembly.closing = undo.pop_all()
    return assembly


def _remember_secrets(around: _Surroundings) -> None:
    """Nothing that came out of the environment is ever written to the log."""
    settings = around.settings
    servers = (spec.secrets for spec in settings.servers)
    providers = (spec.secrets for spec in settings.providers)
    gateways = (spec.secrets for spec in settings.gateways)
    for secret in chain.from_iterable((*servers, *providers, *gateways)):
        around.redactor.remember(secret)


def _open_log(around: _Surroundings, undo: AsyncExitStack) -> None:
    """A log that cannot be written is said, and does not keep anybody from working."""
    try:
        log = Logging(make_private(around.paths.logs), around.redactor)
    except (OSError, McpTuiError) as error:
        around.notice("warning", clean_line(f"No log is written: {error}"))
        return
    undo.callback(log.close)
    log.publish_to(around.bus.publish, asyncio.get_running_loop())


async def _open_database(around: _Surroundings, undo: AsyncExitStack) -> Database:
    make_private(around.paths.data)
    database = await Database.open(database_path(around.settings, around.paths))
    undo.push_async_callback(database.close)
    if database.notice:
        around.notice("warning", database.notice, database.hint)
    return database


def database_path(settings: Settings, paths: Paths) -> Path:
    """Returns where this run's chats and ledger lie; the demo's never mix with a person's own."""
    return paths.data / "demo.sqlite3" if settings.demo else paths.database


async def _first_chat(chats: ChatStore, settings: Settings) -> tuple[ChatId, bool]:
    """The chat to begin with, and whether it is a stored one."""
    wanted = await chats.last() if settings.resume == "last" else ChatId(settings.resume)
    return (wanted, True) if wanted else (await chats.create(), False)


async def _open_gateway(
    around: _Surroundings, database: Database, chat_id: ChatId, undo: AsyncExitStack
) -> EmbeddedGateway:
    """A session's spend is kept under its first chat, so that going on with that chat goes on with its budget."""
    settings, documents = around.settings, GatewayDocuments(database)
    session_id = await documents.load(LAST_SESSION) if settings.follow_session else None
    if session_id is None:
        session_id = chat_id
        if database.writable:
            await documents.save(LAST_SESSION, chat_id)
    gateway = EmbeddedGateway(
        providers=settings.providers,
        combos=settings.combos,
        budget=settings.budget,
        profile=settings.resilience,
        session_id=str(session_id),
        clock=around.clock,
        publish=around.bus.publish,
        ledger=SpendStore(database),
        store=documents,
        keys=_key_finder(around),
        history=UsageStore(database),
    )
    undo.push_async_callback(gateway.close)
    await gateway.start()
    return gateway


def _key_finder(around: _Surroundings) -> KeyFinder:
    return KeyFinder(around.paths, remember=around.redactor.remember)


async def _open_gateways(
    around: _Surroundings, gateway: EmbeddedGateway, pool: ServerPool, undo: AsyncExitStack
) -> Switchboard:
    gateways = open_switchboard(
        gateway,
        around.settings.gateways,
        pool=pool,
        keys=_key_finder(around),
        clock=around.clock,
        bus=around.bus,
        watched=around.desk.attended,
    )
    undo.push_async_callback(gateways.close)
    if around.settings.gateway:
        await gateways.use(around.settings.gateway)
    return gateways


async def _open_room(
    around: _Surroundings, database: Database, chats: ChatStore, gateway: EmbeddedGateway, undo: AsyncExitStack
) -> Assembly:
    settings, bus, desk = around.settings, around.bus, around.desk
    consent, serving = await Consent.open(database), ServingStore.of(database, around.clock, around.paths.audit)
    pool = await _open_servers(around, consent, gateway, undo)
    gateways = await _open_gateways(around, gateway, pool, undo)
    target, note = await gateways.find_target(settings.chat.target)
    room = Room(
        model=gateway,
        toolbox=pool,
        gatekeeper=desk,
        ledger=chats,
        rules=consent.decisions,
        publish=bus.publish,
        clock=around.clock,
        chat=replace(settings.chat, target=target),
        policy=settings.policy,
        spill=around.paths.spill,
        max_turn_cost=settings.budget.turn_microusd if settings.budget.action == "block" else None,
    )
    undo.push_async_callback(room.close)
    aim = Aim(room, gateway, bus.publish)
    healing = Healing(gateways, aim, GatewayDocuments(database), publish=bus.publish, clock=around.clock)
    assembly = Assembly(
        settings, chats, consent, gateway, gateways, pool, room, aim, healing, serving, note, around.redactor
    )
    undo.push_async_callback(assembly.end_tasks)
    assembly.begin(watch(gateways, bus.publish, around.clock))
    assembly.begin(healing.run())
    if settings.demo and desk.attended:
        assembly.begin(pulse(gateway, target))
    return assembly


async def _open_servers(
    around: _Surroundings, consent: Consent, gateway: EmbeddedGateway, undo: AsyncExitStack
) -> ServerPool:
    pool = await open_pool(
        around.paths,
        bus=around.bus,
        clock=around.clock,
        desk=around.desk,
        consent=consent,
        sampler=GatewaySampler(gateway, around.settings.chat.target),
        remember=around.redactor.remember,
    )
    undo.push_async_callback(pool.stop)
    await pool.start(consent.applied(around.settings.servers))
    return pool


async def _with_local_models(around: _Surroundings) -> Settings:
    """Without any provider, model servers on this machine's usual ports are used, and it is said."""
    settings = around.settings
    if settings.providers or settings.demo:
        return settings
    found = await find_local_providers()
    sentences = [f"{spec.name} on {spec.base_url} with {len(spec.models)} models" for spec in found]
    return replace(settings, providers=found, found=(*settings.found, *sentences))
