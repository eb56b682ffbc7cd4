"""How the gateway stands, as documented: health, chains, models, resilience. Costs are US dollars."""

from dataclasses import dataclass
from typing import Literal

from tui.domain.gateway_answers import (
    ComboMetricsAnswer,
    CombosAnswer,
    ComboView,
    HealthAnswer,
    ModelsAnswer,
    ModelView,
    ProviderStanding,
    ResilienceAnswer,
    SwitchAnswer,
)
from tui.serve.documented.figures import absent, breaker_state, moment, total_usd

# --- health


@dataclass(frozen=True, slots=True)
class MemoryUsage:
    """Bytes; the heap is a notion of another runtime."""

    rss: int | None
    heapUsed: int | None = absent()
    heapTotal: int | None = absent()


@dataclass(frozen=True, slots=True)
class CircuitBreaker:
    """One provider's breaker."""

    provider: str
    state: str | None
    failureCount: int | None
    lastFailure: str | None = absent()


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What a provider's newest rate-limit headers said."""

    provider: str
    isLimited: bool
    rpm: int | None
    """The headers do not say what time their limit is for."""
    currentUsage: int | None


@dataclass(frozen=True, slots=True)
class Health:
    """`omniroute_get_health`."""

    uptime: str | None
    version: str | None
    memoryUsage: MemoryUsage
    circuitBreakers: tuple[CircuitBreaker, ...]
    rateLimits: tuple[RateLimit, ...]
    cacheStats: None = absent()
    """This gateway keeps no answers."""


def health(answer: HealthAnswer) -> Health:
    """Returns it as documented."""
    return Health(
        uptime=None if answer.uptime_s is None else f"{answer.uptime_s:.0f}s",
        version=answer.version,
        memoryUsage=MemoryUsage(answer.memory_bytes),
        circuitBreakers=tuple(_breaker(one) for one in answer.providers),
        rateLimits=tuple(_rate_limit(one) for one in answer.providers if one.rate_limit),
    )


def _breaker(standing: ProviderStanding) -> CircuitBreaker:
    view = standing.breaker
    return CircuitBreaker(standing.provider, breaker_state(view.state), view.failures, moment(standing.last_error_at))


def _rate_limit(standing: ProviderStanding) -> RateLimit:
    limit = standing.rate_limit
    most = limit.limit_requests if limit else None
    left = limit.remaining_requests if limit else None
    used = None if most is None or left is None else max(0, most - left)
    return RateLimit(standing.provider, standing.credential == "cooling" or left == 0, None, used)


# --- combos


@dataclass(frozen=True, slots=True)
class ComboModel:
    """One place of a chain."""

    provider: str
    model: str
    priority: int


@dataclass(frozen=True, slots=True)
class ComboFigures:
    """What went through a chain."""

    requestCount: int | None
    successRate: float | None
    avgLatencyMs: int | None
    totalCost: float | None


@dataclass(frozen=True, slots=True)
class Combo:
    """A chain; its id is its name."""

    id: str
    name: str
    models: tuple[ComboModel, ...]
    strategy: str
    enabled: bool
    metrics: ComboFigures | None = absent()


@dataclass(frozen=True, slots=True)
class Combos:
    """`omniroute_list_combos`."""

    combos: tuple[Combo, ...]


def combos(answer: CombosAnswer) -> Combos:
    """Returns it as documented."""
    return Combos(tuple(_combo(view) for view in answer.combos))


def _combo(view: ComboView) -> Combo:
    places = tuple(ComboModel(step.provider, step.model, place) for place, step in enumerate(view.steps, 1))
    return Combo(view.name, view.name, places, view.strategy, view.enabled, _figures(view.metrics))


def _figures(answer: ComboMetricsAnswer | None) -> ComboFigures | None:
    if answer is None:
        return None
    figures = answer.figures
    return ComboFigures(figures.requests, figures.success_rate, figures.average_ms, total_usd(figures.cost))


@dataclass(frozen=True, slots=True)
class ProviderPart:
    """A provider's part in a chain's work."""

    provider: str
    requests: int | None
    successRate: float | None
    avgLatency: int | None


@dataclass(frozen=True, slots=True)
class ComboMetrics:
    """`omniroute_get_combo_metrics`; latencies in milliseconds."""

    requests: int | None
    successRate: float | None
    avgLatency: int | None
    costTotal: float | None
    fallbackCount: int | None
    byProvider: tuple[ProviderPart, ...]


def combo_metrics(answer: ComboMetricsAnswer) -> ComboMetrics:
    """Returns it as documented."""
    figures = answer.figures
    parts = tuple(
        ProviderPart(one.provider, one.figures.requests, one.figures.success_rate, one.figures.average_ms)
        for one in answer.providers
    )
    return ComboMetrics(
        requests=figures.requests,
        successRate=figures.success_rate,
        avgLatency=figures.average_ms,
        costTotal=total_usd(figures.cost),
        fallbackCount=figures.fallbacks,
        byProvider=parts,
    )


@dataclass(frozen=True, slots=True)
class SwitchedCombo:
    """A chain and whether it is on."""

    id: str
    name: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class Switched:
    """`omniroute_switch_combo`."""

    success: bool
    combo: SwitchedCombo


def switch(answer: SwitchAnswer) -> Switched:
    """Returns it as documented."""
    return Switched(True, SwitchedCombo(answer.combo, answer.combo, answer.enabled))


# --- models


@dataclass(frozen=True, slots=True)
class Pricing:
    """US dollars per million tokens."""

    inputPerMillion: float | None
    outputPerMillion: float | None


@dataclass(frozen=True, slots=True)
class Model:
    """A model of a provider; `capabilities` are those it is known to have."""

    id: str
    provider: str
    capabilities: tuple[str, ...]
    status: Literal["available", "unavailable"]
    pricing: Pricing | None


@dataclass(frozen=True, slots=True)
class Models:
    """`omniroute_list_models_catalog`."""

    models: tuple[Model, ...]


def models(answer: ModelsAnswer) -> Models:
    """Returns it as documented."""
    return Models(tuple(_model(view) for view in answer.models))


def _model(view: ModelView) -> Model:
    known = {"tools": view.tools, "vision": view.vision, "audio": view.audio}
    price_in, price_out = view.input_usd_per_million, view.output_usd_per_million
    return Model(
        id=view.id,
        provider=view.provider,
        capabilities=("chat", *(name for name, has in known.items() if has)),
        status="available" if view.open else "unavailable",
        pricing=None if price_in is None and price_out is None else Pricing(price_in, price_out),
    )


# --- resilience


@dataclass(frozen=True, slots=True)
class Settings:
    """What a profile sets."""

    circuitBreakerThreshold: int | None
    retryCount: int | None
    timeoutMs: int | None
    """Until the first sign of an answer."""
    fallbackDepth: int | None
    """Attempts a request may have in all."""


@dataclass(frozen=True, slots=True)
class Resilience:
    """`omniroute_set_resilience_profile`."""

    applied: bool
    profile: str | None
    settings: Settings


def resilience(answer: ResilienceAnswer) -> Resilience:
    """Returns it as documented."""
    own = answer.settings
    wait = own.first_token_timeout_s
    settings = Settings(
        own.breaker_threshold, own.retries, None if wait is None else round(1000 * wait), own.max_attempts
    )
    return Resilience(answer.applied, own.profile, settings)
