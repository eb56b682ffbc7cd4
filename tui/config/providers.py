"""Providers and combos of a configuration file; known names fill in what is left out."""

import difflib
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from tui.config.decode import Table
from tui.config.known import KNOWN_PROVIDERS, origin_of
from tui.config.variables import Expansion
from tui.config.vocabulary import COMBO, MODEL, PROVIDER
from tui.domain.errors import ConfigError
from tui.domain.gateway import ComboSpec, ModelSpec, ProviderSpec
from tui.domain.ids import ComboName, ProviderName
from tui.domain.money import Price

_PRICES = ("input_usd_per_million", "output_usd_per_million", "cached_input_usd_per_million")


def providers_of(top: Table, environ: Mapping[str, str]) -> list[ProviderSpec]:
    """Returns the `[[providers]]`. Raises ConfigError."""
    providers: list[ProviderSpec] = []
    for table in top.tables("providers"):
        spec = _provider(table, environ)
        if any(spec.name == other.name for other in providers):
            raise table.error("name", f"{spec.name!r} is used twice.", "Give each provider a name of its own.")
        providers.append(spec)
    return providers


def combos_of(top: Table, providers: Collection[ProviderName]) -> list[ComboSpec]:
    """Returns the `[[combos]]`, whose steps must name `providers`. Raises ConfigError."""
    combos: list[ComboSpec] = []
    for table in top.tables("combos"):
        values = table.read(COMBO)
        name = ComboName(values.pop("name"))
        if "/" in name or not name or any(name == other.name for other in combos):
            raise table.error("name", f"{name!r} is used twice, empty, or has a slash.", "Give it another name.")
        _check_steps(table, values, providers)
        combos.append(ComboSpec(name, **values))
    return combos


def _provider(table: Table, environ: Mapping[str, str]) -> ProviderSpec:
    values = table.read(PROVIDER, also=("models",))
    name = values.pop("name")
    if "/" in name or not name.strip():
        raise table.error("name", "must not be empty or have a slash.", "`provider/model` needs the slash.")
    known = KNOWN_PROVIDERS.get(name)
    base_url = values.pop("base_url", known.base_url if known else "")
    if not base_url:
        raise table.source.error(
            table.keys, f"lacks 'base_url', and {name!r} is no known name.", f"Known are: {', '.join(KNOWN_PROVIDERS)}."
        )
    origin = _checked_origin(table, base_url)
    explicit = "api_key_env" in values
    # A known name at another address gets no key by itself: a key only ever goes where it was entered for.
    if known and not explicit and not values.get("keyring") and origin == origin_of(known.base_url):
        values["api_key_env"] = known.api_key_env
    expansion = Expansion(table, environ)
    values["headers"] = expansion.mapping("headers", values.get("headers", {}))
    values["secrets"] = expansion.secrets
    models = tuple(_model(model) for model in table.tables("models", named_by="id"))
    return ProviderSpec(ProviderName(name), base_url, models=models, key_chosen=explicit, **values)


def _checked_origin(table: Table, base_url: str) -> str:
    try:
        return origin_of(base_url)
    except ConfigError as error:
        raise table.error("base_url", f": {error.message}", error.hint) from None


def _model(table: Table) -> ModelSpec:
    values = table.read(MODEL)
    prices = [values.pop(key, None) for key in _PRICES]
    return ModelSpec(price=_price(table, prices), **values)


def _price(table: Table, prices: list[Any]) -> Price | None:
    if all(price is None for price in prices):
        return None
    if prices[0] is None or prices[1] is None:
        raise table.source.error(table.keys, f"needs both {_PRICES[0]} and {_PRICES[1]}.", "0 means free of charge.")
    fresh, output, cached = (None if price is None else Decimal(str(price)) for price in prices)
    return Price(fresh or Decimal(0), output or Decimal(0), cached)


def _check_steps(table: Table, values: dict[str, Any], providers: Collection[ProviderName]) -> None:
    if not values["steps"]:
        raise table.error("steps", "is empty.", "Name at least one `provider/model`.")
    for step in values["steps"]:
        provider, slash, model = step.partition("/")
        if not slash or not model:
            raise table.error("steps", f"{step!r} is no `provider/model`.")
        if provider not in providers:
            near = difflib.get_close_matches(provider, providers, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known are: {', '.join(providers) or 'none'}."
            raise table.error("steps", f"{step!r} names a provider that is not there.", hint)
    weights = values.get("weights", ())
    if weights and (len(weights) != len(values["steps"]) or min(weights) < 0 or not any(weights)):
        raise table.error("weights", "needs one weight of 0 or more for each step, and one above 0.")
