"""Prices, token estimates, percentiles and the choice of a cheaper model."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import FakeClock
from tui.domain.completion import ChatRequest
from tui.domain.gateway import ModelSpec, ProviderSpec
from tui.domain.ids import CallId, ProviderName
from tui.domain.messages import AudioPart, FilePart, ImagePart, Message, TextPart, ToolCall, ToolSpec
from tui.domain.money import Cost, MicroUsd, Price, total_cost
from tui.domain.text import CleanText
from tui.gateway.embedded.money import estimate
from tui.gateway.embedded.money.budget import cheapest
from tui.gateway.embedded.money.pricing import PriceBook, library_price
from tui.gateway.embedded.providers.catalog import Catalog, Step
from tui.gateway.embedded.providers.meter import Meter, percentile

AT = 1_795_000_000.0
LISTED = Price(Decimal(1), Decimal(2), source="model list")
SET = Price(Decimal(3), Decimal(4))
BUNDLED = Price(Decimal(5), Decimal(6), source="genai-prices")
A = ProviderName("a")


def book(configured: Price | None, listed: Price | None, library: Price | None) -> PriceBook:
    spec = ProviderSpec(A, "http://a.test/v1", models=(ModelSpec("m", price=configured),))
    catalog = Catalog([spec], [], FakeClock())
    catalog.learn(A, [ModelSpec("m", price=listed)])
    return PriceBook(catalog, library=lambda *_: library)


@pytest.mark.parametrize(
    ("configured", "listed", "library", "found"),
    [
        (SET, LISTED, BUNDLED, SET),
        (None, LISTED, BUNDLED, LISTED),
        (None, None, BUNDLED, BUNDLED),
        (None, None, None, None),
    ],
)
def test_prices_are_looked_up_in_order(
    configured: Price | None, listed: Price | None, library: Price | None, found: Price | None
) -> None:
    assert book(configured, listed, library).price(Step(A, "m"), 10, AT) == found


def test_the_library_knows_list_prices_by_the_endpoints_address() -> None:
    price = library_price(ProviderSpec(A, "https://api.openai.com/v1"), "gpt-4o", 10, datetime.fromtimestamp(AT, UTC))
    assert price == Price(Decimal("2.5"), Decimal(10), Decimal("1.25"), source="genai-prices")


def test_the_library_prices_long_prompts_by_their_tier() -> None:
    spec = ProviderSpec(A, "https://generativelanguage.googleapis.com/v1beta/openai")
    now = datetime.fromtimestamp(AT, UTC)
    short, long = (library_price(spec, "gemini-2.5-pro", tokens, now) for tokens in (1_000, 300_000))
    assert short is not None
    assert long is not None
    assert long.input_usd_per_million == 2 * short.input_usd_per_million


@pytest.mark.parametrize(
    ("url", "model"), [("https://api.openai.com/v1", "no-such-model"), ("http://127.0.0.1:1234/v1", "gpt-4o"), ("", "")]
)
def test_the_library_says_nothing_of_what_it_does_not_know(url: str, model: str) -> None:
    assert library_price(ProviderSpec(A, url), model, 10, datetime.fromtimestamp(AT, UTC)) is None


KNOWN = [Cost(MicroUsd(5), "reported"), Cost(MicroUsd(7), "computed"), Cost(MicroUsd(1), "estimated")]


@pytest.mark.parametrize(
    ("costs", "total"),
    [
        (KNOWN[:1], Cost(MicroUsd(5), "reported")),
        (KNOWN, Cost(MicroUsd(13), "estimated")),
        ([*KNOWN, Cost.unknown()], Cost.unknown()),
        ([Cost(MicroUsd(0), "computed"), KNOWN[0]], KNOWN[0]),
        ([Cost(MicroUsd(0), "computed")], Cost(MicroUsd(0), "computed")),
        ([], Cost.unknown()),
    ],
)
def test_a_sum_is_as_sure_as_its_weakest_part(costs: list[Cost], total: Cost) -> None:
    assert total_cost(costs) == total


def test_everything_in_a_request_is_counted() -> None:
    def size(*messages: Message, tools: tuple[ToolSpec, ...] = ()) -> int:
        return estimate.input_tokens(ChatRequest("a/m", messages, tools))

    text = TextPart(CleanText("x" * 40))
    picture = ImagePart("image/png", "A" * 1_000_000)
    attached = FilePart(CleanText("name"), CleanText("y" * 80))
    call = ToolCall(CallId("c"), "tool", '{"a": 1}')
    assert size() == 0
    assert size(Message("user", (text,))) == 14
    assert size(Message("user", (text, attached))) == 35
    assert size(Message("user", (picture,))) == 4 + estimate.IMAGE_TOKENS
    assert size(Message("user", (AudioPart("mp3", "A" * 40_000),))) == 4 + 61
    assert size(Message("assistant", tool_calls=(call,))) == 11
    assert size(tools=(ToolSpec("tool", CleanText("does it"), {"type": "object"}),)) == 12


@pytest.mark.parametrize(
    ("asked", "model", "ceiling"),
    [
        (None, None, 4_096),
        (None, ModelSpec("m", max_output_tokens=100), 100),
        (None, ModelSpec("m", max_output_tokens=99_999), 4_096),
        (7, ModelSpec("m", max_output_tokens=100), 7),
        (50_000, None, 50_000),
    ],
)
def test_money_is_set_aside_for_the_longest_likely_answer(
    asked: int | None, model: ModelSpec | None, ceiling: int
) -> None:
    assert estimate.output_ceiling(ChatRequest("a/m", (), max_output_tokens=asked), model) == ceiling


def test_the_cheapest_model_is_one_with_a_known_price() -> None:
    prices = {"dear": 9, "cheap": 3, "free": 0, "unknown": None}
    steps = [Step(A, name) for name in prices]

    def choose(names: list[str], *, free_only: bool = False) -> str | None:
        step = cheapest(
            [one for one in steps if one.model in names], lambda one: prices[one.model], free_only=free_only
        )
        return step.model if step else None

    assert choose(["dear", "unknown", "cheap"]) == "cheap"
    assert choose(["dear", "cheap"], free_only=True) is None
    assert choose(["dear", "free"], free_only=True) == "free"
    assert choose(["unknown"]) is None


@given(st.lists(st.integers(0, 10_000), min_size=1), st.sampled_from([50.0, 95.0, 99.0]))
def test_a_percentile_is_a_measured_value_that_so_many_do_not_pass(values: list[int], percent: float) -> None:
    ordered = sorted(values)
    found = percentile(ordered, percent)
    assert found in values
    assert sum(value <= found for value in values) >= percent / 100 * len(values)


def test_a_fast_refusal_is_no_fast_answer() -> None:
    meter = Meter(FakeClock())
    meter.record(A, "m", 800)
    meter.record(A, "m", 3, CleanText("401"))
    assert (meter.of(A).p50_ms, meter.of(A).errors, meter.last_error(A)) == (800, 1, "401")
