"""The providers that serve a model at OpenRouter, how reliable each was, and where a request could go. Pure.

Source: openrouter.ai/docs, `GET /api/v1/models/{author}/{slug}/endpoints`; the marks of reliability are those that its
guide for providers names. Its latencies are left out: the documentation gives them in milliseconds and shows seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tui.domain.gateway import BreakerState, BreakerView, ProviderHealth
from tui.domain.gateway_answers import ProviderStanding
from tui.domain.gateway_routing import SimulateAnswer, SimulatedStep
from tui.domain.ids import ProviderName
from tui.domain.money import Price
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.money.estimate import ASSUMED_OUTPUT_TOKENS
from tui.gateway.fields import Fields
from tui.gateway.remote.shapes import rows_of

NORMAL_PERCENT = 95.0
"""A provider that answers less often gets lower priority."""
DOWN_PERCENT = 80.0
"""One that answers less often yet is used as a fallback only."""
ASSUMPTION = CleanText(
    "OpenRouter prefers providers without outages and, among the cheaper of them, chooses by the inverse square of the "
    "price; the rest are fallbacks. They stand here by reliability, then price."
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One provider's offer of a model; None where nobody says, as of one that is hardly used."""

    provider: ProviderName
    price: Price | None
    context_tokens: int | None
    uptime_percent: float | None
    """Of the last 30 minutes: successful among successful and failed requests, refusals for their rate aside."""
    uptime_day_percent: float | None
    status: int | None
    """0 when all is well; what others mean is not documented."""

    @property
    def state(self) -> BreakerState:
        """How OpenRouter routes to it."""
        if self.uptime_percent is None and self.status in (0, None):
            return "UNKNOWN"
        low = self.uptime_percent is not None and self.uptime_percent < NORMAL_PERCENT
        return "DEGRADED" if low or self.status not in (0, None) else "CLOSED"

    @property
    def why(self) -> CleanText:
        """Its reliability in words; empty where nothing is known of it."""
        parts = []
        if self.uptime_percent is not None:
            down = ", a fallback only" if self.uptime_percent < DOWN_PERCENT else ""
            parts.append(f"{self.uptime_percent:.1f} % answered in 30 min{down}")
        if self.uptime_day_percent is not None:
            parts.append(f"{self.uptime_day_percent:.1f} % in a day")
        if self.status not in (0, None):
            parts.append(f"status {self.status}")
        return clean_line("; ".join(parts))


Offers = Mapping[str, Sequence[Endpoint]]
"""The endpoints by model."""


def endpoints_from(document: object) -> tuple[Endpoint, ...]:
    """Returns the endpoints of a model; those that name no provider are left out. Raises ShapeError."""
    entries = rows_of("GET /v1/models/…/endpoints", document, "data", "endpoints")
    return tuple(_endpoint(entry) for entry in entries if entry.text("provider_name"))


def forgotten(offers: Offers) -> Offers:
    """Returns the same offers with nothing known of how reliable they are now."""
    return {
        model: [replace(one, uptime_percent=None, uptime_day_percent=None, status=None) for one in offered]
        for model, offered in offers.items()
    }


def breaker_of(offers: Offers, provider: ProviderName) -> BreakerView:
    """Returns how a provider stands by the worst of its offers."""
    own = [(model, one) for model, offered in offers.items() for one in offered if one.provider == provider]
    model, worst = min(own, key=lambda each: _rank(each[1]))
    words = f"{model}: {worst.why}" if worst.why else ""
    return BreakerView(worst.state, None, None, None, opened_because=clean_line(words))


def unreliable(offers: Offers) -> tuple[CleanText, ...]:
    """Returns the models that no provider serves reliably: around a weak one OpenRouter goes while there is another."""
    weak = {
        model: max(offered, key=_rank)
        for model, offered in offers.items()
        if all(endpoint.state == "DEGRADED" for endpoint in offered)
    }
    return tuple(
        clean_line(f"{model}: no provider is reliable; {one.provider} {one.why}") for model, one in weak.items()
    )


def standings(offers: Offers) -> tuple[ProviderStanding, ...]:
    """Returns the providers of some models."""
    return tuple(
        ProviderStanding(name, breaker_of(offers, name), "unknown", models=models)
        for name, models in _providers(offers).items()
    )


def provider_healths(offers: Offers) -> tuple[ProviderHealth, ...]:
    """Returns the same for a panel; of requests OpenRouter tells nothing."""
    return tuple(
        ProviderHealth(name, breaker_of(offers, name), requests=None, errors=None, credential="unknown", models=models)
        for name, models in _providers(offers).items()
    )


def simulated(target: str, model: str, prompt_tokens: int, offered: Sequence[Endpoint]) -> SimulateAnswer:
    """Returns where a request could go and what it would cost there."""
    ordered = sorted(offered, key=lambda one: (_reliability(one), _usd(one)))
    fitting = [one for one in ordered if one.context_tokens is None or one.context_tokens >= prompt_tokens]
    path = tuple(_step(model, one, prompt_tokens) for one in fitting)
    costs = [step.cost_microusd for step in path if step.cost_microusd is not None]
    figures = {"probability": None, "cost": costs or None}
    return SimulateAnswer(
        target=target,
        combo=None,
        strategy=None,
        prompt_tokens=prompt_tokens,
        output_tokens=ASSUMED_OUTPUT_TOKENS,
        path=path,
        left_out=tuple(_too_small(model, one) for one in ordered if one not in fitting),
        best_case_microusd=min(costs, default=None),
        # OpenRouter bills the answer alone, whatever was tried before it.
        worst_case_microusd=max(costs, default=None),
        unknown=tuple(name for name, value in figures.items() if value is None),
        assumption=ASSUMPTION,
    )


def _endpoint(entry: Fields) -> Endpoint:
    status = entry.number("status")
    return Endpoint(
        provider=ProviderName(entry.text("provider_name", 80)),
        price=_price(entry.inner("pricing")),
        context_tokens=entry.count("context_length"),
        uptime_percent=_percent(entry, "uptime_last_30m"),
        uptime_day_percent=_percent(entry, "uptime_last_1d"),
        status=None if status is None else int(status),
    )


def _price(pricing: Fields) -> Price | None:
    per_input, per_output = pricing.usd_per_million("prompt"), pricing.usd_per_million("completion")
    if per_input is None or per_output is None:
        return None
    return Price(per_input, per_output, pricing.usd_per_million("input_cache_read"), "OpenRouter")


def _percent(entry: Fields, name: str) -> float | None:
    number = entry.number(name)
    return number if number is not None and 0 <= number <= 100 else None


def _providers(offers: Offers) -> dict[ProviderName, int]:
    """The providers, each with how many of the models it serves."""
    found: dict[ProviderName, set[str]] = {}
    for model, offered in offers.items():
        for endpoint in offered:
            found.setdefault(endpoint.provider, set()).add(model)
    return {name: len(models) for name, models in found.items()}


def _rank(endpoint: Endpoint) -> tuple[int, float]:
    """The worst first."""
    order = {"DEGRADED": 0, "UNKNOWN": 1, "CLOSED": 2}
    return order.get(endpoint.state, 0), endpoint.uptime_percent if endpoint.uptime_percent is not None else 101.0


def _reliability(endpoint: Endpoint) -> int:
    if endpoint.uptime_percent is not None and endpoint.uptime_percent < DOWN_PERCENT:
        return 2
    return 1 if endpoint.state == "DEGRADED" else 0


def _usd(endpoint: Endpoint) -> float:
    price = endpoint.price
    return float(price.input_usd_per_million + price.output_usd_per_million) if price else float("inf")


def _step(model: str, endpoint: Endpoint, prompt_tokens: int) -> SimulatedStep:
    return SimulatedStep(
        provider=endpoint.provider,
        model=model,
        probability=None,
        cost_microusd=endpoint.price.of(prompt_tokens, ASSUMED_OUTPUT_TOKENS) if endpoint.price else None,
        breaker=endpoint.state,
        credential="unknown",
        open=True,
        reason=endpoint.why,
    )


def _too_small(model: str, endpoint: Endpoint) -> SimulatedStep:
    reason = clean_line(f"takes {endpoint.context_tokens:,} tokens" if endpoint.context_tokens else "")
    return SimulatedStep(endpoint.provider, model, None, None, endpoint.state, "unknown", open=False, reason=reason)
