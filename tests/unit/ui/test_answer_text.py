"""A gateway's answer reads as figures with units, tables where they fit, and `?` for what nobody knows."""

from dataclasses import dataclass

import pytest

from tui.ui.answer_text import answer_text, figure, sections


@dataclass(frozen=True)
class Part:
    name: str
    cost_microusd: int | None
    latency_ms: int | None = None


@dataclass(frozen=True)
class Whole:
    combo: str
    uptime_s: float
    parts: tuple[Part, ...]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Nested:
    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Many:
    items: tuple[Nested, ...]


WHOLE = Whole("main", 65.0, (Part("groq", 1_200_000, 412), Part("openai", None)))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("cost_microusd", 1_200_000, "$1.20"),
        ("cost_microusd", None, "$?"),
        ("latency_ms", None, "?"),
        ("latency_ms", 1_400, "1.4 s"),
        ("age_s", 65.0, "1 min 05 s"),
        ("memory_bytes", 12_000, "12 kB"),
        ("error_rate", 0.25, "25%"),
        ("limit_microusd", None, "none"),
        ("enabled", False, "no"),
        ("requests", 2_041, "2 041"),
        ("names", ("a", "b"), "a, b"),
        ("unknown", ("cancelled", "p50_ms", "rate_limit"), "cancelled, p50, rate limit"),
        ("reason", "two\nlines", "two lines"),
        ("content", "two\nlines", "two\nlines"),
    ],
)
def test_a_figure_has_the_unit_its_name_says(name: str, value: object, expected: str) -> None:
    assert figure(name, value) == expected


def test_own_figures_come_first_then_each_part_under_its_name() -> None:
    assert [section.title for section in sections(WHOLE)] == ["", "parts"]
    text = answer_text(WHOLE)
    assert text.splitlines()[0].split() == ["combo", "main"]
    assert "parts\nname" in text


def test_a_table_wider_than_the_room_becomes_one_record_after_the_other() -> None:
    [_, wide] = sections(WHOLE, width=80)
    [_, narrow] = sections(WHOLE, width=15)
    assert wide.lines[0].split() == ["name", "cost", "latency"]
    assert narrow.lines[0] == "groq"
    assert max(map(len, narrow.lines)) <= 15


def test_a_figure_too_long_for_the_room_goes_on_below_its_beginning() -> None:
    [facts] = sections(Whole("written first of the usable places", 65.0, ()), width=30)
    assert facts.lines[:2] == ("combo   written first of the", "        usable places")


def test_sentences_stand_one_below_the_other() -> None:
    long = "dear/fake-1 was left out: its breaker is open (tripped by hand)."
    whole = Whole("main", 65.0, (), unknown=("main was asked for.", long))
    assert "unknown\nmain was asked for.\ndear/fake-1 was left out" in answer_text(whole)
    [_, narrow] = sections(whole, width=40)
    assert narrow.lines[1:] == ("dear/fake-1 was left out: its breaker is", "  open (tripped by hand).")


def test_lists_inside_of_records_stand_below_them() -> None:
    text = answer_text(Many((Nested("one", WHOLE.parts), Nested("two", ()))))
    assert "one\n  parts\n    name" in text
    assert "two" in text
