"""A room with the real gateway, the real store and a scripted endpoint on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.chat_ports import MemoryRules, Person, Tools
from tests.fakes.llm_endpoint import LlmEndpoint
from tui.chat.ports import Toolbox
from tui.chat.room import Room
from tui.config.schema import ChatSettings, PolicySettings
from tui.domain.clock import SystemClock
from tui.domain.events import Event, TurnFinished
from tui.domain.gateway import BudgetSpec, ComboSpec, ModelSpec, ProviderSpec
from tui.domain.ids import ChatId, ProviderName
from tui.domain.messages import TextPart
from tui.domain.text import CleanText
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.storage.chats import ChatStore
from tui.storage.database import Database
from tui.storage.gateway_documents import GatewayDocuments
from tui.storage.spend import SpendStore

MODEL = ModelSpec("fake-1", context_tokens=100_000, tools=True)


class NoKeys:
    """An endpoint on loopback needs none."""

    def key_for(self, provider: ProviderSpec) -> str | None:
        return None


class Heard(list[Event]):
    """Everything that was published, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = asyncio.Event()

    def add(self, event: Event) -> None:
        self.append(event)
        self.arrived.set()


@dataclass
class Stage:
    """One run of the program's chat over a database file."""

    room: Room
    gateway: EmbeddedGateway
    chats: ChatStore
    chat_id: ChatId
    person: Person
    events: "Heard"

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns once `condition` holds; it is looked at after every event."""
        while not condition():
            self.events.arrived.clear()
            await self.events.arrived.wait()

    async def say(self, text: str) -> TurnFinished:
        """Runs one turn to its end."""
        self.room.send((TextPart(CleanText(text)),))
        await self.room.idle()
        assert self.room.last_turn
        return self.room.last_turn

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]


StageMaker = Callable[..., "AsyncIterator[Stage]"]


@pytest.fixture
def stage(tmp_path: Path) -> StageMaker:
    @asynccontextmanager
    async def run(
        endpoint: LlmEndpoint,
        tools: Toolbox | None = None,
        chat_id: ChatId | None = None,
        *,
        models: Sequence[ModelSpec] = (MODEL,),
        combos: Sequence[ComboSpec] = (),
        target: str = "fake/fake-1",
        budget: BudgetSpec = BudgetSpec(),  # noqa: B008 - a frozen fact
    ):
        database, clock, events = await Database.open(tmp_path / "db"), SystemClock(), Heard()
        provider = ProviderSpec(ProviderName("fake"), endpoint.base_url, models=tuple(models))
        gateway = EmbeddedGateway(
            providers=(provider,),
            combos=combos,
            budget=budget,
            profile="balanced",
            session_id="session",
            clock=clock,
            publish=events.add,
            ledger=SpendStore(database),
            store=GatewayDocuments(database),
            keys=NoKeys(),
        )
        await gateway.start()
        chats, person = ChatStore(database, clock), Person()
        room = Room(
            model=gateway,
            toolbox=tools or Tools(),
            gatekeeper=person,
            ledger=chats,
            rules=MemoryRules(),
            publish=events.add,
            clock=clock,
            chat=ChatSettings(target=target),
            policy=PolicySettings(approve="all"),
            spill=tmp_path / "results",
        )
        chat_id = chat_id or await chats.create()
        await room.open(chat_id, CleanText(""))
        try:
            yield Stage(room, gateway, chats, chat_id, person, events)
        finally:
            await room.close()
            await gateway.close()
            await database.close()

    return run
