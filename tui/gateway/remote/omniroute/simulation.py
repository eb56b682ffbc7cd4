"""Where a request would go behind OmniRoute and at what price, worked out here: it tells neither. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tui.domain.gateway_answers import ModelView
from tui.domain.gateway_routing import SimulateAnswer, SimulatedStep
from tui.domain.ids import ComboName, ProviderName
from tui.domain.money import MicroUsd, Price
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.money.estimate import ASSUMED_OUTPUT_TOKENS
from tui.gateway.remote.omniroute.chains import place_of
from tui.gateway.remote.omniroute.names import Names
from tui.gateway.remote.omniroute.routing_pages import Combo, ComboCounts
from tui.gateway.remote.omniroute.seeing import Seen
from tui.gateway.remote.omniroute.standing import standings

Prices = Mapping[tuple[str, str], Price]
"""By provider, under any of its names, and model."""


def price_of(prices: Prices, provider: ProviderName, model: str, names: Names) -> Price | None:
    """Returns the price that OmniRoute reckons with; None where it has none, and then says that all is free."""
    own = (price for (name, priced), price in prices.items() if priced == model and names.of(name) == provider)
    return next(own, None)


def priced(view: ModelView, prices: Prices, seen: Seen) -> ModelView:
    """Returns a model with OmniRoute's price, and closed while the breaker behind it is open."""
    provider, model = place_of(view.id, seen)
    price = price_of(prices, provider, model, seen.sight.names)
    standing = next((one for one in standings(seen.sight) if one.provider == provider), None)
    if price:
        view = replace(
            view,
            input_usd_per_million=float(price.input_usd_per_million),
            output_usd_per_million=float(price.output_usd_per_million),
            price_source=price.source,
            unknown=tuple(name for name in view.unknown if name != "price"),
        )
    if standing and standing.breaker.state == "OPEN":
        view = replace(view, open=False, reason=clean_line(f"the breaker of {provider} is open over there"))
    return view


def simulate(
    target: str, tokens: int, chains: Sequence[Combo], counts: Mapping[str, ComboCounts], sight: tuple[Seen, Prices]
) -> SimulateAnswer:
    """Returns the steps of a chain, or the one place of a model, with what is known of each."""
    seen, prices = sight
    combo = next((one for one in chains if target in (one.name, one.id)), None)
    steps = combo.steps if combo else (clean_line(target, 200),)
    found = counts.get(combo.name) if combo else None
    path = [_simulated(step, tokens, seen, prices, found) for step in steps]
    opened, closed = tuple(one for one in path if one.open), tuple(one for one in path if not one.open)
    costs = [one.cost_microusd for one in opened]
    worst = sum(cost for cost in costs if cost is not None) if costs and None not in costs else None
    best = costs[0] if costs else None
    figures = {"best_case_microusd": best, "worst_case_microusd": worst}
    return SimulateAnswer(
        target=clean_line(target, 200),
        combo=ComboName(combo.name) if combo else None,
        strategy=combo.strategy if combo else None,
        prompt_tokens=tokens,
        output_tokens=ASSUMED_OUTPUT_TOKENS,
        path=opened,
        left_out=closed,
        best_case_microusd=best,
        worst_case_microusd=worst,
        unknown=tuple(name for name, value in figures.items() if value is None),
        assumption=_assumption(combo),
    )


def _assumption(combo: Combo | None) -> CleanText:
    if combo is not None and combo.strategy != "priority":
        return clean_line(f"Worked out here: in the written order, though OmniRoute chooses by {combo.strategy}.")
    return CleanText(
        "Worked out here from OmniRoute's chains, breakers and prices; it tells nothing of the way itself."
    )


def _simulated(step: str, tokens: int, seen: Seen, prices: Prices, counts: ComboCounts | None) -> SimulatedStep:
    provider, model = place_of(step, seen)
    standing = next((one for one in standings(seen.sight) if one.provider == provider), None)
    price = price_of(prices, provider, model, seen.sight.names)
    cost: MicroUsd | None = price.of(tokens, ASSUMED_OUTPUT_TOKENS) if price else None
    own = counts.models.get(step) if counts else None
    rate = own.successes / own.requests if own and own.requests and own.successes is not None else None
    closed = standing is not None and standing.breaker.state == "OPEN"
    return SimulatedStep(
        provider,
        model,
        0.0 if closed else rate,
        cost,
        standing.breaker.state if standing else None,
        standing.credential if standing else None,
        not closed,
        standing.breaker.opened_because if standing and closed else CleanText(""),
        measured_calls=(own.requests or 0) if own else 0,
    )
