"""The providers' own lists of models: fetched when they are old, kept across runs with their age."""

import asyncio
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from tui.domain.errors import McpTuiError
from tui.domain.gateway import ModelSpec, ProviderSpec
from tui.domain.ids import ProviderName
from tui.domain.messages import Json
from tui.domain.money import Price
from tui.domain.text import CleanText
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.providers.catalog import Step
from tui.gateway.embedded.resilience.breaker import as_wall_time

LIST_HOLDS_S = 6 * 3_600.0
"""A list older than this is fetched again when models are asked for."""
AGAIN_S = 60.0
"""A list that could not be fetched is asked for again after this time."""
FETCH_S = 15.0
"""How long one may take."""


class ModelLists:
    """Fetches and remembers. What could not be fetched is told beside the older list."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._troubles: dict[ProviderName, tuple[float, CleanText]] = {}

    def trouble(self, provider: ProviderName) -> CleanText:
        """Returns why the newest attempt to fetch a list failed; empty when it did not."""
        return self._troubles.get(provider, (0.0, CleanText("")))[1]

    async def load(self) -> None:
        """Takes over the lists earlier or other runs fetched, where they are newer. Raises StorageError."""
        for spec in self._parts.catalog.providers:
            document = await self._parts.store.load(_key(spec.name))
            if isinstance(document, dict):
                self._take(spec.name, document)

    async def freshen(self, specs: Iterable[ProviderSpec], *, anew: bool = False) -> None:
        """Fetches the lists that are missing or old, all at once; with `anew` every one. Raises StorageError."""
        await self.load()
        await asyncio.gather(*(self._freshen(spec) for spec in specs if anew or self._is_old(spec.name)))

    async def fetch(self, spec: ProviderSpec) -> tuple[ModelSpec, ...]:
        """Asks a provider for its list, remembers it, and returns all its known models. Raises McpTuiError."""
        parts, step = self._parts, Step(spec.name, "")
        await parts.look_up_keys((step,))
        models = await parts.upstream(step).models()
        parts.catalog.learn(spec.name, models)
        self._troubles.pop(spec.name, None)
        listed: list[Json] = [_document(model) for model in models]
        await parts.store.save(_key(spec.name), {"at": parts.clock.wall(), "models": listed})
        return parts.catalog.models(spec.name)

    async def _freshen(self, spec: ProviderSpec) -> None:
        trouble = CleanText("")
        try:
            async with asyncio.timeout(FETCH_S):
                await self.fetch(spec)
        except McpTuiError as error:
            trouble = self._parts.credentials.missing(spec.name) or error.message
        except TimeoutError:
            trouble = CleanText(f"{spec.name} gave no list in {FETCH_S:.0f} s")
        if trouble:
            self._troubles[spec.name] = (self._parts.clock.monotonic(), trouble)

    def _is_old(self, provider: ProviderName) -> bool:
        failed = self._troubles.get(provider)
        if failed and self._parts.clock.monotonic() - failed[0] < AGAIN_S:
            return False
        age_s = self._parts.catalog.age_s(provider)
        return age_s is None or age_s >= LIST_HOLDS_S

    def _take(self, provider: ProviderName, document: Mapping[str, Json]) -> None:
        at, listed, now = as_wall_time(document.get("at")), document.get("models"), self._parts.clock.wall()
        if at is None or not isinstance(listed, list):
            return
        age_s, own = max(0.0, now - at), self._parts.catalog.age_s(provider)
        if own is None or age_s < own:
            models = [model for one in listed if (model := _model(one))]
            self._parts.catalog.learn(provider, models, age_s)


def _key(provider: ProviderName) -> str:
    return f"models/{provider}"


_COUNTS = ("context_tokens", "max_output_tokens")
_FLAGS = ("tools", "vision", "audio", "json_mode")


def _document(model: ModelSpec) -> dict[str, Json]:
    plain: dict[str, Json] = {name: getattr(model, name) for name in ("id", *_COUNTS, *_FLAGS)}
    price = model.price
    if price:
        cached = price.cached_input_usd_per_million
        rates = (price.input_usd_per_million, price.output_usd_per_million, cached)
        plain["price"] = [price.source, *(None if rate is None else str(rate) for rate in rates)]
    return {name: value for name, value in plain.items() if value is not None}


def _model(document: Json) -> ModelSpec | None:
    """Returns a stored model, None for nonsense."""
    if not isinstance(document, dict) or not isinstance(document.get("id"), str):
        return None
    facts: dict[str, Any] = {name: value for name in _COUNTS if type(value := document.get(name)) is int}
    facts |= {name: value for name in _FLAGS if isinstance(value := document.get(name), bool)}
    return ModelSpec(cast("str", document["id"]), price=_price(document.get("price")), **facts)


def _price(document: Json) -> Price | None:
    match document:
        case [str(source), str(cost_in), str(cost_out), (str() | None) as cached]:
            try:
                rates = Decimal(cost_in), Decimal(cost_out), None if cached is None else Decimal(cached)
            except InvalidOperation:
                return None
            return Price(*rates, source=source)
        case _:
            return None
