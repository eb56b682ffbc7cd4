"""What a gateway answers about how it stands: health, chains, models, resilience.

Money is micro-dollars. A figure nobody knows is None and its name stands in `unknown`; it is never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tui.domain.gateway import (
    BreakerMoved,
    BreakerView,
    CredentialHealth,
    ForeignStrategy,
    ModelSpec,
    ProfileName,
    Strategy,
)
from tui.domain.gateway_figures import CallFigures
from tui.domain.gateway_witness import Witness
from tui.domain.ids import ComboName, ProviderName
from tui.domain.text import CleanText

Capability = Literal["chat", "tools", "vision", "audio", "free", "embedding", "image", "video", "rerank", "moderation"]
"""What a model can be asked for; `vision` and `audio` are inputs."""


# --- health


@dataclass(frozen=True, slots=True)
class RateLimitView:
    """What a provider's newest rate-limit headers said."""

    remaining_requests: int | None = None
    remaining_tokens: int | None = None
    limit_requests: int | None = None
    limit_tokens: int | None = None
    reset_in_s: float | None = None
    age_s: float | None = None
    text: CleanText = CleanText("")
    """The headers themselves."""


@dataclass(frozen=True, slots=True)
class ModelRest:
    """A model that is left alone for a while."""

    model: CleanText
    reason: CleanText
    retry_in_s: float


@dataclass(frozen=True, slots=True)
class ProviderStanding:
    """One provider: its breaker, its credential and its models, kept apart."""

    provider: ProviderName
    breaker: BreakerView
    credential: CredentialHealth
    credential_reason: CleanText = CleanText("")
    """Why the credential may not call; empty when it may."""
    credential_retry_in_s: float | None = None
    last_error: CleanText = CleanText("")
    last_error_at: float | None = None
    """Wall clock."""
    resting_models: tuple[ModelRest, ...] = ()
    rate_limit: RateLimitView | None = None
    models: int | None = None
    """How many models are known."""
    models_age_s: float | None = None
    """Age of the provider's own list; None when it was never fetched."""
    moves: tuple[BreakerMoved, ...] | None = None
    """The breaker's last changes of state, in all runs of the profile, newest first; None when nobody tells."""


@dataclass(frozen=True, slots=True)
class HealthAnswer:
    """How the gateway is. The verdict is not `ok` while a breaker is open or a credential unusable."""

    gateway: CleanText
    verdict: Literal["ok", "degraded", "down", "unknown"]
    reasons: tuple[CleanText, ...]
    """Why the verdict is not `ok`, one sentence each."""
    uptime_s: float | None
    version: str | None
    memory_bytes: int | None
    providers: tuple[ProviderStanding, ...]
    cached_models: int = 0
    """Models known from lists the providers gave."""
    unknown: tuple[str, ...] = ()
    witnesses: tuple[Witness, ...] = ()


# --- combos


@dataclass(frozen=True, slots=True)
class ComboStep:
    """One place of a chain; `open` tells whether a request may go there now."""

    step: CleanText
    provider: ProviderName
    model: str
    open: bool
    reason: CleanText = CleanText("")
    """Why not, when it is not open."""
    weight: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderShare:
    """A provider's part in a chain's work."""

    provider: ProviderName
    figures: CallFigures


@dataclass(frozen=True, slots=True)
class ComboMetricsAnswer:
    """What went through one chain, over all that the ledger has of it.

    A request's latency is the time its attempts took together.
    """

    combo: ComboName
    figures: CallFigures
    providers: tuple[ProviderShare, ...] = ()
    since: float | None = None
    """Wall clock of the oldest request counted, None when there was none."""
    unknown: tuple[str, ...] = ()
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class ComboView:
    """One chain as it stands."""

    name: ComboName
    strategy: Strategy | ForeignStrategy
    steps: tuple[ComboStep, ...]
    enabled: bool
    metrics: ComboMetricsAnswer | None = None
    """None unless asked for."""


@dataclass(frozen=True, slots=True)
class CombosAnswer:
    """All chains."""

    combos: tuple[ComboView, ...]
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class SwitchAnswer:
    """A chain was switched on or off."""

    combo: ComboName
    enabled: bool
    changed: bool
    """False when it already was so."""
    warning: CleanText = CleanText("")
    """What cannot be reached any more."""
    witnesses: tuple[Witness, ...] = ()


# --- models


@dataclass(frozen=True, slots=True)
class ModelView:
    """One model of one provider."""

    provider: ProviderName
    id: str
    context_tokens: int | None
    max_output_tokens: int | None
    tools: bool | None
    vision: bool | None
    audio: bool | None
    input_usd_per_million: float | None
    output_usd_per_million: float | None
    price_source: str | None
    """Who said so: `configured`, `model list`, `genai-prices`, …; None when the price is unknown."""
    open: bool
    """Whether a request may go there now."""
    reason: CleanText = CleanText("")
    """Why not."""
    listed: Literal["configured", "fetched", "both"] = "configured"
    age_s: float | None = None
    """Age of the list that names it; None for a model that only the configuration names."""
    unknown: tuple[str, ...] = ()
    json_mode: bool | None = None
    """Whether its answers can be held to JSON."""


@dataclass(frozen=True, slots=True)
class ModelListState:
    """How current one provider's list is."""

    provider: ProviderName
    models: int
    age_s: float | None
    trouble: CleanText = CleanText("")
    """Why the newest attempt to fetch it failed; an older list is used meanwhile."""


@dataclass(frozen=True, slots=True)
class ModelsAnswer:
    """The models that pass the filters."""

    models: tuple[ModelView, ...]
    lists: tuple[ModelListState, ...]
    cheapest: CleanText = CleanText("")
    """The `provider/model` of the lowest known price among those that are open; empty when no price is known."""
    undecided: int = 0
    """Models left out because nobody said whether they have the capability asked for."""
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """What trying a provider out showed."""

    ok: bool
    summary: CleanText
    hint: CleanText = CleanText("")
    models: tuple[ModelSpec, ...] = ()


# --- resilience


@dataclass(frozen=True, slots=True)
class ResilienceSettings:
    """What a resilience profile sets; None where a gateway has no such setting or does not tell it."""

    profile: ProfileName | None
    breaker_threshold: int | None
    breaker_window_s: float | None
    breaker_open_s: float | None
    retries: int | None
    max_attempts: int | None
    cooldown_s: float | None
    lockout_s: float | None
    connect_timeout_s: float | None
    first_token_timeout_s: float | None
    idle_timeout_s: float | None
    others: Mapping[str, str | float] = field(default_factory=dict)
    """Settings that only the gateway in question has, by its own names."""


@dataclass(frozen=True, slots=True)
class ResilienceAnswer:
    """The settings in force, and those before them."""

    settings: ResilienceSettings
    before: ResilienceSettings
    applied: bool
    """False when it was only read."""
    set_by_hand: bool = False
    """True when it differs from the configuration file because somebody set it; it stays so across restarts."""
    witnesses: tuple[Witness, ...] = ()
