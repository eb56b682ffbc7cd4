"""Money: set aside before, booked once after, never past the limit by more than one estimate's error."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.gateway.embedded.stage import OPENED, PRICE, USAGE, Script, Stage, calls, cut, fails, says
from tui.domain.completion import TextDelta, Usage
from tui.domain.gateway import BudgetSpec, ModelSpec
from tui.domain.ids import ProviderName, TurnId
from tui.domain.money import Cost, MicroUsd, Price
from tui.domain.text import CleanText
from tui.gateway.upstream.events import Done, Text

FREE = ModelSpec("m", price=Price(Decimal(0), Decimal(0)), tools=True)
DEAR = ModelSpec("m", price=Price(Decimal(100), Decimal(500)))
UNPRICED = ModelSpec("m")


def session(limit: int, **more: Any) -> BudgetSpec:
    return BudgetSpec(session_microusd=MicroUsd(limit), **more)


async def cost_of(script: Script, model: ModelSpec | None = None) -> Cost:
    stage = Stage({"a/m": [script]}, models={"a/m": model} if model else {})
    told = await stage.ask()
    (charge,) = stage.ledger.charges.values()
    assert told.end.cost == charge.cost
    assert not stage.ledger.holds
    return charge.cost


async def test_what_the_provider_reports_is_booked_as_it_is() -> None:
    assert await cost_of(says(reported_cost=MicroUsd(42))) == Cost(MicroUsd(42), "reported")


async def test_reported_tokens_are_priced() -> None:
    assert await cost_of(says()) == Cost(MicroUsd(3_000), "computed")


async def test_cached_tokens_have_their_own_price() -> None:
    price = Price(Decimal(2), Decimal(10), cached_input_usd_per_million=Decimal("0.5"))
    usage = Usage(input_tokens=1_000, output_tokens=0, cached_tokens=600)
    assert await cost_of(says(usage=usage), ModelSpec("m", price=price)) == Cost(MicroUsd(1_100), "computed")


async def test_without_reported_tokens_the_cost_is_an_estimate_and_says_so() -> None:
    cost = await cost_of(says("x" * 400, usage=Usage()))
    assert cost.source == "estimated"
    assert cost.microusd == PRICE.of(5, 100)


async def test_an_unknown_price_stays_unknown() -> None:
    assert await cost_of(says(), UNPRICED) == Cost.unknown()


async def test_a_free_model_costs_nothing_and_that_is_known() -> None:
    assert await cost_of(says(), FREE) == Cost(MicroUsd(0), "computed")


async def test_a_refused_request_costs_nothing() -> None:
    assert await cost_of(fails("request", 400)) == Cost(MicroUsd(0), "computed")


async def test_a_cut_answer_is_charged_for_what_arrived() -> None:
    cost = await cost_of(cut("x" * 400))
    assert cost == Cost(PRICE.of(5, 100), "estimated")


async def test_a_request_costs_what_all_its_attempts_cost() -> None:
    stage = Stage({"a/m": [cut("x" * 400)], "b/m": [says()]})
    told = await stage.ask()
    assert told.end.cost == Cost(MicroUsd(PRICE.of(5, 100) + 3_000), "estimated")
    assert [charge.fallback for charge in stage.ledger.charges.values()] == [False, True]


# --- limits


async def test_over_the_limit_nothing_is_sent() -> None:
    stage = Stage({"a/m": [says()]}, budget=session(1_000))
    told = await stage.ask(max_output_tokens=1_000)
    assert stage.sent == []
    assert (told.end.outcome, told.end.failure) == ("failed", "budget")
    assert "session's budget of $0.0010" in told.end.reason
    assert told.end.hint
    assert not stage.ledger.charges
    assert not stage.ledger.holds


async def test_a_refused_reservation_leaves_a_probe_for_others() -> None:
    stage = Stage({"a/m": [says()]}, budget=session(1_000))
    stage.gateway.trip(ProviderName("a"))
    stage.gateway.probe(ProviderName("a"))
    await stage.ask(max_output_tokens=1_000)
    assert (await stage.gateway.snapshot()).providers[0].breaker.probes_in_flight == 0


async def test_a_request_may_have_its_own_limit() -> None:
    stage = Stage({"a/m": [says()]})
    told = await stage.ask(max_output_tokens=1_000, max_cost_microusd=MicroUsd(500))
    assert stage.sent == []
    assert told.end.failure == "budget"


async def test_a_requests_own_limit_counts_its_earlier_attempts() -> None:
    stage = Stage({"a/m": [cut("x" * 4_000)], "b/m": [says()]})
    told = await stage.ask(max_output_tokens=1_000, max_cost_microusd=MicroUsd(12_000))
    assert stage.sent == ["a/m"]
    assert (told.end.outcome, told.end.failure) == ("partial", "budget")
    assert told.end.text == "x" * 4_000


async def test_alert_goes_on_and_tells_once() -> None:
    stage = Stage({"a/m": [says()]}, budget=session(1_000, action="alert"))
    for _ in range(2):
        assert (await stage.ask(max_output_tokens=1_000)).end.outcome == "complete"
    assert sum("would be passed" in notice.text for notice in stage.notices) == 1


async def test_degrade_takes_the_cheapest_known_model() -> None:
    stage = Stage(
        {"a/m": [says("dear")], "b/m": [says("?")], "c/m": [says("cheap")]},
        models={"a/m": DEAR, "b/m": UNPRICED},
        budget=session(20_000, action="degrade"),
    )
    told = await stage.ask(max_output_tokens=1_000)
    assert told.end.text == "cheap"
    assert stage.fallbacks[0].taken == "c/m"
    assert "budget" in stage.fallbacks[0].reason


async def test_degrade_to_free_passes_an_exhausted_budget() -> None:
    stage = Stage(
        {"a/m": [says()], "b/m": [says("free")]},
        models={"b/m": FREE},
        budget=session(2_000, action="degrade", degrade_to="free"),
    )
    assert (await stage.ask(max_output_tokens=100)).end.route.provider == "a"
    assert stage.ledger.spent == 3_000, "the estimate was too low: more than the limit is spent"
    assert (await stage.ask(max_output_tokens=100)).end.text == "free"


async def test_degrade_finds_the_key_of_a_provider_that_was_not_asked_for() -> None:
    stage = Stage(
        {"a/m": [says()], "b/m": [says("free")]},
        models={"b/m": FREE},
        budget=session(10, action="degrade", degrade_to="free"),
        key_env=True,
    )
    stage.keys.known = {"a": "key a", "b": "key b"}
    assert (await stage.ask("a/m")).end.text == "free"
    assert stage.gateway._parts.credentials.key(ProviderName("b")) == "key b"


async def test_a_place_the_budget_degraded_to_is_not_tried_again_as_a_fallback() -> None:
    stage = Stage(
        {"a/m": [says()], "b/m": [fails("malformed", 200), says("again")]},
        models={"a/m": DEAR},
        budget=session(20_000, action="degrade"),
    )
    told = await stage.ask(max_output_tokens=1_000)
    assert stage.sent == ["b/m"]
    assert told.end.failure == "malformed"


async def test_degrade_with_nothing_cheaper_is_a_refusal() -> None:
    stage = Stage({"a/m": [says()]}, budget=session(10, action="degrade", degrade_to="free"))
    assert (await stage.ask()).end.failure == "budget"


async def test_at_80_percent_a_warning_is_posted_once() -> None:
    stage = Stage({"a/m": [says()]}, budget=session(10_000))
    for _ in range(3):
        await stage.ask(max_output_tokens=10)
    assert [notice.text for notice in stage.notices] == ["90 % of the session's budget is spent: $0.0090 of $0.0100"]


async def test_a_refusal_says_how_much_is_missing_and_a_raised_limit_lets_the_call_pass() -> None:
    stage = Stage({"a/m": [says()]}, budget=session(1_000))
    beyond = (await stage.ask(max_output_tokens=1_000)).end.over_budget
    assert beyond
    assert (beyond.scope, beyond.limit, beyond.spent, beyond.amount) == ("session", 1_000, 0, beyond.needed)
    stage.gateway.raise_limit(beyond, beyond.needed)
    assert (await stage.ask(max_output_tokens=1_000)).end.outcome == "complete"
    assert (await stage.ask(max_output_tokens=1_000)).end.failure == "budget", "what was spent counts"
    assert (await stage.gateway.snapshot()).spend.limit_microusd == beyond.needed
    assert (await stage.gateway.budget()).lines[0].limit_microusd == beyond.needed
    assert (await stage.gateway.budget()).set_by_hand is False


async def test_a_days_raised_limit_ends_with_the_day() -> None:
    stage = Stage({"a/m": [says()]}, budget=BudgetSpec(day_microusd=MicroUsd(1_000)))
    beyond = (await stage.ask(max_output_tokens=1_000)).end.over_budget
    assert beyond
    stage.gateway.raise_limit(beyond, MicroUsd(1_000_000))
    assert (await stage.ask(max_output_tokens=1_000)).end.outcome == "complete"
    stage.ledger.charges.clear()
    stage.clock.advance(86_400)
    assert (await stage.ask(max_output_tokens=1_000)).end.failure == "budget"


async def test_a_budget_that_is_set_takes_the_place_of_a_raised_limit() -> None:
    stage = Stage({"a/m": [says()]}, budget=session(1_000))
    beyond = (await stage.ask(max_output_tokens=1_000)).end.over_budget
    assert beyond
    stage.gateway.raise_limit(beyond, MicroUsd(1_000_000))
    await stage.gateway.budget(max_cost=0.002)
    assert (await stage.ask(max_output_tokens=1_000)).end.failure == "budget"


async def test_the_80_percent_warning_comes_again_for_another_limit_and_on_another_day() -> None:
    stage = Stage({"a/m": [says()]}, budget=BudgetSpec(day_microusd=MicroUsd(3_500)))
    await stage.ask(max_output_tokens=10)
    await stage.gateway.budget(max_cost=0.007, period="day")
    await stage.ask(max_output_tokens=10)
    await stage.gateway.budget(max_cost=0.007, period="day")
    stage.clock.advance(86_400)
    stage.ledger.charges.popitem()
    await stage.ask(max_output_tokens=10)
    assert [notice.text[:30] for notice in stage.notices] == [
        "86 % of the day's budget is sp",
        "86 % of the day's budget is sp",
        "86 % of the day's budget is sp",
    ]


async def test_alert_tells_of_every_turn_that_passes_its_limit() -> None:
    stage = Stage({"a/m": [says()]}, budget=BudgetSpec(turn_microusd=MicroUsd(100), action="alert"))
    for turn in ("one", "one", "two"):
        assert (await stage.ask(turn_id=TurnId(turn))).end.outcome == "complete"
    assert [notice.turn_id for notice in stage.notices] == ["one", "two"]


async def test_a_ledger_that_cannot_be_written_stops_the_request_in_words() -> None:
    stage = Stage({"a/m": [says()]})
    stage.ledger.broken = True
    told = await stage.ask()
    assert stage.sent == []
    assert (told.end.failure, told.end.reason) == ("local", "the disk is full")


async def test_64_callers_pass_the_limit_by_no_more_than_the_one_wrong_estimate() -> None:
    limit, honest = 50_000, PRICE.of(5, 300)
    wrong = says(usage=Usage(input_tokens=5, output_tokens=1_300))
    right = says(usage=Usage(input_tokens=5, output_tokens=300))
    stage = Stage({"a/m": [wrong, right]}, budget=session(limit))
    told = await asyncio.gather(*(stage.ask(max_output_tokens=300) for _ in range(64)))
    assert 0 < sum(one.end.outcome == "complete" for one in told) < 64
    assert limit < stage.ledger.spent <= limit + PRICE.of(5, 1_300) - honest
    assert not stage.ledger.holds


async def test_64_callers_with_honest_estimates_never_pass_the_limit() -> None:
    limit = 50_000
    usage = Usage(input_tokens=5, output_tokens=300)
    stage = Stage({"a/m": [says(usage=usage)]}, budget=session(limit))
    told = await asyncio.gather(*(stage.ask(max_output_tokens=300) for _ in range(64)))
    assert stage.ledger.spent <= limit
    assert stage.ledger.spent > limit - 2 * PRICE.of(5, 300)
    assert {one.end.failure for one in told} == {None, "budget"}


# --- cancellation


async def test_a_closed_answer_closes_the_stream_and_is_charged_for_what_arrived() -> None:
    gate = asyncio.Event()
    stage = Stage({"a/m": [[OPENED, Text(CleanText("x" * 400)), gate]]})
    facts = stage.gateway.stream(stage.request())
    async for fact in facts:
        if isinstance(fact, TextDelta):
            break
    await facts.aclose()
    assert stage.upstreams["a"].closed_streams == 1
    (charge,) = stage.ledger.charges.values()
    assert (charge.outcome, charge.cost) == ("cancelled", Cost(PRICE.of(5, 100), "estimated"))
    assert not stage.ledger.holds
    settled = stage.gateway.settled(charge.attempt_id)
    assert settled
    assert (settled.outcome, settled.cost) == ("cancelled", charge.cost)
    assert stage.gateway.settled(charge.attempt_id) is None, "told once"


async def test_an_attempt_whose_end_was_told_is_not_told_again() -> None:
    stage = Stage({"a/m": [says()]})
    told = await stage.ask()
    assert stage.gateway.settled(told.attempts[0].attempt_id) is None


async def test_a_cancelled_reader_settles_once() -> None:
    gate = asyncio.Event()
    stage = Stage({"a/m": [[OPENED, Text(CleanText("x")), gate]]})
    reading = asyncio.create_task(stage.ask())
    while not stage.sent:
        await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await stage.gateway.close()
    assert len(stage.ledger.settled) == 1
    assert not stage.ledger.holds
    assert stage.upstreams["a"].closed_streams == 1


async def test_a_settlement_is_finished_though_its_reader_is_cancelled_again() -> None:
    stage = Stage({"a/m": [says()]})
    stage.ledger.settle_gate = asyncio.Event()
    reading = asyncio.create_task(stage.ask())
    await stage.ledger.settling.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    stage.ledger.settle_gate.set()
    await stage.gateway.close()
    assert stage.ledger.spent == 3_000
    assert not stage.ledger.holds


async def test_a_request_cancelled_while_money_is_set_aside_frees_it() -> None:
    stage = Stage({"a/m": [says()]})
    stage.gateway.trip(ProviderName("a"))
    stage.gateway.probe(ProviderName("a"))
    stage.ledger.gate = asyncio.Event()
    reading = asyncio.create_task(stage.ask())
    await stage.ledger.reserving.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert (await stage.gateway.snapshot()).providers[0].breaker.probes_in_flight == 0
    stage.ledger.gate.set()
    await stage.gateway.close()
    for _ in range(5):
        await asyncio.sleep(0)
    assert stage.sent == []
    assert len(stage.ledger.settled) == 1
    assert not stage.ledger.holds
    assert stage.ledger.spent == 0


async def test_a_reader_that_leaves_before_anything_was_sent_owes_nothing() -> None:
    stage = Stage({"a/m": [says()]})
    facts = stage.gateway.stream(stage.request())
    await anext(facts)
    await facts.aclose()
    assert stage.sent == []
    assert [charge.cost.microusd for charge in stage.ledger.charges.values()] == [0]


OUTCOMES = st.sampled_from(
    [
        says(),
        says(usage=Usage(input_tokens=7, output_tokens=9)),
        calls(),
        fails(),
        fails("rate-limit", 429),
        fails("request", 400),
        fails("credits", 402, affordable_tokens=5),
        [
            OPENED,
            Text(CleanText("part")),
            Done("partial", "cut", CleanText("lost"), status=200, text=CleanText("part"), usage=USAGE),
        ],
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(OUTCOMES, min_size=1, max_size=4), min_size=1, max_size=3), st.integers(1, 6))
def test_the_ledger_sums_to_what_the_providers_billed(scripts: list[list[Script]], requests: int) -> None:
    async def run() -> Stage:
        stage = Stage({f"p{number}/m": list(script) for number, script in enumerate(scripts)})
        for told in await asyncio.gather(*(stage.ask() for _ in range(requests))):
            assert told.attempts is not None
        await stage.gateway.close()
        return stage

    stage = asyncio.run(run())
    assert stage.ledger.spent == stage.billed
    assert not stage.ledger.holds
    assert len(stage.ledger.settled) == len(stage.sent) == len(set(stage.ledger.settled))
