"""What a model costs: the configured price, else the provider's own list, else the bundled library, else unknown."""

import asyncio
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from tui.domain.completion import Usage
from tui.domain.gateway import ProviderSpec
from tui.domain.money import Cost, MicroUsd, Price
from tui.gateway.embedded.providers.catalog import Catalog, Step

LibraryPrice = Callable[[ProviderSpec, str, int, datetime], Price | None]
"""The list price of a provider's model for so many input tokens at a moment."""


class PriceBook:
    """Looks prices up and remembers what the library said. `Price.source` tells where a figure comes from."""

    def __init__(self, catalog: Catalog, library: LibraryPrice | None = None) -> None:
        self._catalog = catalog
        self._library = library or library_price
        self._remembered: dict[tuple[Step, int, int], Price | None] = {}

    async def warm_up(self) -> None:
        """Reads the bundled prices off the event loop, before the first request needs them."""
        await asyncio.to_thread(importlib.import_module, "genai_prices.data_snapshot")

    def price(self, step: Step, input_tokens: int, at: float) -> Price | None:
        """Returns the price of a model for a request of this size at a moment (wall clock), None when unknown."""
        spec = self._catalog.model(step.provider, step.model)
        if spec and spec.price:
            return spec.price
        owner = self._catalog.provider(step.provider)
        if owner is None:
            return None
        # Library prices change by the day and by tiers of prompt size; no tier is finer than a thousand tokens.
        key = (step, input_tokens // 1_000, int(at // 86_400))
        if key not in self._remembered:
            self._remembered[key] = self._library(owner, step.model, input_tokens, datetime.fromtimestamp(at, UTC))
        return self._remembered[key]

    def estimate(self, step: Step, input_tokens: int, output_tokens: int, at: float) -> MicroUsd | None:
        """Returns what so many tokens would cost, None when the price is unknown."""
        price = self.price(step, input_tokens, at)
        return price.of(input_tokens, output_tokens) if price else None

    def cost(self, step: Step, usage: Usage, reported: MicroUsd | None, at: float, answered: str = "") -> Cost:
        """Returns the cost of an attempt and how it was found: reported, computed, estimated or unknown.

        `answered` is the model that did, by its own word: a gateway may let another take over from the one asked for.
        """
        if reported is not None:
            return Cost(reported, "reported")
        if usage.input_tokens is None or usage.output_tokens is None:
            return Cost.unknown()
        listed = self._catalog.model(step.provider, answered)
        served = Step(step.provider, answered) if listed and listed.price else step
        price = self.price(served, usage.input_tokens, at)
        if price is None:
            return Cost.unknown()
        amount = price.of(usage.input_tokens, usage.output_tokens, usage.cached_tokens or 0)
        return Cost(amount, "estimated" if usage.estimated else "computed")


@dataclass(frozen=True, slots=True)
class _Rates:
    """The library's rates of one model; the attributes a `genai_prices` model price may have."""

    source: object
    input_tokens: int

    def usd(self, name: str) -> Decimal | None:
        rate = getattr(self.source, name, None)
        if rate is None or isinstance(rate, Decimal):
            return rate
        # Crossing a tier applies its rate to all tokens (genai_prices.types.TieredPrices).
        passed: list[Decimal] = [tier.price for tier in rate.tiers if self.input_tokens > tier.start]
        base: Decimal = rate.base
        return passed[-1] if passed else base


def library_price(provider: ProviderSpec, model: str, input_tokens: int, at: datetime) -> Price | None:
    """Returns the price of `genai-prices` for the endpoint's address; reads bundled data only, never the network."""
    from genai_prices import data_snapshot

    try:
        _, found = data_snapshot.get_snapshot().find_provider_model(model, None, None, provider.base_url)
    except LookupError:
        return None
    rates = _Rates(found.get_prices(at), input_tokens)
    cost_in, cost_out = rates.usd("input_mtok"), rates.usd("output_mtok")
    if cost_in is None or cost_out is None:
        return None
    return Price(cost_in, cost_out, rates.usd("cache_read_mtok"), source="genai-prices")
