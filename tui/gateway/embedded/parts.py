"""The collaborators every request shares."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from tui.domain.clock import Clock
from tui.domain.events import Event
from tui.domain.ids import ProviderName
from tui.domain.money import MicroUsd
from tui.gateway.embedded.catalog import Catalog, Step
from tui.gateway.embedded.chores import Chores
from tui.gateway.embedded.credentials import Credentials
from tui.gateway.embedded.guard import BudgetGuard
from tui.gateway.embedded.health import Health
from tui.gateway.embedded.meter import Meter
from tui.gateway.embedded.pricing import PriceBook
from tui.gateway.embedded.profiles import Profile
from tui.gateway.embedded.upstreams import Upstream, Upstreams
from tui.gateway.ports import GatewayStore, Verdict
from tui.gateway.upstream.events import RateLimits


@dataclass(frozen=True, slots=True)
class Parts:
    """One of each; made once by the gateway."""

    catalog: Catalog
    health: Health
    credentials: Credentials
    upstreams: Upstreams
    prices: PriceBook
    guard: BudgetGuard
    meter: Meter
    profile: Profile
    session_id: str
    store: GatewayStore
    chores: Chores
    clock: Clock
    publish: Callable[[Event], None]
    sleep: Callable[[float], Awaitable[None]]
    chance: Callable[[], float]
    rate_limits: dict[ProviderName, RateLimits]
    """The newest rate-limit headers by provider."""

    async def look_up_keys(self, steps: Iterable[Step]) -> None:
        """Looks up what keys are not known yet; another key makes good what the old one did."""
        for name in dict.fromkeys(step.provider for step in steps):
            provider = self.catalog.provider(name)
            if provider is None:
                continue
            ended = self.health.credential(provider.name) in ("expired", "credits_exhausted")
            credential = await self.credentials.find(provider, suspect=ended)
            if self.upstreams.has_other_key(provider.name, credential.key):
                self.health.forgive(provider.name)

    def open_for(self, step: Step) -> Verdict:
        """Returns whether `step` has a key and is healthy."""
        missing = self.credentials.missing(step.provider)
        return Verdict(False, missing) if missing else self.health.open_for(step)

    def upstream(self, step: Step) -> Upstream:
        """Returns the client for a step whose key was looked up."""
        provider = self.catalog.provider(step.provider)
        assert provider is not None, "steps name known providers"
        return self.upstreams.get(provider, self.credentials.key(step.provider))

    def estimated_cost(self, step: Step, input_tokens: int, output_tokens: int) -> MicroUsd | None:
        """Returns what a call of this size would cost now, None when the price is unknown."""
        return self.prices.estimate(step, input_tokens, output_tokens, self.clock.wall())
