"""The collaborators every request shares."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace

from tui.domain.clock import Clock
from tui.domain.events import Event
from tui.domain.ids import ProviderName
from tui.domain.money import MicroUsd
from tui.domain.usage import Selection
from tui.gateway.embedded.chores import Chores
from tui.gateway.embedded.money.guard import BudgetGuard
from tui.gateway.embedded.money.pricing import PriceBook
from tui.gateway.embedded.providers.catalog import Catalog, Step
from tui.gateway.embedded.providers.credentials import Credentials
from tui.gateway.embedded.providers.meter import Figures, Meter
from tui.gateway.embedded.requests.upstreams import Upstream, Upstreams
from tui.gateway.embedded.resilience.health import Health
from tui.gateway.embedded.resilience.profiles import Profile
from tui.gateway.embedded.routing.router import Sight
from tui.gateway.embedded.routing.standing import Load, Standing
from tui.gateway.ports import GatewayStore, UsageHistory, Verdict
from tui.gateway.upstream.events import RateLimits


@dataclass(slots=True)
class Parts:
    """One of each; made once by the gateway. Only `profile` is ever replaced."""

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
    rate_limits: dict[ProviderName, RateLimits] = field(default_factory=dict)
    """The newest rate-limit headers by provider."""
    history: UsageHistory | None = None
    """What the ledger tells of earlier calls; None where nobody keeps one."""

    @property
    def sight(self) -> Sight:
        """What routing may look at."""
        return Sight(self.catalog, self.open_for, self.standing, self.chance)

    def standing(self, step: Step, load: Load) -> Standing:
        """Returns what is known of a place now."""
        recent = self.meter.of_model(step.provider, step.model)
        figures = recent if recent.requests else self.meter.earlier(step.provider, step.model)
        return Standing(
            step=step,
            model=self.catalog.model(step.provider, step.model),
            requests=figures.requests,
            errors=figures.errors,
            recent=recent.requests + self.meter.in_flight(step.provider, step.model),
            latency_ms=figures.p50_ms,
            cost_microusd=self.estimated_cost(step, load.input_tokens, load.output_tokens),
            requests_left=requests_left(self.rate_limits.get(step.provider), load, self.clock.monotonic()),
            probing=self.health.view(step.provider).state == "HALF_OPEN",
        )

    async def remember_calls(self, steps: Iterable[Step]) -> None:
        """Asks the ledger how places did over the last day. Raises StorageError."""
        if self.history is None:
            return
        since = self.clock.wall() - REMEMBERED_S
        for step in dict.fromkeys(steps):
            selection = Selection(since=since, provider=step.provider, model=step.model)
            told = (await self.history.attempts(selection)).figures
            errors = told.errors or 0
            figures = Figures((told.successes or 0) + errors, errors, told.p50_ms, told.p95_ms, told.p99_ms)
            self.meter.remember(step.provider, step.model, figures)

    def note_limits(self, provider: ProviderName, limits: RateLimits) -> None:
        """Remembers a provider's newest rate-limit headers and when they came."""
        self.rate_limits[provider] = replace(limits, seen_at=self.clock.monotonic())

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


REMEMBERED_S = 86_400.0
"""How far back a place's earlier calls tell of it."""
LIMITS_HOLD_S = 60.0
"""Rate limits that name no time of renewal are believed for so long: most are counted by the minute."""


def requests_left(limits: RateLimits | None, load: Load, now: float) -> int | None:
    """Returns how many requests of a size the headers leave, None when nobody said or the limits were renewed since."""
    if limits is None or limits.seen_at is None:
        return None
    if now - limits.seen_at >= (LIMITS_HOLD_S if limits.reset_s is None else limits.reset_s):
        return None
    by_tokens = None if limits.remaining_tokens is None else limits.remaining_tokens // max(1, load.tokens)
    return min((left for left in (limits.remaining_requests, by_tokens) if left is not None), default=None)
