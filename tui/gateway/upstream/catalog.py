"""The answer to `GET /models` read tolerantly: plain OpenAI lists, OpenRouter's prices, vLLM's and others' lengths."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tui.domain.gateway import ModelSpec
from tui.domain.money import Price

MAX_MODELS = 5_000
_MILLION = Decimal(1_000_000)


def models_from(document: object) -> tuple[ModelSpec, ...] | None:
    """Returns the models of a list document in its order, None for one that holds no list.

    Entries without an id are left out. Who has no model may say so with null.
    """
    entries = document
    if isinstance(document, dict):
        lists = [document[name] for name in ("data", "models") if name in document]
        entries = next(filter(None, lists), [] if lists and not document.get("error") else None)
    if not isinstance(entries, list):
        return None
    specs: dict[str, ModelSpec] = {}
    for entry in entries:
        spec = _model(entry)
        if spec is not None and len(specs) < MAX_MODELS:
            specs.setdefault(spec.id, spec)
    return tuple(specs.values())


def _model(entry: object) -> ModelSpec | None:
    if isinstance(entry, str):
        entry = {"id": entry}
    if not isinstance(entry, dict):
        return None
    model_id = entry.get("id") or entry.get("name")
    if not isinstance(model_id, str) or not model_id.isprintable() or len(model_id) > 300:
        return None
    top = _object(entry.get("top_provider"))
    inputs = _object(entry.get("architecture")).get("input_modalities")
    parameters = entry.get("supported_parameters")
    return ModelSpec(
        id=model_id,
        context_tokens=_count(entry, "context_length", "max_model_len", "context_window", "max_context_length"),
        max_output_tokens=_count({**entry, **top}, "max_completion_tokens", "max_output_tokens"),
        price=_price(_object(entry.get("pricing"))),
        tools="tools" in parameters if isinstance(parameters, list) else None,
        vision="image" in inputs if isinstance(inputs, list) else None,
        audio="audio" in inputs if isinstance(inputs, list) else None,
        json_mode="response_format" in parameters if isinstance(parameters, list) else None,
    )


def _price(pricing: Mapping[str, Any]) -> Price | None:
    """OpenRouter: US dollars per token, as text; a negative price stands for `it depends`."""
    per_input, per_output = _usd_per_million(pricing.get("prompt")), _usd_per_million(pricing.get("completion"))
    if per_input is None or per_output is None:
        return None
    return Price(per_input, per_output, _usd_per_million(pricing.get("input_cache_read")), "model list")


def _usd_per_million(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        usd = Decimal(str(value)) * _MILLION
    except InvalidOperation:
        return None
    return usd if usd.is_finite() and 0 <= usd <= _MILLION else None


def _count(fields: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 40:
            return value
    return None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
