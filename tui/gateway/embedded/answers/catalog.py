"""The models of all providers: what is known of each, who said so, and the cheapest of them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tui.domain.gateway import ModelSpec, ProviderSpec
from tui.domain.gateway_answers import Capability, ModelListState, ModelsAnswer, ModelView
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.providers.catalog import Step
from tui.gateway.embedded.providers.model_lists import ModelLists

_FACTS = ("context_tokens", "max_output_tokens", "tools", "vision", "audio", "json_mode")
_NOMINAL_TOKENS = 1_000
"""Prices by tiers of prompt size are told for prompts this small."""


async def models(
    specs: tuple[ProviderSpec, ...], capability: Capability | None, anew: bool, lists: ModelLists, parts: Parts
) -> ModelsAnswer:
    """Returns the models of some providers that are known to have the capability. Raises StorageError."""
    await parts.prices.warm_up()
    await lists.freshen(specs, anew=anew)
    await parts.look_up_keys(Step(spec.name, "") for spec in specs)
    seen = [(view, _has(capability, view)) for spec in specs for view in _views(spec, parts)]
    found = tuple(view for view, has in seen if has)
    return ModelsAnswer(
        models=found,
        lists=tuple(_list_state(spec, lists, parts) for spec in specs),
        cheapest=_cheapest(found),
        undecided=sum(has is None for _, has in seen),
    )


def _views(spec: ProviderSpec, parts: Parts) -> list[ModelView]:
    age_s = parts.catalog.age_s(spec.name)
    listed = {model.id for model in parts.catalog.listed(spec.name)}
    return [
        _view(spec, model, age_s if model.id in listed else None, parts) for model in parts.catalog.models(spec.name)
    ]


def _list_state(spec: ProviderSpec, lists: ModelLists, parts: Parts) -> ModelListState:
    listed, age_s = parts.catalog.listed(spec.name), parts.catalog.age_s(spec.name)
    return ModelListState(spec.name, len(listed), age_s, lists.trouble(spec.name))


def _view(spec: ProviderSpec, model: ModelSpec, age_s: float | None, parts: Parts) -> ModelView:
    step = Step(spec.name, model.id)
    verdict = parts.open_for(step)
    price = parts.prices.price(step, _NOMINAL_TOKENS, parts.clock.wall())
    configured = parts.catalog.configured(spec.name, model.id)
    facts = {name: getattr(model, name) for name in _FACTS}
    return ModelView(
        provider=spec.name,
        id=clean_line(model.id),
        input_usd_per_million=float(price.input_usd_per_million) if price else None,
        output_usd_per_million=float(price.output_usd_per_million) if price else None,
        price_source=price.source if price else None,
        open=verdict.allowed,
        reason=verdict.reason,
        listed="fetched" if not configured else "configured" if age_s is None else "both",
        age_s=age_s,
        unknown=tuple(name for name, value in {**facts, "price": price}.items() if value is None),
        **facts,
    )


def _is_free(view: ModelView) -> bool | None:
    if view.input_usd_per_million is None or view.output_usd_per_million is None:
        return None
    return view.input_usd_per_million == view.output_usd_per_million == 0


_TELLS: Mapping[Capability, Callable[[ModelView], bool | None]] = MappingProxyType(
    {
        # Every list comes from an endpoint for chats.
        "chat": lambda _: True,
        "tools": lambda view: view.tools,
        "vision": lambda view: view.vision,
        "audio": lambda view: view.audio,
        "free": _is_free,
    }
)


def _has(capability: Capability | None, view: ModelView) -> bool | None:
    """Whether a model has a capability; None when nobody says, as for all that is not about chats."""
    if capability is None:
        return True
    tells = _TELLS.get(capability)
    return tells(view) if tells else None


def _cheapest(views: tuple[ModelView, ...]) -> CleanText:
    priced = [
        (view.input_usd_per_million + view.output_usd_per_million, place)
        for place, view in enumerate(views)
        if view.open and view.input_usd_per_million is not None and view.output_usd_per_million is not None
    ]
    if not priced:
        return CleanText("")
    best = views[min(priced)[1]]
    return clean_line(f"{best.provider}/{best.id}")
