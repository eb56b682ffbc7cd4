"""What a stranger's JSON is believed to say."""

from decimal import Decimal

import pytest

from tui.gateway.fields import Fields

NONSENSE = (None, True, "x", "", float("nan"), float("inf"), 10**400, [], {}, "1e999999999")


@pytest.mark.parametrize("value", NONSENSE)
def test_what_is_no_number_is_unknown(value: object) -> None:
    fields = Fields({"a": value})
    assert (fields.number("a"), fields.count("a"), fields.usd("a"), fields.usd_per_million("a")) == (None,) * 4


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_a_document_that_is_no_object_has_no_fields(document: object) -> None:
    fields = Fields(document)
    assert not fields
    assert (fields.text("a"), fields.items("a"), fields.texts("a"), fields.moment("a")) == ("", (), None, None)


@pytest.mark.parametrize(("value", "count"), [(3, 3), (32000.0, 32000), ("7", 7), (-1, None), (1.5, None), (0, 0)])
def test_a_count_is_whole_and_not_negative(value: object, count: int | None) -> None:
    assert Fields({"a": value}).count("a") == count


def test_dollars_are_exact_to_the_micro_dollar() -> None:
    fields = Fields({"a": 0.00007099999999999999, "b": "0.1", "c": 25.5, "d": -1})
    assert [fields.usd(name) for name in "abcd"] == [71, 100_000, 25_500_000, -1_000_000]
    assert Fields({"a": 1e15}).usd("a") is None


def test_prices_are_told_per_million_tokens() -> None:
    fields = Fields({"float": 1.5e-07, "text": "0.00006", "depends": -1})
    assert (fields.usd_per_million("float"), fields.usd_per_million("text")) == (Decimal("0.15"), Decimal(60))
    assert fields.usd_per_million("depends") is None


def test_a_time_without_a_zone_is_utc() -> None:
    fields = Fields({"a": "2026-11-21T00:00:00", "b": "2026-11-21T01:00:00+01:00", "c": "soon"})
    assert fields.moment("a") == fields.moment("b") == 1795219200.0
    assert fields.moment("c") is None


def test_texts_are_cleaned_and_others_left_out() -> None:
    fields = Fields({"a": ["x\x1b", 3], "b": {"k\n": {"n": 1}, "l": 2}})
    assert fields.texts("a") == ("x␛",)
    assert [*fields.named("b")] == ["k"]
