"""How the gateway is: breakers, credentials, resting models, rate limits, the process itself."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import cast

from tui import __version__
from tui.domain.completion import FailureKind
from tui.domain.gateway import BreakerView, ProviderHealth, ProviderSpec
from tui.domain.gateway_answers import HealthAnswer, ModelRest, ProviderStanding
from tui.domain.text import CleanText, clean_line
from tui.domain.usage import LastFailure, Selection
from tui.gateway.embedded.answers.quota import rate_limit_view
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.resilience.failures import consequence
from tui.gateway.embedded.snapshot import provider_health, verdict_of


async def health(name: CleanText, parts: Parts, uptime_s: float) -> HealthAnswer:
    """Returns the gateway's health. Raises StorageError."""
    specs = parts.catalog.providers
    seen = [provider_health(spec, parts) for spec in specs]
    standings = await asyncio.gather(*(_standing(spec, one, parts) for spec, one in zip(specs, seen, strict=True)))
    memory = memory_bytes()
    return HealthAnswer(
        gateway=name,
        verdict=verdict_of(seen),
        reasons=tuple(reason for one in standings if (reason := _trouble(one))),
        uptime_s=uptime_s,
        version=__version__,
        memory_bytes=memory,
        providers=tuple(standings),
        cached_models=sum(len(parts.catalog.listed(spec.name)) for spec in specs),
        unknown=("memory_bytes",) if memory is None else (),
    )


async def _standing(spec: ProviderSpec, seen: ProviderHealth, parts: Parts) -> ProviderStanding:
    reason, retry_in_s = parts.health.why(spec.name)
    failure = await parts.history.last_failure(spec.name) if parts.history else None
    return ProviderStanding(
        provider=spec.name,
        breaker=await _seen_by_all(seen, parts),
        credential=seen.credential,
        credential_reason=reason or parts.credentials.missing(spec.name),
        credential_retry_in_s=retry_in_s,
        last_error=seen.last_error or in_words(failure),
        last_error_at=failure.at if failure else None,
        resting_models=tuple(
            ModelRest(clean_line(one.model), one.reason, one.retry_in_s)
            for one in parts.health.resting_models(spec.name)
        ),
        rate_limit=rate_limit_view(parts.rate_limits.get(spec.name), parts.clock),
        models=len(parts.catalog.models(spec.name)) or None,
        models_age_s=parts.catalog.age_s(spec.name),
        moves=parts.health.moves(spec.name),
    )


async def _seen_by_all(seen: ProviderHealth, parts: Parts) -> BreakerView:
    """The breaker with the calls of all processes in its window; each one's own breaker counts only its own."""
    if parts.history is None or seen.breaker.state != "CLOSED":
        return seen.breaker
    record = await parts.history.attempts(Selection(parts.health.counting_since(seen.name), provider=seen.name))
    failures = sum(count for kind, count in record.failures.items() if consequence(cast("FailureKind", kind)).counts)
    calls = (record.figures.successes or 0) + failures
    own = seen.breaker
    return replace(own, failures=max(failures, own.failures or 0), calls=max(calls, own.calls or 0))


def in_words(failure: LastFailure | None) -> CleanText:
    """Returns a failure of an earlier run, of which the ledger keeps kind and status; empty when there was none."""
    if failure is None:
        return CleanText("")
    return CleanText(f"{failure.kind}, HTTP {failure.status}" if failure.status else str(failure.kind))


def _trouble(one: ProviderStanding) -> CleanText:
    """What keeps a provider from being well; empty when nothing does."""
    if one.breaker.state == "OPEN":
        left = one.breaker.seconds_to_probe
        when = f", next try in {left:.0f} s" if left is not None else ""
        return clean_line(f"{one.provider}: its breaker is open ({one.breaker.opened_because}){when}")
    if one.breaker.state == "HALF_OPEN":
        return clean_line(f"{one.provider}: its breaker is half-open, the next request decides")
    if one.credential not in ("ok", "none"):
        return clean_line(f"{one.provider}: its credential is {one.credential} ({one.credential_reason})")
    return CleanText("")


def memory_bytes(statm: Path = Path("/proc/self/statm")) -> int | None:
    """Returns the process's resident memory (proc(5)), None where the system does not tell."""
    try:
        return int(statm.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
