"""The gateway inside this program: several providers behind one door, with fallback, breakers and a budget."""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress

from tui.domain.clock import Clock
from tui.domain.completion import AttemptEnded, ChatRequest, ReplyEvent
from tui.domain.errors import McpTuiError, UsageError
from tui.domain.events import Event, NoticePosted
from tui.domain.gateway import (
    BreakerOrder,
    BudgetSpec,
    ComboSpec,
    GatewaySnapshot,
    ModelSpec,
    ProfileName,
    ProviderSpec,
)
from tui.domain.gateway_answers import ConnectionTest
from tui.domain.ids import AttemptId, ProviderName
from tui.domain.money import MicroUsd, OverBudget
from tui.domain.text import CleanText
from tui.gateway.embedded import snapshot
from tui.gateway.embedded.answering import Answering
from tui.gateway.embedded.chores import Chores
from tui.gateway.embedded.money.ceiling import price_ceiling
from tui.gateway.embedded.money.guard import BudgetGuard
from tui.gateway.embedded.money.pricing import PriceBook
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.providers.catalog import Catalog
from tui.gateway.embedded.providers.connection_test import GivenKey, test_connection
from tui.gateway.embedded.providers.credentials import Credentials
from tui.gateway.embedded.providers.meter import Meter
from tui.gateway.embedded.requests.first_words import FirstWords
from tui.gateway.embedded.requests.upstreams import UpstreamFactory, Upstreams, client_factory
from tui.gateway.embedded.resilience.health import Health
from tui.gateway.embedded.resilience.profiles import profile as profile_of
from tui.gateway.embedded.routing import choosing
from tui.gateway.embedded.routing.targets import checked_combo
from tui.gateway.ports import GatewayStore, KeyFinder, SpendLedger, UsageHistory


class EmbeddedGateway(Answering):
    """Satisfies `chat.ports.LanguageModel` and `gateway.contract.Gateway`.

    Lives on one event loop; `close` settles all that is under way.
    """

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
        history: UsageHistory | None = None,
        upstreams: UpstreamFactory | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        chosen, chores, self._keys = profile_of(profile), Chores(), keys
        catalog = Catalog(providers, combos, clock)
        parts = Parts(
            catalog=catalog,
            health=Health(providers, chosen, store=store, chance=chance, clock=clock, publish=publish, chores=chores),
            credentials=Credentials(keys, clock),
            upstreams=Upstreams(upstreams or client_factory(lambda: self._parts.profile)),
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
            history=history,
        )
        super().__init__(parts, ledger)
        self._first_words = FirstWords()

    # --- lifetime

    async def start(self) -> None:
        """Takes over what earlier runs knew of the providers; never touches the network."""
        self._parts.chores.add(self._parts.prices.warm_up())
        try:
            await self._refresh()
            await self._lists.load()
            combos = (combo.name for combo in self._parts.catalog.combos)
            await self._parts.remember_calls(step for name in combos for step in self._parts.catalog.route(name))
        except McpTuiError as error:
            text = CleanText(f"What earlier runs knew of the providers could not be read: {error.message}")
            self._parts.publish(NoticePosted("warning", text, error.hint, at=self._parts.clock.wall()))

    async def close(self) -> None:
        """Settles and stores what is under way, then closes every connection."""
        self._by_hand.tell_limits()
        await self._parts.chores.close()
        await self._parts.upstreams.close()

    # --- answering

    def stream(self, request: ChatRequest) -> AsyncGenerator[ReplyEvent, None]:
        """Yields the facts of one request, `ReplyEnded` last; raises nothing but CancelledError.

        Closing the iterator closes the socket and settles the cost.
        """
        return self._first_words.watched(self._sender.stream(request))

    def settled(self, attempt_id: AttemptId) -> AttemptEnded | None:
        """Returns how an attempt was settled whose stream was left before it ended, once; None for any other."""
        return self._sender.settled(attempt_id)

    def raise_limit(self, beyond: OverBudget, limit: MicroUsd) -> None:
        """Lets this run spend up to `limit` where a call was refused, until the period ends or a budget is set."""
        self._parts.guard.raise_limit(beyond, limit)

    async def price_ceiling(self, request: ChatRequest, more_tokens: int = 0) -> int | None:
        """Returns the most one answer may cost in micro-dollars, None when a price is unknown.

        `more_tokens` are input tokens besides those of the request.
        """
        return await price_ceiling(request, more_tokens, self._parts)

    def awaits_first_words(self, provider: ProviderName) -> bool:
        """Returns whether a chat waits for a provider to begin its answer."""
        return self._first_words.awaited_from(provider)

    # --- targets and models

    def model(self, target: str) -> ModelSpec | None:
        """Returns what is known of the model a request to `target` would reach first; None for an unknown target."""
        return self._parts.catalog.lookup(target)

    def targets(self) -> Sequence[str]:
        """Returns what a chat can be sent to: combos first, then every known `provider/model`."""
        catalog = self._parts.catalog
        return (*(combo.name for combo in catalog.combos if combo.enabled), *map(str, catalog.steps()))

    def provider_named(self, name: ProviderName) -> ProviderSpec | None:
        """Returns a provider as it was configured or taken in, None for an unknown name."""
        return self._parts.catalog.provider(name)

    def models_of(self, provider: ProviderName) -> tuple[ModelSpec, ...]:
        """Returns a provider's known models."""
        return self._parts.catalog.models(provider)

    def choose_target(self) -> tuple[str, CleanText]:
        """Returns where chats go when nobody said, with a sentence that says why; an empty target when nothing is."""
        return choosing.choose_target(self._parts)

    async def find_target(self, within_s: float = 5.0) -> tuple[str, CleanText]:
        """Chooses as `choose_target` does, after asking providers that never named models. Raises StorageError."""
        await self._look_up_keys()
        if choosing.needs_lists(self._parts):
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._lists.freshen(self._parts.catalog.providers)
        return self.choose_target()

    async def fetch_models(self, provider: ProviderName) -> tuple[ModelSpec, ...]:
        """Asks a provider for its models and remembers them. Raises McpTuiError."""
        return await self._lists.fetch(self._spec(provider))

    async def test_provider(self, spec: ProviderSpec, key: str | None = None) -> ConnectionTest:
        """Tries a provider out, known or not, by listing its models; changes nothing. `key` is one not yet stored."""
        finder = GivenKey(key) if key else self._keys
        return await test_connection(spec, Credentials(finder, self._parts.clock), self._parts.upstreams)

    def check_new(self, name: ProviderName) -> None:
        """Raises UsageError when a provider's name is taken."""
        if self.provider_named(name):
            raise UsageError(f"There is a provider {name!r} already.", "Give the new one another name.")

    async def add_provider(self, spec: ProviderSpec) -> None:
        """Takes in one more provider for this run and asks it for its models; `models` tells what went wrong there.

        Raises UsageError when the name is taken.
        """
        self.check_new(spec.name)
        self._parts.health.add(spec.name)
        self._by_hand.add(spec)
        self._parts.catalog.add(spec)
        await self._refresh()
        await self._lists.freshen((spec,), anew=True)

    # --- chains

    async def edit_combo(self, edited: ComboSpec) -> ComboSpec:
        """Lets a chain go by other steps or another strategy at once, in this run; returns it as it is now.

        Raises UsageError when it leads nowhere or does not fit together; then nothing changes.
        """
        combo = checked_combo(self._parts.catalog, edited)
        self._parts.catalog.edit(combo)
        await self._parts.remember_calls(self._parts.catalog.route(combo.name))
        return combo

    # --- health

    async def snapshot(self) -> GatewaySnapshot:
        """Returns the gateway as it stands. Raises StorageError when the ledger cannot be read."""
        await self._refresh()
        await self._look_up_keys()
        return snapshot.take_snapshot(self.name, self._parts, await self._totals())

    # --- breakers by hand

    async def order_breaker(self, provider: ProviderName, order: BreakerOrder) -> None:
        """Carries out one of the orders below. Raises UsageError for an unknown provider."""
        match order:
            case "trip":
                self.trip(provider)
            case "probe":
                self.probe(provider)
            case "reset":
                self.reset(provider)
            case "hold" | "release":
                self.hold(provider, order == "hold")

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
