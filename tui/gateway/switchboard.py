"""Which gateway answers: the one in here, or one outside that all chats then go through.

Whichever it is, requests leave by the gateway in here: to it one outside is a provider, with breaker and ledger.
"""

import asyncio
import difflib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from tui.domain.errors import ConnectError, McpTuiError, UsageError
from tui.domain.gateway import EMBEDDED, GatewaySnapshot, GatewaySpec
from tui.domain.gateway_answers import HealthAnswer
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText, clean_line
from tui.gateway.contract import Gateway
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.gateway.remote.adapter import NotExposed

LIST_WITHIN_S = 5.0
"""How long the start waits for a gateway to name its models."""


@dataclass(frozen=True, slots=True)
class KnownGateway:
    """A gateway that can be used."""

    name: str
    kind: str
    url: str
    """Empty for the one in here."""
    in_use: bool


@dataclass(frozen=True, slots=True)
class SeenGateway:
    """A gateway and how it is."""

    gateway: KnownGateway
    verdict: Literal["ok", "degraded", "down", "unknown"]
    note: CleanText = CleanText("")
    """Why it is not well, or what of it could not be seen, in one sentence."""


class Switchboard:
    """Made with the gateway in here and a maker of adapters for those outside."""

    def __init__(
        self,
        here: EmbeddedGateway,
        specs: Sequence[GatewaySpec],
        adapter: Callable[[GatewaySpec], NotExposed],
        *,
        watched: bool = True,
    ) -> None:
        self.here = here
        self._specs = {spec.name: spec for spec in specs}
        self._adapter = adapter
        self._watched = watched
        """Whether somebody looks on: for nobody the gateway outside is not polled."""
        self._outside: NotExposed | None = None
        self._running: asyncio.Task[None] | None = None

    @property
    def current(self) -> Gateway:
        """The gateway that answers."""
        return self._outside or self.here

    @property
    def name(self) -> CleanText:
        """What the gateway that answers is called."""
        return self.current.name

    def known(self) -> tuple[KnownGateway, ...]:
        """Returns what can be used, the gateway in here first."""
        inside = KnownGateway(EMBEDDED, EMBEDDED, "", self._outside is None)
        outside = (
            KnownGateway(spec.name, spec.kind, spec.url, spec.name == self.name) for spec in self._specs.values()
        )
        return (inside, *outside)

    async def look(self) -> tuple[SeenGateway, ...]:
        """Asks every gateway how it is, all at once; what goes wrong stands in its `note`."""
        return tuple(await asyncio.gather(*(self._look(known) for known in self.known())))

    async def use(self, name: str) -> None:
        """Lets another gateway answer. Raises UsageError for an unknown name, and for one that a provider has.

        Then nothing changes.
        """
        if name == EMBEDDED:
            await self._change(None)
            return
        spec = self._spec(name)
        if name != self.name:
            made = self._adapter(spec)
            await self._take_in(spec)
            await self._change(made)

    async def find_target(self, wanted: str = "") -> tuple[str, CleanText]:
        """Returns where chats go, with a sentence that says why when it is not just `wanted`.

        With a gateway outside that is one of its models: `wanted` with or without the gateway's name before it, else
        the first it names. Raises StorageError.
        """
        if self._outside is None:
            return (wanted, CleanText("")) if wanted else await self.here.find_target()
        own = f"{self.name}/"
        if wanted.startswith(own):
            return wanted, CleanText("")
        listed = await self._listed(self._spec(self.name).provider.name)
        if wanted and (wanted in listed or not listed):
            return f"{own}{wanted}", CleanText("")
        if listed:
            return f"{own}{listed[0]}", clean_line(f"{own}{listed[0]} is the first that {self.name} names")
        return "", clean_line(f"{self.name} names no model: see `mcp-tui providers test {self.name}`")

    async def _listed(self, provider: ProviderName) -> list[str]:
        if not self.here.models_of(provider):
            with suppress(McpTuiError, TimeoutError):
                async with asyncio.timeout(LIST_WITHIN_S):
                    await self.here.fetch_models(provider)
        return [model.id for model in self.here.models_of(provider)]

    async def snapshot(self) -> GatewaySnapshot:
        """Returns the gateway that answers as it stands. What our own chats cost and took is always our own figure."""
        while True:
            outside = self._outside
            seen = await self.here.snapshot() if outside is None else await self._seen(outside)
            # It may have been left while it was looked at.
            if outside is self._outside:
                return seen

    async def close(self) -> None:
        """Ends what asks the gateway outside; the one in here is closed by whoever opened it."""
        await self._change(None)

    async def _look(self, known: KnownGateway) -> SeenGateway:
        if known.name == EMBEDDED:
            health = await self.here.health()
            return SeenGateway(known, health.verdict, _note(health))
        if known.kind == "openai":
            tried = await self.here.test_provider(self._spec(known.name).provider)
            return SeenGateway(known, "ok" if tried.ok else "down", tried.summary)
        # For a look the gateway's own word will do: its MCP server may not be started for it.
        outside = self._adapter(replace(self._spec(known.name), mcp_server=""))
        try:
            health = await outside.health()
        except McpTuiError as error:
            return SeenGateway(known, "down" if isinstance(error, ConnectError) else "unknown", error.message)
        finally:
            await outside.close()
        return SeenGateway(known, health.verdict, _note(health))

    async def _seen(self, outside: NotExposed) -> GatewaySnapshot:
        seen, here = await outside.snapshot(), await self.here.snapshot()
        spend = replace(here.spend, today_microusd=seen.spend.today_microusd)
        return replace(seen, spend=spend, latency=here.latency)

    async def _take_in(self, spec: GatewaySpec) -> None:
        """Makes the gateway a provider of the one in here; why it does not name its models is told by `models`.

        Raises UsageError when chats would then go elsewhere, since another endpoint has its name.
        """
        known = self.here.provider_named(spec.provider.name)
        if known is None:
            await self.here.add_provider(spec.provider)
        elif known.base_url.rstrip("/") != spec.provider.base_url.rstrip("/"):
            place = clean_line(known.base_url, 200)
            raise UsageError(
                f"A provider is called {spec.name!r} too, at {place}.", "Give one of the two another name."
            )

    async def _change(self, outside: NotExposed | None) -> None:
        """The new one is in place before the old one is waited for, so that of two chosen at once none is left open."""
        left, running = self._outside, self._running
        self._outside = outside
        self._running = asyncio.create_task(outside.run()) if outside and self._watched else None
        if running is not None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        if left is not None:
            await left.close()

    def _spec(self, name: str) -> GatewaySpec:
        spec = self._specs.get(name)
        if spec is None:
            names = (EMBEDDED, *self._specs)
            near = difflib.get_close_matches(name, names, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(names)}."
            raise UsageError(f"No gateway is called {clean_line(name, 60)!r}.", hint)
        return spec


def _note(health: HealthAnswer) -> CleanText:
    """Why it is not well, else who of its witnesses could not be heard."""
    silent = [witness.said for witness in health.witnesses if witness.standing == "silent"]
    return next(iter([*health.reasons, *silent]), CleanText(""))
