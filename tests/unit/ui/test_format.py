"""Figures as words."""

import time
from collections.abc import Callable

import pytest

from tui.ui import format as figures

CASES: list[tuple[Callable[..., str], object, str]] = [
    (figures.duration, None, "?"),
    (figures.duration, 0, "0 ms"),
    (figures.duration, 132, "132 ms"),
    (figures.duration, 999.6, "1.0 s"),
    (figures.duration, 1_400, "1.4 s"),
    (figures.duration, 59_970, "1 min 00 s"),
    (figures.duration, 125_000, "2 min 05 s"),
    (figures.duration, 11_220_000, "3 h 07 min"),
    (figures.until, -1, "0 s"),
    (figures.until, 41.2, "41 s"),
    (figures.until, 119.4, "119 s"),
    (figures.until, 241, "5 min"),
    (figures.whole, None, "?"),
    (figures.whole, 2_041, "2 041"),
    (figures.whole, -1_000_000, "-1 000 000"),
    (figures.byte_size, None, "?"),
    (figures.byte_size, 812, "812 B"),
    (figures.byte_size, 1_234, "1.2 kB"),
    (figures.byte_size, 12_345, "12 kB"),
    (figures.byte_size, 999_999, "1.0 MB"),
    (figures.byte_size, 3_400_000_000, "3.4 GB"),
    (figures.tokens, None, "?"),
    (figures.tokens, 310, "310"),
    (figures.tokens, 1_234, "1.2k"),
    (figures.tokens, 9_999, "10k"),
    (figures.tokens, 128_000, "128k"),
    (figures.tokens, 1_000_000, "1.0M"),
    (figures.age, None, "?"),
    (figures.age, 0.2, "now"),
    (figures.age, -3, "now"),
    (figures.age, 2.1, "2 s ago"),
    (figures.age, 59.9, "59 s ago"),
    (figures.age, 60, "1 min ago"),
    (figures.age, 7_300, "2 h ago"),
    (figures.age, 400_000, "4 d ago"),
    (figures.percent, None, "?"),
    (figures.percent, 0.0, "0%"),
    (figures.percent, 0.005, "0.5%"),
    (figures.percent, 0.85, "85%"),
]


@pytest.mark.parametrize(("function", "value", "words"), CASES)
def test_a_figure_is_written_as(function: Callable[..., str], value: object, words: str) -> None:
    assert function(value) == words


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1 line"), (0, "0 lines"), (2_041, "2 041 lines"), (None, "? lines")]
)
def test_a_counted_noun_agrees_with_its_number(number: int | None, words: str) -> None:
    assert figures.plural(number, "line") == words


def test_a_time_of_day_is_the_machines_own() -> None:
    at = time.mktime((2026, 11, 21, 9, 14, 0, 0, 0, -1))
    assert figures.clock(at) == "09:14"


def test_a_missing_time_is_left_blank() -> None:
    assert figures.clock(0.0) == ""
