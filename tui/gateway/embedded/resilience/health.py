"""Breakers, credentials and models of all providers in one place; state survives the run."""

import random
from collections.abc import Callable, Iterable

from tui.domain.clock import Clock
from tui.domain.events import BreakerChanged, Event
from tui.domain.gateway import TRIPPED_BY_HAND, BreakerMoved, BreakerView, ProviderSpec
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText
from tui.gateway.embedded.chores import Chores
from tui.gateway.embedded.providers.catalog import Step
from tui.gateway.embedded.resilience.breaker import Breaker, BreakerMove, Permit
from tui.gateway.embedded.resilience.cooldown import Cooldowns, CredentialState, RestingModel
from tui.gateway.embedded.resilience.failures import consequence, model_is_missing
from tui.gateway.embedded.resilience.profiles import RETRY_AFTER_CAP_S, Profile
from tui.gateway.embedded.shared import SharedDocuments, Topic
from tui.gateway.ports import GatewayStore, Verdict
from tui.gateway.upstream.events import Done

_MODEL_OVERLOADED = (503, 529)
"""Statuses by which a provider says that one model has too much to do, not that this key asks too often."""


class Health:
    """Tells which steps are open and learns from every attempt. Moves are published and stored at once."""

    def __init__(
        self,
        providers: Iterable[ProviderSpec],
        profile: Profile,
        *,
        clock: Clock,
        store: GatewayStore,
        publish: Callable[[Event], None],
        chores: Chores,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._profile = profile
        self._clock = clock
        self._publish = publish
        self._chance = chance
        self._breakers = {provider.name: self._breaker(provider.name) for provider in providers}
        self._cooldowns = Cooldowns(clock)
        self._strikes: dict[ProviderName, int] = {}
        self._shared = SharedDocuments(store, chores=chores, clock=clock, publish=publish)
        for name in self._breakers:
            self._share(name)

    def add(self, name: ProviderName) -> None:
        """Takes in one more provider; what earlier runs know of it is read at the next `refresh`."""
        self._breakers[name] = self._breaker(name)
        self._share(name)

    def _share(self, name: ProviderName) -> None:
        breaker, rests = self._breakers[name], self._cooldowns
        self._shared.add(Topic(_breaker_key(name), breaker.document, breaker.restore))
        self._shared.add(
            Topic(_credential_key(name), lambda: rests.document(name), lambda told: rests.restore(name, told))
        )

    def _breaker(self, name: ProviderName) -> Breaker:
        return Breaker(
            self._profile.breaker, self._clock, on_move=lambda move: self._moved(name, move), chance=self._chance
        )

    # --- asking

    def open_for(self, step: Step) -> Verdict:
        """Returns whether a request may go to `step` now, with the reason when not."""
        resting = self._cooldowns.verdict(step.provider, step.model)
        if not resting.allowed:
            return resting
        breaker = self._breakers[step.provider]
        if breaker.admits:
            return Verdict(True)
        left = breaker.seconds_to_probe
        if breaker.state == "OPEN":
            return Verdict(False, CleanText(f"its breaker is open ({breaker.reason})"), left)
        return Verdict(False, CleanText("its breaker is half-open and a probe is under way"), left)

    def view(self, provider: ProviderName) -> BreakerView:
        """Returns a provider's breaker as a person sees it."""
        return self._breakers[provider].view()

    def moves(self, provider: ProviderName) -> tuple[BreakerMoved, ...]:
        """Returns the last changes of a provider's breaker, newest first."""
        return self._breakers[provider].moves

    def counting_since(self, provider: ProviderName) -> float:
        """Returns the wall clock since when a failure counts against a provider: the window, or the last change."""
        return max(self._clock.wall() - self._profile.breaker.window_s, self._breakers[provider].moved_at)

    def credential(self, provider: ProviderName) -> CredentialState:
        """Returns the state of a provider's credential."""
        return self._cooldowns.state(provider)

    def why(self, provider: ProviderName) -> tuple[CleanText, float | None]:
        """Returns why a credential is not `ok`, and the seconds until it may call again if time alone opens it."""
        return self._cooldowns.reason(provider), self._cooldowns.retry_in_s(provider)

    def resting_models(self, provider: ProviderName) -> tuple[RestingModel, ...]:
        """Returns the models of a provider that are left alone for a while."""
        return self._cooldowns.resting_models(provider)

    # --- attempts

    def acquire(self, step: Step) -> Permit | None:
        """Returns leave for one attempt; None when somebody else was faster or the step just closed."""
        return self._breakers[step.provider].acquire() if self.open_for(step).allowed else None

    def alive(self, step: Step, permit: Permit) -> None:
        """An attempt shows life."""
        self._breakers[step.provider].alive(permit)

    def succeeded(self, step: Step, permit: Permit) -> None:
        """An attempt went well."""
        self._strikes.pop(step.provider, None)
        self._breakers[step.provider].succeed(permit)
        if self._cooldowns.vouch(step.provider):
            self._shared.save_soon(_credential_key(step.provider))

    def said_nothing(self, step: Step, permit: Permit) -> None:
        """An attempt ended without telling anything about the provider."""
        self._breakers[step.provider].give_back(permit)

    def failed(self, step: Step, permit: Permit, done: Done) -> None:
        """An attempt failed: moves exactly the scopes this kind of failure is about."""
        failure = done.failure or "provider-down"
        follows = consequence(failure, done.status)
        breaker = self._breakers[step.provider]
        if follows.counts:
            breaker.fail(permit, done.reason)
        elif permit.probe and done.status is not None and done.status < 500 and not follows.cools:
            # An answer, even a refusal, shows that the service is up.
            breaker.succeed(permit)
        else:
            breaker.give_back(permit)
        if follows.cools or done.retry_after_s:
            self._cool(step, done, self._backoff_s(step.provider) if follows.cools else 0.0)
        if follows.ends:
            self._cooldowns.end(step.provider, follows.ends, done.reason)
        if model_is_missing(failure, done.status):
            self._cooldowns.lock_model(step.provider, step.model, self._profile.lockout_s, done.reason)
        if follows.cools or done.retry_after_s or follows.ends or model_is_missing(failure, done.status):
            self._shared.save_soon(_credential_key(step.provider))

    def _cool(self, step: Step, done: Done, floor_s: float) -> None:
        for_s = min(max(done.retry_after_s or 0.0, floor_s), RETRY_AFTER_CAP_S)
        if done.failure == "rate-limit" and done.status in _MODEL_OVERLOADED:
            self._cooldowns.lock_model(step.provider, step.model, for_s, done.reason)
            return
        self._cooldowns.cool(step.provider, for_s, done.reason)

    def _backoff_s(self, provider: ProviderName) -> float:
        """The least a refusal in a row costs: doubling, jittered so that many callers do not return together."""
        strikes = self._strikes[provider] = self._strikes.get(provider, 0) + 1
        return self._profile.cooldown_s * float(1 << min(strikes - 1, 8)) * (0.5 + 0.5 * self._chance())

    def retry_in_s(self, steps: Iterable[Step]) -> float | None:
        """Returns the seconds until the first of these steps opens by itself; None when time alone opens none."""
        waits = [self.open_for(step).retry_in_s for step in steps]
        return min((wait for wait in waits if wait is not None), default=None)

    # --- by hand

    def trip(self, provider: ProviderName) -> None:
        """Opens a provider's breaker."""
        self._breakers[provider].trip(TRIPPED_BY_HAND)
        self._shared.save_soon(_breaker_key(provider))

    def probe(self, provider: ProviderName) -> None:
        """Lets the next request through as a probe."""
        self._breakers[provider].probe()
        self._shared.save_soon(_breaker_key(provider))

    def reset(self, provider: ProviderName) -> None:
        """Closes the breaker and forgets all that is held against credential and models."""
        self._breakers[provider].reset()
        self.forgive(provider)
        self._shared.save_soon(_breaker_key(provider))

    def hold(self, provider: ProviderName, held: bool) -> None:
        """Keeps a provider's breaker closed whatever fails, or lets it trip again."""
        self._breakers[provider].hold(held)
        self._shared.save_soon(_breaker_key(provider))

    def forgive(self, provider: ProviderName) -> None:
        """The provider has another key: what its old one did no longer counts."""
        self._strikes.pop(provider, None)
        self._cooldowns.clear(provider)
        self._shared.save_soon(_credential_key(provider))

    def adopt(self, profile: Profile) -> None:
        """Goes on by another profile; what is open or rests stays so."""
        self._profile = profile
        for breaker in self._breakers.values():
            breaker.adopt(profile.breaker)

    # --- across runs

    async def refresh(self) -> None:
        """Takes over what earlier or other runs stored. Raises StorageError."""
        await self._shared.refresh()

    def _moved(self, provider: ProviderName, move: BreakerMove) -> None:
        self._publish(
            BreakerChanged(provider, move.old, move.new, move.reason, move.seconds_to_probe, self._clock.wall())
        )
        self._shared.save_soon(_breaker_key(provider))


def _breaker_key(provider: ProviderName) -> str:
    return f"breaker/{provider}"


def _credential_key(provider: ProviderName) -> str:
    return f"credential/{provider}"
