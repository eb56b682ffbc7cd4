"""Lists of models from plain, rich and broken endpoints."""

from decimal import Decimal

import pytest

from tui.domain.gateway import ModelSpec
from tui.domain.money import Price
from tui.gateway.upstream.catalog import models_from


def test_a_plain_list_says_only_names() -> None:
    assert models_from({"data": [{"id": "a"}, {"id": "b"}]}) == (ModelSpec("a"), ModelSpec("b"))


def test_openrouter_says_price_window_and_abilities() -> None:
    entry = {
        "id": "lab/model",
        "context_length": 1000,
        "top_provider": {"max_completion_tokens": 100},
        "pricing": {"prompt": "0.000003", "completion": "0.000015", "input_cache_read": "0.0000003"},
        "architecture": {"input_modalities": ["text", "image"]},
        "supported_parameters": ["tools", "response_format"],
    }
    price = Price(Decimal("3.000000"), Decimal("15.000000"), Decimal("0.3000000"), "model list")
    assert models_from({"data": [entry]}) == (
        ModelSpec("lab/model", 1000, 100, price, tools=True, vision=True, audio=False, json_mode=True),
    )


def test_a_price_that_depends_is_unknown_and_zero_is_free() -> None:
    auto, free = models_from(
        {
            "data": [
                {"id": "a", "pricing": {"prompt": "-1", "completion": "-1"}},
                {"id": "f", "pricing": {"prompt": "0", "completion": 0}},
            ]
        }
    )
    assert auto.price is None
    assert free.price is not None
    assert free.price.of(1_000, 1_000) == 0


def test_broken_entries_are_left_out() -> None:
    entries = [None, 3, {}, {"id": 5}, {"id": "a\x1b[2J"}, {"id": "ok", "context_length": "big"}, {"id": "ok"}, "name"]
    assert models_from(entries) == (ModelSpec("ok"), ModelSpec("name"))


@pytest.mark.parametrize(
    "document", [None, "nonsense", {}, {"data": "x"}, {"error": "no", "data": []}, {"error": "no"}]
)
def test_a_document_without_a_list_is_no_empty_list(document: object) -> None:
    assert models_from(document) is None


@pytest.mark.parametrize("document", [[], {"data": None}, {"data": []}, {"models": []}])
def test_an_endpoint_without_models_may_say_so(document: object) -> None:
    assert models_from(document) == ()
