"""An engine that starts nothing: events are published by hand, orders are written down."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.fakes.clock import FakeClock
from tui.config.discover import FoundClient
from tui.config.foreign import FoundServer
from tui.config.imports import Found
from tui.config.paths import Paths
from tui.config.schema import Settings
from tui.domain.errors import CallError, McpTuiError
from tui.domain.events import Event
from tui.domain.ids import QuestionId, ServerName
from tui.domain.messages import Message, Part
from tui.domain.questions import Answer
from tui.domain.servers import ResultBlock
from tui.engine import Engine
from tui.orders.chats import ChatOrders
from tui.orders.gateway import GatewayOrders
from tui.orders.servers import ServerOrders


class EngineDouble(Engine):
    """`orders` holds every command as (name, arguments), oldest first."""

    def __init__(
        self,
        directory: Path,
        *,
        settings: Settings | None = None,
        clock: FakeClock | None = None,
        failure: Exception | None = None,
    ) -> None:
        paths = Paths(*(directory / name for name in ("config", "data", "state")))
        self.hands = clock or FakeClock()
        super().__init__(settings or Settings(), paths, attended=True, clock=self.hands)
        self.orders: list[tuple[Any, ...]] = []
        self.started = self.stopped = False
        self.prompt_messages: tuple[Message, ...] = ()
        self.resource_blocks: tuple[ResultBlock, ...] = ()
        self.no_browser = False
        self.found = Found()
        self.waiting: list[tuple[Part, ...]] = []
        self.clients: list[FoundClient] = []
        self._failure = failure
        self.chats = ChatOrdersDouble(self)
        self.servers = ServerOrdersDouble(self)
        self.gateway = GatewayOrdersDouble(self)

    def tell(self, events: Sequence[Event]) -> None:
        """Publishes events as the real engine would."""
        for event in events:
            self.bus.publish(event)

    async def start(self) -> None:
        self.started = True
        if self._failure:
            raise self._failure
        self._ready.set()

    async def stop(self) -> None:
        self.stopped = True

    @property
    def ready(self) -> bool:
        return False  # there are no parts to ask

    def send(self, parts: tuple[Part, ...]) -> None:
        self.orders.append(("send", parts))

    async def cancel(self) -> bool:
        self.orders.append(("cancel",))
        return True

    def answer(self, question_id: QuestionId, answer: Answer) -> bool:
        self.orders.append(("answer", question_id, answer))
        return True


class ChatOrdersDouble(ChatOrders):
    """Writes down that a new chat was asked for."""

    def __init__(self, engine: EngineDouble) -> None:
        super().__init__(lambda: engine.parts)
        self._engine = engine

    async def new(self) -> None:
        self._engine.orders.append(("chats.new",))

    def take_back(self) -> tuple[Part, ...] | None:
        self._engine.orders.append(("chats.take_back",))
        return self._engine.waiting.pop() if self._engine.waiting else None


class ServerOrdersDouble(ServerOrders):
    """Answers with what the engine double was given."""

    def __init__(self, engine: EngineDouble) -> None:
        super().__init__(lambda: engine.parts, engine.paths)
        self._engine = engine

    async def other_clients(self) -> list[FoundClient]:
        return self._engine.clients

    async def found(self) -> Found:
        return self._engine.found

    async def take_over(self, found: FoundServer) -> ServerName:
        self._engine.orders.append(("servers.take_over", found.spec.name))
        return found.spec.name

    async def open_page(self, url: str) -> None:
        self._engine.orders.append(("servers.open_page", url))
        if self._engine.no_browser:
            raise CallError("There is no browser to open it with from here.", "Copy the address.")

    async def reconnect(self, name: ServerName) -> None:
        self._engine.orders.append(("servers.reconnect", name))

    async def read_resource(self, server: ServerName, uri: str) -> tuple[ResultBlock, ...]:
        self._engine.orders.append(("servers.read_resource", server, uri))
        return self._engine.resource_blocks

    async def get_prompt(self, server: ServerName, name: str, arguments: dict[str, str]) -> tuple[Message, ...]:
        self._engine.orders.append(("servers.get_prompt", server, name, arguments))
        return self._engine.prompt_messages


class GatewayOrdersDouble(GatewayOrders):
    """Writes down what the next messages would be sent to."""

    def __init__(self, engine: EngineDouble) -> None:
        super().__init__(lambda: engine.parts, engine.paths, engine.bus)
        self._engine = engine

    async def set_target(self, target: str) -> None:
        self._engine.orders.append(("gateway.set_target", target))
        if target == "nobody/nothing":
            raise McpTuiError("No such model.", "Choose another.")
