"""An engine that starts nothing: events are published by hand, orders are written down."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.fakes.clock import FakeClock
from tui.config.discover import FoundClient
from tui.config.paths import Paths
from tui.config.schema import Settings
from tui.domain.errors import McpTuiError
from tui.domain.events import Event
from tui.domain.ids import QuestionId, ServerName
from tui.domain.messages import Message, Part
from tui.domain.questions import Answer
from tui.domain.servers import ResultBlock
from tui.engine import Engine


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
        paths = Paths(*(directory / name for name in ("config", "data", "state", "cache")))
        self.hands = clock or FakeClock()
        super().__init__(settings or Settings(), paths, attended=True, clock=self.hands)
        self.orders: list[tuple[Any, ...]] = []
        self.started = self.stopped = False
        self.prompt_messages: tuple[Message, ...] = ()
        self.resource_blocks: tuple[ResultBlock, ...] = ()
        self.clients: list[FoundClient] = []
        self._failure = failure

    async def other_clients(self) -> list[FoundClient]:
        return self.clients

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

    async def set_target(self, target: str) -> None:
        self.orders.append(("set_target", target))
        if target == "nobody/nothing":
            raise McpTuiError("No such model.", "Choose another.")

    async def new_chat(self) -> None:
        self.orders.append(("new_chat",))

    async def reconnect(self, name: ServerName) -> None:
        self.orders.append(("reconnect", name))

    async def read_resource(self, server: ServerName, uri: str) -> tuple[ResultBlock, ...]:
        self.orders.append(("read_resource", server, uri))
        return self.resource_blocks

    async def get_prompt(self, server: ServerName, name: str, arguments: dict[str, str]) -> tuple[Message, ...]:
        self.orders.append(("get_prompt", server, name, arguments))
        return self.prompt_messages
