"""An adapter in front of a gateway on loopback, with the real gateway inside this program, its ledger and its store."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.fakes.gateway_pages import GatewayPages
from tests.integration.gateway.operations.rig import settled
from tests.unit.gateway.embedded.stage import Keys, Told
from tui.domain.clock import Clock, SystemClock
from tui.domain.completion import ChatRequest
from tui.domain.gateway import BudgetSpec, GatewayKind, GatewaySpec
from tui.domain.messages import user_text
from tui.domain.text import CleanText
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.gateway.remote.adapter import NotExposed, Surroundings
from tui.gateway.remote.kinds import adapter
from tui.gateway.remote.reader import Reader
from tui.storage.database import Database
from tui.storage.gateway_documents import GatewayDocuments
from tui.storage.spend import SpendStore
from tui.storage.usage import UsageStore

NAME = "proxy"


@dataclass
class Outside:
    """The adapter, and the gateway in here that sends its chats."""

    gateway: NotExposed
    here: EmbeddedGateway

    async def ask(self, model: str, text: str = "hi") -> Told:
        """Sends one request to its end; its charge is on disk when this returns."""
        request = ChatRequest(f"{NAME}/{model}", (user_text(CleanText(text)),))
        told = Told([fact async for fact in self.here.stream(request)])
        await settled(self.here)
        return told


@asynccontextmanager
async def outside(
    path: Path,
    kind: GatewayKind,
    url: str,
    key: str = "sk-1",
    clock: Clock | None = None,
    management_key: str = "",
    **more: Any,
) -> AsyncIterator[Outside]:
    """Opens an adapter of a kind in front of an address; `more` is for its surroundings."""
    keys, clock = Keys({NAME: key, f"{NAME} management": management_key}), clock or SystemClock()
    spec = GatewaySpec(
        NAME, kind, url, api_key_env="PROXY_KEY", admin_key_env="PROXY_ADMIN" if management_key else None
    )
    async with AsyncExitStack() as stack:
        database = await Database.open(path / "db")
        stack.push_async_callback(database.close)
        here = EmbeddedGateway(
            providers=[spec.provider],
            combos=[],
            budget=BudgetSpec(),
            profile="aggressive",
            session_id="session",
            clock=clock,
            publish=lambda event: None,
            ledger=SpendStore(database),
            store=GatewayDocuments(database),
            keys=keys,
            history=UsageStore(database),
        )
        stack.push_async_callback(here.close)
        await here.start()
        chats = Reader(replace(spec, admin_key_env=None), keys, clock) if management_key else None
        made = adapter(Surroundings(spec, Reader(spec, keys, clock), here, clock, chat_reader=chats, **more))
        stack.push_async_callback(made.close)
        yield Outside(made, here)


@asynccontextmanager
async def in_front_of(
    pages: GatewayPages, path: Path, kind: GatewayKind, prefix: str = "", management_key: str = ""
) -> AsyncIterator[Outside]:
    """Opens an adapter in front of pages on loopback; `prefix` is the part of the address before its version."""
    async with pages, outside(path, kind, f"{pages.url}{prefix}", management_key=management_key) as opened:
        yield opened
