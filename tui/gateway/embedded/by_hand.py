"""What somebody sets while the gateway runs: switches, budget, profile; and what runs of one profile tell each other.

All of it takes effect at once, survives a restart, and reaches the other processes of the profile.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, cast, get_args

from tui.domain.gateway import BudgetAction, BudgetSpec, ProfileName, ProviderSpec
from tui.domain.ids import ComboName, ProviderName
from tui.domain.messages import Json
from tui.domain.money import MicroUsd
from tui.domain.text import clean_line
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.resilience.breaker import as_wall_time
from tui.gateway.embedded.resilience.profiles import Profile
from tui.gateway.embedded.resilience.profiles import profile as profile_of
from tui.gateway.embedded.shared import SharedDocuments, Topic
from tui.gateway.upstream.events import RateLimits

_LIMITS = ("turn_microusd", "session_microusd", "day_microusd", "month_microusd")


class ByHand:
    """The settings in force beside those of the configuration file."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._configured_budget = parts.guard.budget
        self._configured_profile = parts.profile.name
        self._configured_combos = {combo.name: combo.enabled for combo in parts.catalog.combos}
        self._told_limits: dict[ProviderName, RateLimits] = {}
        self._shared = SharedDocuments(parts.store, chores=parts.chores, clock=parts.clock, publish=parts.publish)
        self._shared.add(Topic("budget", self._describe_budget, self._adopt_budget))
        self._shared.add(Topic("profile", self._describe_profile, self._adopt_profile))
        for name in self._configured_combos:
            self._shared.add(_switch_topic(self, name))
        for provider in parts.catalog.providers:
            self.add(provider)

    def add(self, provider: ProviderSpec) -> None:
        """Takes in one more provider."""
        self._shared.add(_limits_topic(self, provider))

    async def refresh(self) -> None:
        """Takes over what other runs have set and learnt, and tells what this one learnt. Raises StorageError."""
        self.tell_limits()
        await self._shared.refresh()

    def tell_limits(self) -> None:
        """Stores the rate limits this run has learnt since it last told."""
        for provider, limits in self._parts.rate_limits.items():
            if limits.text and self._told_limits.get(provider) != limits:
                self._told_limits[provider] = limits
                self._shared.save_soon(f"limits/{provider}")

    # --- setting; each raises StorageError when it could not be stored, and is in force nevertheless

    async def switch(self, combo: ComboName, enabled: bool) -> None:
        """Opens or closes a chain for routing."""
        self._parts.catalog.switch(combo, enabled)
        await self._shared.save(f"combo/{combo}")

    async def set_budget(self, budget: BudgetSpec | None) -> None:
        """Holds other limits; None goes back to the configured ones."""
        self._parts.guard.adopt(budget or self._configured_budget)
        await self._shared.save("budget")

    async def set_profile(self, name: ProfileName) -> None:
        """Goes on by another profile."""
        self.use_profile(name)
        await self._shared.save("profile")

    @property
    def budget_set(self) -> bool:
        """Whether the budget differs from the configured one."""
        return self._parts.guard.budget != self._configured_budget

    @property
    def profile_set(self) -> bool:
        """Whether the profile differs from the configured one."""
        return self._parts.profile.name != self._configured_profile

    def use_profile(self, name: ProfileName) -> None:
        """Applies thresholds, retries, timeouts and cooldowns to all that runs."""
        profile: Profile = profile_of(name)
        if profile == self._parts.profile:
            return
        self._parts.profile = profile
        self._parts.health.adopt(profile)
        self._parts.upstreams.renew()

    # --- documents; null is the configured state, so that a change of the file is heeded

    def _describe_budget(self) -> Mapping[str, Json]:
        budget = self._parts.guard.budget
        if not self.budget_set:
            return {"limits": None}
        limits: dict[str, Json] = {name: getattr(budget, name) for name in _LIMITS}
        return {"limits": limits, "action": budget.action, "degrade_to": budget.degrade_to}

    def _adopt_budget(self, document: Mapping[str, Json]) -> None:
        limits = document.get("limits")
        if not isinstance(limits, dict):
            self._parts.guard.adopt(self._configured_budget)
            return
        action, tier = document.get("action"), document.get("degrade_to")
        self._parts.guard.adopt(
            replace(
                self._configured_budget,
                **{name: _amount(limits.get(name)) for name in _LIMITS},
                action=cast("BudgetAction", action) if action in get_args(BudgetAction) else "block",
                degrade_to=cast("Literal['cheap', 'free']", tier) if tier in ("cheap", "free") else "cheap",
            )
        )

    def _describe_profile(self) -> Mapping[str, Json]:
        return {"name": self._parts.profile.name if self.profile_set else None}

    def _adopt_profile(self, document: Mapping[str, Json]) -> None:
        name = document.get("name")
        known = name if name in get_args(ProfileName) else self._configured_profile
        self.use_profile(cast("ProfileName", known))

    def describe_switch(self, combo: ComboName) -> Mapping[str, Json]:
        """Returns a chain's switch for other runs."""
        enabled = next(one.enabled for one in self._parts.catalog.combos if one.name == combo)
        return {"enabled": None if enabled == self._configured_combos[combo] else enabled}

    def adopt_switch(self, combo: ComboName, document: Mapping[str, Json]) -> None:
        """Takes over a chain's switch."""
        enabled = document.get("enabled")
        self._parts.catalog.switch(combo, enabled if isinstance(enabled, bool) else self._configured_combos[combo])

    def describe_limits(self, provider: ProviderName) -> Mapping[str, Json]:
        """Returns what a provider's newest rate-limit headers said, for other runs."""
        limits, clock = self._parts.rate_limits.get(provider, RateLimits()), self._parts.clock
        age_s = clock.monotonic() - limits.seen_at if limits.seen_at is not None else 0.0
        names = ("remaining_requests", "remaining_tokens", "limit_requests", "limit_tokens", "reset_s")
        return {"at": clock.wall() - age_s, "text": limits.text, **{name: getattr(limits, name) for name in names}}

    def adopt_limits(self, provider: ProviderName, document: Mapping[str, Json]) -> None:
        """Takes over newer rate limits than this run has seen."""
        at, own, clock = as_wall_time(document.get("at")), self._parts.rate_limits.get(provider), self._parts.clock
        if at is None or not document.get("text"):
            return
        seen_at = clock.monotonic() - max(0.0, clock.wall() - at)
        if own and own.seen_at is not None and own.seen_at >= seen_at:
            return
        counts = {name: _amount(document.get(name)) for name in _COUNTS}
        reset_s = as_wall_time(document.get("reset_s"))
        limits = RateLimits(**counts, reset_s=reset_s, text=clean_line(document["text"]), seen_at=seen_at)
        self._parts.rate_limits[provider] = self._told_limits[provider] = limits


_COUNTS = ("remaining_requests", "remaining_tokens", "limit_requests", "limit_tokens")


def _switch_topic(settings: ByHand, combo: ComboName) -> Topic:
    return Topic(
        f"combo/{combo}",
        lambda: settings.describe_switch(combo),
        lambda document: settings.adopt_switch(combo, document),
    )


def _limits_topic(settings: ByHand, provider: ProviderSpec) -> Topic:
    return Topic(
        f"limits/{provider.name}",
        lambda: settings.describe_limits(provider.name),
        lambda document: settings.adopt_limits(provider.name, document),
    )


def _amount(value: Json) -> MicroUsd | None:
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 60
    return MicroUsd(cast("int", value)) if whole else None
