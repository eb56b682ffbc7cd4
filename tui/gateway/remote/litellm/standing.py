"""How a LiteLLM proxy and what lies behind it stand, from what its pages told last. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from tui.domain.errors import ConnectError, McpTuiError
from tui.domain.gateway import BreakerView, ProviderHealth
from tui.domain.gateway_answers import ProviderStanding
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText, clean_line
from tui.gateway.remote.litellm.checks import Check, Readiness
from tui.gateway.remote.litellm.router_settings import RouterSettings
from tui.gateway.remote.litellm.spend import Activity, KeyAccount, ProviderBudget
from tui.gateway.remote.reader import StatusError
from tui.gateway.upstream.litellm import Deployment

NOT_TOLD = BreakerView(
    "UNKNOWN", None, None, None, CleanText("LiteLLM lets failing deployments rest, and tells nobody which")
)

Verdict = Literal["ok", "degraded", "down", "unknown"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a proxy; None and empty where it did not tell, or too long ago."""

    readiness: Readiness | None = None
    groups: Mapping[str, Sequence[Deployment]] = field(default_factory=dict)
    """The deployments by what a request asks for."""
    listed_at: float | None = None
    """Wall clock of the list of deployments, to the second."""
    checks: Mapping[str, Check] = field(default_factory=dict)
    settings: RouterSettings = RouterSettings()
    today: Activity | None = None
    key: KeyAccount | None = None
    budgets: Sequence[ProviderBudget] = ()

    @property
    def deployments(self) -> Iterator[Deployment]:
        """All deployments."""
        return chain.from_iterable(self.groups.values())

    def check_of(self, deployment: Deployment) -> Check | None:
        """Returns the newest check of a deployment."""
        return self.checks.get(deployment.id) or self.checks.get(deployment.group)

    def sick(self, deployment: Deployment) -> Check | None:
        """Returns the newest check of a deployment when it failed."""
        check = self.check_of(deployment)
        return check if check and check.healthy is False else None


def verdict_of(seen: Seen, trouble: McpTuiError | None) -> tuple[Verdict, tuple[CleanText, ...]]:
    """Returns the verdict on a proxy and, one sentence each, why it is not `ok`.

    `trouble` is why it does not say now how it is.
    """
    if trouble is not None:
        silent = isinstance(trouble, ConnectError) or (isinstance(trouble, StatusError) and trouble.status >= 500)
        return ("down" if silent else "unknown"), (trouble.message,)
    if seen.readiness is None:
        return "unknown", (CleanText("the proxy has not said yet how it is"),)
    if seen.readiness.status != "healthy":
        return "down", (clean_line(f"the proxy says that it is {seen.readiness.status or 'not ready'}"),)
    reasons = []
    if seen.readiness.database in ("disconnected", "stalled"):
        reasons.append(clean_line(f"the proxy's database is {seen.readiness.database}"))
    for deployment in seen.deployments:
        if check := seen.sick(deployment):
            why = f": {check.error}" if check.error else ""
            reasons.append(clean_line(f"{deployment.place} in {deployment.group} failed its last check{why}"))
    return ("degraded" if reasons else "ok"), tuple(reasons)


def standings(seen: Seen) -> tuple[ProviderStanding, ...]:
    """Returns the providers behind the proxy, those with more deployments first."""
    return tuple(_standing(provider, members, seen) for provider, members in _by_provider(seen))


def provider_healths(seen: Seen) -> tuple[ProviderHealth, ...]:
    """Returns the providers behind the proxy for a panel; requests and errors are today's (UTC)."""
    return tuple(_health(provider, members, seen) for provider, members in _by_provider(seen))


def _by_provider(seen: Seen) -> list[tuple[ProviderName, list[Deployment]]]:
    found: dict[ProviderName, list[Deployment]] = {}
    for deployment in seen.deployments:
        found.setdefault(deployment.provider, []).append(deployment)
    return sorted(found.items(), key=lambda part: -len(part[1]))


def _standing(provider: ProviderName, members: list[Deployment], seen: Seen) -> ProviderStanding:
    failed = _newest_failure(members, seen)
    return ProviderStanding(
        provider=provider,
        breaker=NOT_TOLD,
        credential="unknown",
        last_error=failed.error if failed else CleanText(""),
        last_error_at=failed.at if failed else None,
        models=len({member.model for member in members}),
    )


def _health(provider: ProviderName, members: list[Deployment], seen: Seen) -> ProviderHealth:
    use = seen.today.providers.get(provider) if seen.today and seen.today.providers else None
    failed = _newest_failure(members, seen)
    budget = next((one for one in seen.budgets if one.provider == provider), None)
    return ProviderHealth(
        name=provider,
        breaker=NOT_TOLD,
        requests=use.requests if use else None,
        errors=use.errors if use else None,
        last_error=failed.error if failed else CleanText(""),
        credential="unknown",
        quota=budget.left if budget else None,
        models=len({member.model for member in members}),
        models_listed_at=seen.listed_at,
    )


def _newest_failure(members: list[Deployment], seen: Seen) -> Check | None:
    failed = [check for member in members if (check := seen.sick(member))]
    return max(failed, key=lambda check: check.at or 0.0, default=None)
