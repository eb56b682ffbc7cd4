"""A gateway's answer reads as figures with units, tables where they fit, and `?` for what nobody knows."""

from dataclasses import dataclass, replace

import pytest

from tui.domain.completion import Usage
from tui.domain.gateway_answers import ModelView
from tui.domain.gateway_routing import StepTrial
from tui.domain.ids import ProviderName
from tui.domain.money import Cost
from tui.domain.text import CleanText
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
        ("seconds_to_probe", 12.0, "12.0 s"),
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
    text = answer_text(sections(WHOLE))
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
    assert "unknown\nmain was asked for.\ndear/fake-1 was left out" in answer_text(sections(whole))
    [_, narrow] = sections(whole, width=40)
    assert narrow.lines[1:] == ("dear/fake-1 was left out: its breaker is", "  open (tripped by hand).")


def test_lists_inside_of_records_stand_below_them() -> None:
    text = answer_text(sections(Many((Nested("one", WHOLE.parts), Nested("two", ())))))
    assert "one\n  parts\n    name" in text
    assert "two" in text


MODEL = ModelView(ProviderName("groq"), "fake-1", 32_768, None, True, False, None, 0.15, 0.6, "configured", open=True)


@dataclass(frozen=True)
class Models:
    models: tuple[ModelView, ...]


def test_records_of_many_figures_stand_as_a_table_of_the_main_columns() -> None:
    unpriced = replace(MODEL, id="fake-2", context_tokens=None, input_usd_per_million=None, output_usd_per_million=None)
    [models] = sections(Models((MODEL, unpriced)))
    assert models.shortened
    assert [line.replace("32 768", "32_768").split() for line in models.lines[1:]] == [
        ["groq/fake-1", "32_768", "0.15", "0.6", "yes", "no", "yes", "?"],
        ["groq/fake-2", "?", "?", "?", "yes", "no", "yes", "?"],
    ]
    assert "$/M" in models.lines[0]
    assert "why not" not in models.lines[0]


def test_where_space_is_short_spare_columns_go_and_no_line_is_folded() -> None:
    [models] = sections(Models((MODEL,)), width=56)
    assert "usable" in models.lines[0]
    assert "vision" not in models.lines[0]
    assert max(map(len, models.lines)) <= 56


def test_why_a_place_is_not_usable_stands_behind_it() -> None:
    [models] = sections(Models((MODEL, replace(MODEL, open=False, reason=CleanText("its breaker is open")))))
    assert models.lines[0].endswith("why not")
    assert models.lines[2].endswith("its breaker is open")


def test_a_figure_of_a_part_that_nobody_told_is_unknown() -> None:
    trial = StepTrial(ProviderName("groq"), "fake-1", False, None, None, Cost.unknown(), Usage())

    @dataclass(frozen=True)
    class Trials:
        trials: tuple[StepTrial, ...]

    [trials] = sections(Trials((trial,)))
    assert trials.lines[1].split() == ["groq/fake-1", "no", "?", "?", "$?"]
