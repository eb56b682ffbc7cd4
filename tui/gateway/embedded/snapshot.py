"""The gateway as it stands, in one frozen fact for panels."""

from collections.abc import Sequence
from typing import Literal, get_args

from tui.domain.gateway import BreakerOrder, GatewaySnapshot, ProviderHealth, ProviderSpec, SpendView
from tui.domain.spend import Totals
from tui.domain.text import CleanText
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.providers.credentials import needs_key
from tui.gateway.upstream.events import RateLimits

CredentialView = Literal["ok", "missing", "cooling", "expired", "credits_exhausted", "none"]
GatewayVerdict = Literal["ok", "degraded", "down", "unknown"]


def take_snapshot(name: CleanText, parts: Parts, totals: Totals) -> GatewaySnapshot:
    """Returns all a panel needs, taken at this moment."""
    providers = tuple(provider_health(provider, parts) for provider in parts.catalog.providers)
    return GatewaySnapshot(
        gateway=name,
        at=parts.clock.wall(),
        verdict=verdict_of(providers),
        providers=providers,
        combos=parts.catalog.combos,
        spend=_spend(parts, totals),
        latency=parts.meter.overall(),
    )


def provider_health(provider: ProviderSpec, parts: Parts) -> ProviderHealth:
    """Returns one provider as it stands."""
    figures, age_s = parts.meter.of(provider.name), parts.catalog.age_s(provider.name)
    return ProviderHealth(
        name=provider.name,
        breaker=parts.health.view(provider.name),
        requests=figures.requests,
        errors=figures.errors,
        p50_ms=figures.p50_ms,
        p95_ms=figures.p95_ms,
        p99_ms=figures.p99_ms,
        last_error=parts.meter.last_error(provider.name),
        credential=credential_view(provider, parts),
        quota=quota_in_words(parts.rate_limits.get(provider.name)),
        models=len(parts.catalog.models(provider.name)),
        models_listed_at=None if age_s is None else float(round(parts.clock.wall() - age_s)),
        breaker_orders=get_args(BreakerOrder),
    )


def credential_view(provider: ProviderSpec, parts: Parts) -> CredentialView:
    """Returns the state of a provider's credential; its key was looked up before."""
    state = parts.health.credential(provider.name)
    if state != "ok":
        return state
    if parts.credentials.missing(provider.name):
        return "missing"
    return "ok" if parts.credentials.key(provider.name) or needs_key(provider) else "none"


def _spend(parts: Parts, totals: Totals) -> SpendView:
    return SpendView(
        session_microusd=totals.session,
        today_microusd=totals.day,
        reserved_microusd=totals.reserved,
        limit_microusd=parts.guard.in_force().session_microusd,
        action=parts.guard.budget.action,
        unknown_calls=totals.unknown_calls,
        estimated_calls=totals.estimated_calls,
        source=totals.source,
        per_minute_microusd=totals.per_minute,
    )


def verdict_of(providers: Sequence[ProviderHealth]) -> GatewayVerdict:
    """Returns the gateway's own word: not `ok` while a breaker is open or a credential cannot be used."""
    if all(one.breaker.state == "UNKNOWN" for one in providers):
        return "unknown"
    usable = [one for one in providers if one.breaker.state != "OPEN" and one.credential in ("ok", "none", "unknown")]
    if not usable:
        return "down"
    well = [one for one in usable if one.breaker.state in ("CLOSED", "UNKNOWN")]
    return "ok" if len(well) == len(providers) else "degraded"


def quota_in_words(limits: RateLimits | None) -> CleanText | None:
    """Returns what is left of a quota, None when the provider never said."""
    if limits is None:
        return None
    left = []
    if limits.remaining_requests is not None:
        left.append(f"{limits.remaining_requests:,} requests")
    if limits.remaining_tokens is not None:
        left.append(f"{limits.remaining_tokens:,} tokens")
    if not left:
        return limits.text or None
    reset = f", renewed in {limits.reset_s:.0f} s" if limits.reset_s is not None else ""
    return CleanText(f"{' and '.join(left)} left{reset}")
