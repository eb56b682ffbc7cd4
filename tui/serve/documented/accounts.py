"""Money and use, as documented: quota, cost, budget, one provider, the session. Amounts are US dollars."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tui.domain.gateway import CredentialHealth
from tui.domain.gateway_accounts import (
    BudgetAnswer,
    BudgetLine,
    CostAnswer,
    ProviderAnswer,
    QuotaAnswer,
    QuotaView,
    SessionAnswer,
)
from tui.serve.documented.figures import Tokens, absent, breaker_state, moment, percent, tokens, total_usd, usd

_TOKEN_STATUS: Mapping[CredentialHealth, str | None] = {
    "ok": "valid",
    "none": "valid",
    "cooling": "valid",
    "credits_exhausted": "valid",
    "expired": "expired",
    "missing": "missing",
    "unknown": None,
}
_BUDGET_STATUS: Mapping[str, str | None] = {
    "ok": "active",
    "near": "warning",
    "exceeded": "exceeded",
    "unlimited": "unlimited",
    "unknown": None,
}


@dataclass(frozen=True, slots=True)
class Used:
    """How much of a quota is used, and in what it is counted."""

    used: float | None
    total: float | None
    unit: Literal["usd", "requests"] | None
    resetAt: str | None = absent()


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left for one credential."""

    name: str
    provider: str
    connectionId: str
    quotaUsed: float | None
    quotaTotal: float | None
    quotaUnit: Literal["usd", "requests"] | None
    percentRemaining: float | None
    tokenStatus: str | None
    resetAt: str | None = absent()


@dataclass(frozen=True, slots=True)
class Quotas:
    """`omniroute_check_quota`."""

    providers: tuple[Quota, ...]


def quota(answer: QuotaAnswer, now: float) -> Quotas:
    """Returns it as documented; `now` is the wall clock."""
    return Quotas(tuple(_quota(view, now) for view in answer.credentials))


def _quota(view: QuotaView, now: float) -> Quota:
    used = _used(view, now)
    return Quota(
        name=view.provider,
        provider=view.provider,
        connectionId=view.provider,
        quotaUsed=used.used,
        quotaTotal=used.total,
        quotaUnit=used.unit,
        percentRemaining=percent(view.remaining),
        tokenStatus=_TOKEN_STATUS[view.health],
        resetAt=used.resetAt,
    )


def _used(view: QuotaView, now: float) -> Used:
    """An account in dollars says more than the requests of the running minute."""
    limit, credits = view.rate_limit, view.credits
    reset = moment(now + limit.reset_in_s) if limit and limit.reset_in_s is not None else None
    if credits and (credits.used_microusd is not None or credits.total_microusd is not None):
        return Used(usd(credits.used_microusd), usd(credits.total_microusd), "usd", reset)
    if limit and limit.limit_requests is not None:
        left = limit.remaining_requests
        return Used(None if left is None else limit.limit_requests - left, limit.limit_requests, "requests", reset)
    return Used(None, None, None, reset)


# --- cost and budget


@dataclass(frozen=True, slots=True)
class ProviderCost:
    """A provider's part."""

    name: str
    cost: float | None
    requests: int | None


@dataclass(frozen=True, slots=True)
class ModelCost:
    """A model's part."""

    model: str
    cost: float | None
    requests: int | None


@dataclass(frozen=True, slots=True)
class Budget:
    """The limit that applies, if there is one."""

    limit: float | None = absent()
    remaining: float | None = absent()


@dataclass(frozen=True, slots=True)
class Cost:
    """`omniroute_cost_report`."""

    period: str
    totalCost: float | None
    requestCount: int | None
    tokenCount: Tokens
    byProvider: tuple[ProviderCost, ...]
    byModel: tuple[ModelCost, ...]
    budget: Budget


def cost(answer: CostAnswer) -> Cost:
    """Returns it as documented."""
    line = _line(answer.budget, answer.period)
    return Cost(
        period=answer.period,
        totalCost=total_usd(answer.total),
        requestCount=answer.total.requests,
        tokenCount=tokens(answer.total),
        byProvider=tuple(
            ProviderCost(one.provider, total_usd(one.figures), one.figures.requests) for one in answer.providers
        ),
        byModel=tuple(
            ModelCost(f"{one.provider}/{one.model}", total_usd(one.figures), one.figures.requests)
            for one in answer.models
        ),
        budget=Budget(usd(line.limit_microusd), usd(line.remaining_microusd)) if line else Budget(),
    )


def _line(answer: BudgetAnswer, scope: str) -> BudgetLine | None:
    """The limit of a scope, else the one of which least is left; None without any."""
    limits = [line for line in answer.lines if line.limit_microusd is not None]
    ranked = sorted(limits, key=lambda line: (line.scope != scope, line.remaining_microusd or 0))
    return ranked[0] if ranked else None


@dataclass(frozen=True, slots=True)
class BudgetGuard:
    """`omniroute_set_budget_guard`."""

    budgetSpent: float | None
    action: str
    status: str | None
    budgetTotal: float | None = absent()
    budgetRemaining: float | None = absent()


def budget(answer: BudgetAnswer) -> BudgetGuard:
    """Returns it as documented: the session's limit, else the tightest."""
    line = _line(answer, "session")
    spent = line or next((each for each in answer.lines if each.scope == "session"), None)
    return BudgetGuard(
        budgetSpent=usd(spent.spent_microusd) if spent else None,
        action=answer.action,
        status=_BUDGET_STATUS[answer.status],
        budgetTotal=usd(line.limit_microusd) if line else None,
        budgetRemaining=usd(line.remaining_microusd) if line else None,
    )


# --- use


@dataclass(frozen=True, slots=True)
class LastError:
    """The newest failure."""

    message: str
    timestamp: str | None


@dataclass(frozen=True, slots=True)
class ProviderMetrics:
    """`omniroute_get_provider_metrics`."""

    provider: str
    successRate: float | None
    requestCount: int | None
    avgLatencyMs: int | None
    p50LatencyMs: int | None
    p95LatencyMs: int | None
    p99LatencyMs: int | None
    errorRate: float | None
    circuitBreakerState: str | None
    quotaInfo: Used
    lastError: LastError | None = absent()


def provider(answer: ProviderAnswer, now: float) -> ProviderMetrics:
    """Returns it as documented; `now` is the wall clock."""
    figures = answer.figures
    failed = LastError(answer.last_error, moment(answer.last_error_at)) if answer.last_error else None
    return ProviderMetrics(
        provider=answer.provider,
        successRate=figures.success_rate,
        requestCount=figures.requests,
        avgLatencyMs=figures.average_ms,
        p50LatencyMs=figures.p50_ms,
        p95LatencyMs=figures.p95_ms,
        p99LatencyMs=figures.p99_ms,
        errorRate=figures.error_rate,
        circuitBreakerState=breaker_state(answer.breaker.state),
        quotaInfo=_used(answer.quota, now),
        lastError=failed,
    )


@dataclass(frozen=True, slots=True)
class TopModel:
    """A model of the session, busiest first."""

    model: str
    count: int | None


@dataclass(frozen=True, slots=True)
class TopProvider:
    """A provider of the session, busiest first."""

    provider: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Guard:
    """The budget that is watched over."""

    active: bool
    remaining: float | None
    action: str


@dataclass(frozen=True, slots=True)
class Session:
    """`omniroute_get_session_snapshot`."""

    sessionStart: str | None
    duration: str
    requestCount: int | None
    costTotal: float | None
    tokenCount: Tokens
    topModels: tuple[TopModel, ...]
    topProviders: tuple[TopProvider, ...]
    errors: int | None
    fallbacks: int | None
    budgetGuard: Guard | None = absent()


def session(answer: SessionAnswer) -> Session:
    """Returns it as documented; without a limit there is no guard."""
    figures, line = answer.figures, _line(answer.budget, "session")
    return Session(
        sessionStart=moment(answer.started),
        duration=f"{answer.duration_s:.0f}s",
        requestCount=figures.requests,
        costTotal=total_usd(figures.cost),
        tokenCount=tokens(figures.cost),
        topModels=tuple(TopModel(one.name, one.requests) for one in answer.models),
        topProviders=tuple(TopProvider(one.name, one.requests) for one in answer.providers),
        errors=figures.errors,
        fallbacks=figures.fallbacks,
        budgetGuard=Guard(True, usd(line.remaining_microusd), answer.budget.action) if line else None,
    )
