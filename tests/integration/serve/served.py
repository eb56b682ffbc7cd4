"""A whole engine before endpoints on loopback, served over HTTP to callers with keys."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import httpx
from openai import AsyncOpenAI

from tests.fakes.llm_endpoint import LlmEndpoint
from tests.integration.gateway.operations.rig import settled
from tui.config.paths import find_paths
from tui.config.schema import ChatSettings, Settings
from tui.domain.audit import AuditedCall
from tui.domain.gateway import ComboSpec, ModelSpec, ProviderSpec, SpendView
from tui.domain.ids import ComboName, ProviderName
from tui.domain.money import MicroUsd, Price
from tui.engine import Engine, running
from tui.serve.listening import Place, bound, listen, url_of
from tui.serve.offer import Offer

CALL_USD = 0.0002
"""What an answer of the endpoint costs: 50 tokens in at $2 and 10 out at $10 a million."""
MODEL = ModelSpec("fake-1", context_tokens=8_192, price=Price(Decimal(2), Decimal(10)), tools=True, vision=True)


@dataclass(frozen=True, slots=True)
class Served:
    """What a test calls."""

    url: str
    engine: Engine
    key: str
    """Allows everything."""

    def openai(self, key: str | None = None) -> AsyncOpenAI:
        return AsyncOpenAI(base_url=f"{self.url}/v1", api_key=key or self.key, max_retries=0)

    def http(self, key: str | None = None) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {key or self.key}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    async def make_key(self, *scopes: str, budget_usd: float | None = None) -> str:
        limit = None if budget_usd is None else MicroUsd(round(budget_usd * 1_000_000))
        made = await self.engine.access.add(f"key {scopes} {budget_usd}", scopes, limit)
        return made.key

    async def spend(self) -> SpendView:
        """What the ledger holds, once nothing is under way."""
        gateway = self.engine.parts.gateway
        await settled(gateway)
        return (await gateway.snapshot()).spend

    async def audited(self) -> list[AuditedCall]:
        """The recorded calls, newest first, once all have ended."""
        async with asyncio.timeout(30):
            while True:
                calls = [entry.call for entry in await self.engine.audit.recent(1_000)]
                if "begun" not in {call.outcome for call in calls}:
                    return calls
                await asyncio.sleep(0.01)


@asynccontextmanager
async def served(
    home: Path,
    endpoints: Mapping[str, LlmEndpoint],
    model: ModelSpec = MODEL,
    settings: Settings | None = None,
    target: str = "main",
) -> AsyncIterator[Served]:
    """Serves the endpoints as providers; `main` is a chain over all of them, `target` where chats go."""
    async with running(
        _settings(endpoints, model, settings or Settings(), target), find_paths({"MCP_TUI_HOME": str(home)})
    ) as engine:
        key = (await engine.access.add("all", ["*"])).key
        listener, ready = bound(Place(port=0)), asyncio.Event()
        serving = asyncio.create_task(listen(Offer(engine).http_app(keyless=False), listener, ready.set))
        try:
            await ready.wait()
            yield Served(url_of(listener), engine, key)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


def _settings(endpoints: Mapping[str, LlmEndpoint], model: ModelSpec, settings: Settings, target: str) -> Settings:
    providers = [ProviderSpec(ProviderName(name), one.base_url, models=(model,)) for name, one in endpoints.items()]
    chain = ComboSpec(ComboName("main"), tuple(f"{name}/{model.id}" for name in endpoints))
    chat = ChatSettings(target=target)
    return replace(settings, providers=tuple(providers), combos=(chain,), chat=chat, resilience="aggressive")
