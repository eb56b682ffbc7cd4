"""Resilience profiles: thresholds, retries, timeouts and cooldowns that belong together, under one name."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tui.domain.gateway import ProfileName
from tui.domain.gateway_answers import ResilienceSettings
from tui.gateway.embedded.resilience.breaker import BreakerRules

RETRY_AFTER_CAP_S = 300.0
"""No `Retry-After` keeps a credential waiting longer."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How patient the gateway is; durations in seconds."""

    name: ProfileName
    breaker: BreakerRules
    retries: int
    """Further tries at the same route, only while no byte of an answer was accepted."""
    retry_base_s: float
    """The first retry waits up to this long, the second up to twice as long (full jitter)."""
    max_attempts: int
    """All attempts of one request together."""
    wait_budget_s: float
    """How long a request may wait for a rate limit to pass when no other route is left."""
    cooldown_s: float
    """The least a rate-limited credential rests when the provider names no time."""
    lockout_s: float
    """How long a model that is not there is left alone."""
    connect_s: float
    first_token_s: float
    idle_s: float


_PROFILES: Mapping[ProfileName, Profile] = MappingProxyType(
    {
        "aggressive": Profile(
            name="aggressive",
            breaker=BreakerRules(3, 3, window_s=30, open_s=15, max_open_s=120, probe_timeout_s=30),
            retries=0,
            retry_base_s=0.25,
            max_attempts=6,
            wait_budget_s=2,
            cooldown_s=5,
            lockout_s=300,
            connect_s=5,
            first_token_s=20,
            idle_s=45,
        ),
        "balanced": Profile(
            name="balanced",
            breaker=BreakerRules(5, 5, window_s=30, open_s=30, max_open_s=300, probe_timeout_s=75),
            retries=1,
            retry_base_s=0.5,
            max_attempts=8,
            wait_budget_s=10,
            cooldown_s=10,
            lockout_s=600,
            connect_s=10,
            first_token_s=60,
            idle_s=75,
        ),
        "conservative": Profile(
            name="conservative",
            breaker=BreakerRules(10, 10, window_s=60, open_s=60, max_open_s=300, probe_timeout_s=140),
            retries=2,
            retry_base_s=1.0,
            max_attempts=10,
            wait_budget_s=30,
            cooldown_s=15,
            lockout_s=900,
            connect_s=15,
            first_token_s=120,
            idle_s=120,
        ),
    }
)


def profile(name: ProfileName) -> Profile:
    """Returns the settings behind a profile's name."""
    return _PROFILES[name]


def settings_of(profile: Profile) -> ResilienceSettings:
    """Returns a profile's settings as a person is told."""
    return ResilienceSettings(
        profile=profile.name,
        breaker_threshold=profile.breaker.threshold,
        breaker_window_s=profile.breaker.window_s,
        breaker_open_s=profile.breaker.open_s,
        retries=profile.retries,
        max_attempts=profile.max_attempts,
        cooldown_s=profile.cooldown_s,
        lockout_s=profile.lockout_s,
        connect_timeout_s=profile.connect_s,
        first_token_timeout_s=profile.first_token_s,
        idle_timeout_s=profile.idle_s,
    )
