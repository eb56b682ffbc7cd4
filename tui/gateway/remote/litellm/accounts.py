"""What a LiteLLM proxy tells of money, as answers: what is left, what periods cost, how a provider did. Pure."""

from tui.domain.gateway import CredentialHealth
from tui.domain.gateway_accounts import Credits, ModelCost, ProviderAnswer, ProviderCost, QuotaView
from tui.domain.gateway_answers import ProviderStanding, RateLimitView
from tui.domain.gateway_figures import Window
from tui.domain.gateway_witness import Witness
from tui.domain.ids import ProviderName
from tui.domain.money import MicroUsd
from tui.domain.text import CleanText, clean_line
from tui.gateway.remote.litellm.spend import Activity, KeyAccount, ProviderBudget, Use


def key_quota(provider: ProviderName, credential: CleanText, account: KeyAccount, told: Witness) -> QuotaView:
    """Returns what is left for a virtual key, of its budget and per minute."""
    health = _key_health(account)
    limited = account.requests_per_minute is not None or account.tokens_per_minute is not None
    words = f"the key's limits a minute; its budget is renewed every {account.period}" if account.period else ""
    return QuotaView(
        provider=provider,
        credential=credential,
        health=health,
        reason=clean_line(f"the key is {account.status}") if health == "expired" else CleanText(""),
        rate_limit=RateLimitView(
            limit_requests=account.requests_per_minute,
            limit_tokens=account.tokens_per_minute,
            age_s=told.age_s,
            text=clean_line(words or "the key's limits a minute"),
        )
        if limited
        else None,
        credits=_credits(account.spent, account.limit, told),
        unknown=() if limited else ("rate_limit",),
    )


def budget_quota(budget: ProviderBudget, told: Witness) -> QuotaView:
    """Returns what all keys together may still spend at a provider."""
    period = f" of {budget.period}" if budget.period else ""
    return QuotaView(
        provider=budget.provider,
        credential=clean_line(f"the proxy's budget{period}"),
        health="credits_exhausted" if _used_up(budget.spent, budget.limit) else "unknown",
        credits=_credits(budget.spent, budget.limit, told),
        unknown=("rate_limit",),
    )


def provider_answer(view: ProviderStanding, window: Window, use: Use, told: Witness) -> ProviderAnswer:
    """Returns how a provider behind the proxy did."""
    return ProviderAnswer(
        provider=view.provider,
        window=window,
        figures=use.figures,
        failures={},
        breaker=view.breaker,
        quota=QuotaView(view.provider, CleanText("kept by the proxy"), "unknown", unknown=("rate_limit", "credits")),
        last_error=view.last_error,
        last_error_at=view.last_error_at,
        unknown=("failures", "breaker", "p50_ms", "p95_ms", "p99_ms"),
        witnesses=(told,),
    )


def costs_of(activity: Activity) -> tuple[tuple[ProviderCost, ...], tuple[ModelCost, ...]]:
    """Returns the parts of a cost, dearest first. The log of days does not say which provider a model was used at."""
    providers = [ProviderCost(ProviderName(name), use.cost) for name, use in (activity.providers or {}).items()]
    models = [ModelCost(_provider_of(name), name, use.cost) for name, use in (activity.models or {}).items()]
    return (
        tuple(sorted(providers, key=lambda part: -(part.figures.microusd or 0))),
        tuple(sorted(models, key=lambda part: -(part.figures.microusd or 0))),
    )


def _provider_of(model: str) -> ProviderName:
    prefix, slash, _ = model.partition("/")
    return ProviderName(prefix if slash else "?")


def _key_health(account: KeyAccount) -> CredentialHealth:
    if account.status in ("expired", "revoked", "deleted"):
        return "expired"
    return "credits_exhausted" if _used_up(account.spent, account.limit) else "ok"


def _used_up(spent: MicroUsd | None, limit: MicroUsd | None) -> bool:
    return spent is not None and limit is not None and spent >= limit


def _credits(spent: MicroUsd | None, limit: MicroUsd | None, told: Witness) -> Credits:
    left = None if spent is None or limit is None else max(0, limit - spent)
    return Credits(left, spent, limit, told.age_s or 0.0, told.source)
