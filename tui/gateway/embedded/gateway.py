"""The gateway inside this program: several providers behind one door, with fallback, breakers and a budget."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from tui.domain.clock import Clock
from tui.domain.completion import ChatRequest, ReplyEvent
from tui.domain.errors import McpTuiError, UsageError
from tui.domain.events import Event, NoticePosted
from tui.domain.gateway import BudgetSpec, ComboSpec, GatewaySnapshot, ModelSpec, ProfileName, ProviderSpec
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded import snapshot
from tui.gateway.embedded.catalog import Catalog, Step
from tui.gateway.embedded.chores import Chores
from tui.gateway.embedded.credentials import Credentials
from tui.gateway.embedded.guard import BudgetGuard
from tui.gateway.embedded.health import Health
from tui.gateway.embedded.meter import Meter
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.pricing import PriceBook
from tui.gateway.embedded.profiles import profile as profile_of
from tui.gateway.embedded.sending import Sender
from tui.gateway.embedded.upstreams import UpstreamFactory, Upstreams, client_factory
from tui.gateway.ports import GatewayStore, KeyFinder, SpendLedger


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """What trying a provider out showed."""

    ok: bool
    summary: CleanText
    hint: CleanText = CleanText("")
    models: tuple[ModelSpec, ...] = ()


class EmbeddedGateway:
    """Satisfies `chat.ports.LanguageModel`. Lives on one event loop; `close` settles all that is under way."""

    name = CleanText("embedded")

    def __init__(
        self,
        *,
        providers: Sequence[ProviderSpec],
        combos: Sequence[ComboSpec],
        budget: BudgetSpec,
        profile: ProfileName,
        session_id: str,
        clock: Clock,
        publish: Callable[[Event], None],
        ledger: SpendLedger,
        store: GatewayStore,
        keys: KeyFinder,
        upstreams: UpstreamFactory | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        chosen, chores = profile_of(profile), Chores()
        catalog = Catalog(providers, combos, clock)
        self._keys = keys
        self._ledger = ledger
        self._parts = Parts(
            catalog=catalog,
            health=Health(providers, chosen, clock=clock, store=store, publish=publish, chores=chores, chance=chance),
            credentials=Credentials(keys, clock),
            upstreams=Upstreams(upstreams or client_factory(chosen)),
            prices=PriceBook(catalog),
            guard=BudgetGuard(ledger, budget, session_id, clock=clock, publish=publish, chores=chores),
            meter=Meter(clock),
            profile=chosen,
            session_id=session_id,
            store=store,
            chores=chores,
            clock=clock,
            publish=publish,
            sleep=sleep,
            chance=chance,
            rate_limits={},
        )
        self._sender = Sender(self._parts)

    # --- lifetime

    async def start(self) -> None:
        """Takes over what earlier runs knew of the providers; never touches the network."""
        self._parts.chores.add(self._parts.prices.warm_up())
        try:
            await self._parts.health.load()
        except McpTuiError as error:
            text = CleanText(f"What earlier runs knew of the providers could not be read: {error.message}")
            self._parts.publish(NoticePosted("warning", text, error.hint, at=self._parts.clock.wall()))

    async def close(self) -> None:
        """Settles and stores what is under way, then closes every connection."""
        await self._parts.chores.close()
        await self._parts.upstreams.close()

    # --- answering

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ReplyEvent, None]:
        """Yields the facts of one request, `ReplyEnded` last; raises nothing but CancelledError.

        Closing the iterator closes the socket and settles the cost.
        """
        async with aclosing(self._sender.stream(request)) as facts:
            async for fact in facts:
                yield fact

    # --- targets and models

    def model(self, target: str) -> ModelSpec | None:
        """Returns what is known of the model a request to `target` would reach first; None for an unknown target."""
        return self._parts.catalog.lookup(target)

    def targets(self) -> Sequence[str]:
        """Returns what a chat can be sent to: combos first, then every known `provider/model`."""
        catalog = self._parts.catalog
        return (*(combo.name for combo in catalog.combos if combo.enabled), *map(str, catalog.steps()))

    def choose_target(self) -> tuple[str, CleanText]:
        """Returns where chats go when nobody said, with a sentence that says why; an empty target when nothing is."""
        catalog = self._parts.catalog
        combo = next((combo for combo in catalog.combos if combo.enabled and catalog.route(combo.name)), None)
        if combo:
            return combo.name, clean_line(f"{combo.name} is the first combo")
        steps = catalog.steps()
        free = max((step for step in steps if self._is_free_with_tools(step)), key=self._window, default=None)
        if free:
            return str(free), clean_line(f"{free} is free, takes tools and has the largest window")
        if steps:
            return str(steps[0]), clean_line(f"{steps[0]} is the first model of the first provider")
        if catalog.providers:
            return "", CleanText("The providers have named no model yet: fetch their lists, or name one in config.toml")
        return "", CleanText("There is no provider yet: add one in config.toml, or start a local model server")

    def _is_free_with_tools(self, step: Step) -> bool:
        model = self._parts.catalog.model(step.provider, step.model)
        takes_tools = model is not None and model.tools is True
        return takes_tools and self._parts.estimated_cost(step, 1_000_000, 1_000_000) == 0

    def _window(self, step: Step) -> int:
        model = self._parts.catalog.model(step.provider, step.model)
        return (model.context_tokens or 0) if model else 0

    async def fetch_models(self, provider: ProviderName) -> tuple[ModelSpec, ...]:
        """Asks a provider for its models and remembers them. Raises McpTuiError."""
        step = Step(self._spec(provider).name, "")
        await self._parts.look_up_keys((step,))
        models = await self._parts.upstream(step).models()
        self._parts.catalog.learn(provider, models)
        return self._parts.catalog.models(provider)

    async def test_provider(self, spec: ProviderSpec) -> ConnectionTest:
        """Tries a provider out, known or not, by listing its models; changes nothing."""
        credential = await Credentials(self._keys, self._parts.clock).find(spec)
        if credential.missing:
            return ConnectionTest(False, clean_line(f"{spec.name} cannot be tried: {credential.missing}"))
        upstream = self._parts.upstreams.once(spec, credential.key)
        try:
            models = await upstream.models()
        except McpTuiError as error:
            return ConnectionTest(False, error.message, error.hint)
        finally:
            await upstream.close()
        return ConnectionTest(True, _seen(spec, models), models=models)

    # --- health

    async def snapshot(self) -> GatewaySnapshot:
        """Returns the gateway as it stands. Raises StorageError when the ledger cannot be read."""
        unknown = [spec for spec in self._parts.catalog.providers if not self._parts.credentials.looked_up(spec.name)]
        await asyncio.gather(*(self._parts.credentials.find(spec) for spec in unknown))
        totals = await self._ledger.totals(self._parts.session_id, self._parts.clock.wall())
        return snapshot.take_snapshot(self.name, self._parts, totals)

    def trip(self, provider: ProviderName) -> None:
        """Opens a provider's breaker by hand. Raises UsageError for an unknown provider, as the next three do."""
        self._parts.health.trip(self._spec(provider).name)

    def probe(self, provider: ProviderName) -> None:
        """Lets the next request through an open breaker as its probe."""
        self._parts.health.probe(self._spec(provider).name)

    def reset(self, provider: ProviderName) -> None:
        """Closes a provider's breaker and forgets what is held against its key and models."""
        self._parts.health.reset(self._spec(provider).name)

    def hold(self, provider: ProviderName, held: bool = True) -> None:
        """Keeps a provider's breaker from tripping, or lets it trip again."""
        self._parts.health.hold(self._spec(provider).name, held)

    def _spec(self, provider: ProviderName) -> ProviderSpec:
        spec = self._parts.catalog.provider(provider)
        if spec is None:
            known = ", ".join(one.name for one in self._parts.catalog.providers) or "none"
            raise UsageError(f"No provider is called {provider!r}.", f"Known providers: {known}.")
        return spec


def _seen(spec: ProviderSpec, models: Sequence[ModelSpec]) -> CleanText:
    if not models:
        return clean_line(f"{spec.name} answered but lists no models")
    count = "1 model" if len(models) == 1 else f"{len(models):,} models"
    named = ", ".join(clean_line(model.id, 60) for model in models[:3])
    return clean_line(f"{spec.name} lists {count}: {named}{', …' if len(models) > 3 else ''}")
