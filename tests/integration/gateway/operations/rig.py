"""Gateways with a real ledger and store before real endpoints on loopback; a second one stands for another process."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.fakes.llm_endpoint import LlmEndpoint, Seen
from tests.unit.gateway.embedded.stage import Keys, Told
from tui.domain.clock import Clock, SystemClock
from tui.domain.completion import ChatRequest
from tui.domain.events import Event
from tui.domain.gateway import BudgetSpec, ComboSpec, ModelSpec, ProfileName, ProviderSpec
from tui.domain.ids import ComboName, ProviderName
from tui.domain.messages import user_text
from tui.domain.money import Price
from tui.domain.text import CleanText
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.gateway.operations import Gateway
from tui.storage.database import Database
from tui.storage.gateway_documents import GatewayDocuments
from tui.storage.spend import SpendStore
from tui.storage.usage import UsageStore

PRICE = Price(Decimal(2), Decimal(10))
"""The endpoint uses 50 tokens in and 10 out: 200 micro-dollars."""
CALL_MICROUSD = 200

MODEL = ModelSpec("fake-1", context_tokens=8_192, price=PRICE, tools=True)


@dataclass
class Rig:
    """Endpoints by provider name, all on one database. `main` goes through all of them, `spare` through the last."""

    path: Path
    endpoints: Mapping[str, LlmEndpoint]
    model: ModelSpec = MODEL
    budget: BudgetSpec = BudgetSpec()
    profile: ProfileName = "aggressive"
    keys: Mapping[str, str] = field(default_factory=dict)
    clock: Clock = field(default_factory=SystemClock)

    async def __aenter__(self) -> Self:
        self.published: list[Event] = []
        self._stack = AsyncExitStack()
        for endpoint in self.endpoints.values():
            await self._stack.enter_async_context(endpoint)
        self.gateway = await self.another_process()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def another_process(self) -> EmbeddedGateway:
        """A gateway with a connection of its own to the same database."""
        database = await Database.open(self.path / "db")
        self._stack.push_async_callback(database.close)
        gateway = EmbeddedGateway(
            providers=[self._provider(name, endpoint) for name, endpoint in self.endpoints.items()],
            combos=[self._combo("main", list(self.endpoints)), self._combo("spare", list(self.endpoints)[-1:])],
            budget=self.budget,
            profile=self.profile,
            session_id="session",
            clock=self.clock,
            publish=self.published.append,
            ledger=SpendStore(database),
            store=GatewayDocuments(database),
            keys=Keys(dict(self.keys)),
            history=UsageStore(database),
        )
        contract: Gateway = gateway
        assert contract
        self._stack.push_async_callback(gateway.close)
        await gateway.start()
        return gateway

    def _provider(self, name: str, endpoint: LlmEndpoint) -> ProviderSpec:
        key = f"{name.upper()}_KEY" if name in self.keys else None
        return ProviderSpec(ProviderName(name), endpoint.base_url, api_key_env=key, models=(self.model,))

    def _combo(self, name: str, providers: Sequence[str]) -> ComboSpec:
        return ComboSpec(ComboName(name), tuple(f"{provider}/{self.model.id}" for provider in providers))

    async def ask(
        self, target: str = "main", text: str = "hi", gateway: EmbeddedGateway | None = None, **more: Any
    ) -> Told:
        """Sends one request to its end; its charge is on disk when this returns."""
        asked = gateway or self.gateway
        told = Told([fact async for fact in asked.stream(ChatRequest(target, (user_text(CleanText(text)),), **more))])
        await settled(asked)
        return told


async def settled(gateway: EmbeddedGateway) -> None:
    """Waits until what the gateway does in the background is done."""
    await gateway._parts.chores.close()


def endpoint(*script: Any, **more: Any) -> LlmEndpoint:
    """An endpoint that answers by script, its last reply again and again."""
    replies = list(script)

    def reply(seen: Seen) -> Any:
        return replies.pop(0) if len(replies) > 1 else replies[0]

    return LlmEndpoint(reply, **more)
