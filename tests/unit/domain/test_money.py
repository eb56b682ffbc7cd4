"""Money is exact, and what is not known is never shown as nothing."""

from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.money import Cost, MicroUsd, Price, format_cost, format_usd, microusd_from_usd

RATES = st.decimals(0, 1000, places=4)
TOKENS = st.integers(0, 10_000_000)


@given(TOKENS, TOKENS, TOKENS, RATES, RATES, RATES)
def test_a_price_is_exact_to_half_a_micro_dollar(
    fresh: int, cached: int, output: int, input_rate: Decimal, output_rate: Decimal, cached_rate: Decimal
) -> None:
    cost = Price(input_rate, output_rate, cached_rate).of(fresh + cached, output, cached)
    exact = fresh * input_rate + cached * cached_rate + output * output_rate
    assert abs(cost - exact) <= Decimal("0.5")


@given(TOKENS, TOKENS)
def test_cached_tokens_cost_as_much_as_others_when_no_price_says_otherwise(tokens: int, output: int) -> None:
    price = Price(Decimal("0.59"), Decimal("0.79"))
    assert price.of(tokens, output, tokens) == price.of(tokens, output)


def test_more_cached_than_input_tokens_never_earn_money() -> None:
    assert Price(Decimal(10), Decimal(0), Decimal(1)).of(5, 0, 8) == 8


@pytest.mark.parametrize(
    ("usd", "microusd"),
    [("0.0000005", 1), ("0.00000049", 0), (0.1, 100_000), (5, 5_000_000), (Decimal("1e-6"), 1), ("-0.5", -500_000)],
)
def test_dollars_become_micro_dollars_rounded_half_up(usd: Decimal | float | int | str, microusd: int) -> None:
    assert microusd_from_usd(usd) == microusd


@pytest.mark.parametrize("usd", ["much", "", float("nan"), float("inf"), "-Infinity", "1e999999"])
def test_what_is_no_number_is_no_amount(usd: float | str) -> None:
    with pytest.raises(InvalidOperation):
        microusd_from_usd(usd)


@pytest.mark.parametrize(
    ("microusd", "shown"),
    [
        (None, "$?"),
        (0, "$0.00"),
        (1, "$0.000001"),
        (99, "$0.000099"),
        (100, "$0.0001"),
        (23_100, "$0.0231"),
        (999_949, "$0.9999"),
        (12_400_000, "$12.40"),
        (1_234_567_890_000, "$1,234,567.89"),
        (-23_100, "-$0.0231"),
    ],
)
def test_amounts_are_shown_with_the_places_they_need(microusd: int | None, shown: str) -> None:
    assert format_usd(microusd) == shown


@given(st.integers(1, 10**15))
def test_money_that_was_spent_is_never_shown_as_zero(microusd: int) -> None:
    assert Decimal(format_usd(microusd).lstrip("$").replace(",", "")) > 0


def test_an_unknown_cost_has_no_figure() -> None:
    assert Cost.unknown() == Cost(None, "unknown")


@pytest.mark.parametrize(
    ("cost", "told"),
    [
        (Cost(MicroUsd(600), "reported"), "$0.0006"),
        (Cost(MicroUsd(600), "computed"), "$0.0006"),
        (Cost(MicroUsd(600), "estimated"), "~$0.0006"),
        (Cost.unknown(), "$?"),
        (None, "$?"),
    ],
)
def test_an_estimate_is_marked(cost: Cost | None, told: str) -> None:
    assert format_cost(cost) == told
