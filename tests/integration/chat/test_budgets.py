"""Budgets over real endpoints and a ledger on disk: what each action does, what it says, what is left of it later."""

import asyncio
from contextlib import asynccontextmanager
from decimal import Decimal

from tests.fakes.llm_endpoint import LlmEndpoint, Reply, say
from tui.domain.events import AttemptBegan, AttemptFinished, FallbackHappened, NoticePosted, TextArrived
from tui.domain.gateway import BudgetSpec, ComboSpec, ModelSpec
from tui.domain.ids import ComboName
from tui.domain.messages import TextPart
from tui.domain.money import Cost, MicroUsd, Price
from tui.domain.state import State
from tui.domain.text import CleanText
from tui.domain.transcript import NoticeEntry

DEAR = ModelSpec("dear", max_output_tokens=20, price=Price(Decimal(1_000), Decimal(1_000)), tools=True)
"""The endpoint bills 50 tokens in and 10 out: 6 cents."""
CHEAP = ModelSpec("cheap", max_output_tokens=20, price=Price(Decimal(1), Decimal(1)), tools=True)
FREE = ModelSpec("free", price=Price(Decimal(0), Decimal(0)), tools=True)
MAIN = ComboSpec(ComboName("main"), ("fake/dear", "fake/cheap"))
CENT = 10_000
COST = 6 * CENT


def session(limit: int, **more) -> BudgetSpec:
    return BudgetSpec(session_microusd=MicroUsd(limit), **more)


def dear(budget: BudgetSpec) -> dict:
    return {"models": (DEAR,), "target": "fake/dear", "budget": budget}


@asynccontextmanager
async def chatting(stage, *script: Reply, **setup):
    async with LlmEndpoint(script) as endpoint, stage(endpoint, **setup) as run:
        yield endpoint, run


def notices(run) -> list[str]:
    return [event.text for event in run.of(NoticePosted)]


def transcript(run) -> list[str]:
    """What a person reads beside the messages."""
    state = State()
    for event in run.events:
        state.apply(event)
    return [entry.text for entry in state.entries if isinstance(entry, NoticeEntry)]


async def test_block_asks_and_a_yes_lets_the_call_pass_in_this_run_only(stage):
    async with LlmEndpoint([say("one"), say("two"), say("never")]) as endpoint:
        budget = session(7 * CENT)
        async with stage(endpoint, **dear(budget)) as run:
            assert (await run.say("Go")).text == "one"
            run.person.limits = [True]
            assert (await run.say("Go")).text == "two"
            (question,) = run.person.questions
            assert question.message.startswith(
                "The session's budget of $0.0700 would be passed: $0.0600 spent, this call"
            )
            answer = await run.gateway.budget()
            assert answer.lines[0].spent_microusd == 2 * COST
            assert answer.lines[0].limit_microusd > 7 * CENT
        async with stage(endpoint, **dear(budget)) as later:
            assert (await later.gateway.budget()).lines[0].limit_microusd == 7 * CENT
            ended = await later.say("Go")
            assert (ended.outcome, ended.failure) == ("failed", "budget")
            assert "$0.1200 spent" in ended.reason
        assert len(endpoint.requests) == 2


async def test_a_no_sends_nothing_and_sets_nothing_aside(stage):
    async with chatting(stage, say("never"), **dear(session(CENT))) as (endpoint, run):
        ended = await run.say("Go")
        assert (ended.outcome, ended.failure, endpoint.requests) == ("failed", "budget", [])
        assert len(run.person.questions) == 1
        assert (await run.gateway.snapshot()).spend.reserved_microusd == 0
        assert any("Stopped at a limit. The session's budget of $0.0100" in line for line in transcript(run))


async def test_alert_tells_once_and_goes_on(stage):
    async with chatting(stage, say("one"), say("two"), **dear(session(CENT, action="alert"))) as (_, run):
        assert [(await run.say("Go")).text, (await run.say("Go")).text] == ["one", "two"]
        assert run.person.questions == []
        (told,) = notices(run)
        assert told.startswith("The session's budget of $0.0100 would be passed: $0.00 spent, this call up to")
        assert told.endswith("The budget only alerts, so it was sent.")
        assert transcript(run) == notices(run)
        assert (await run.gateway.budget()).status == "exceeded"


async def test_degrade_goes_to_the_cheap_place_says_so_and_explains_it(stage):
    budget = session(2 * CENT, action="degrade")
    setup = {"models": (DEAR, CHEAP), "combos": (MAIN,), "target": "main", "budget": budget}
    async with chatting(stage, say("cheaply"), **setup) as (endpoint, run):
        ended = await run.say("Go")
        assert (ended.text, ended.cost) == ("cheaply", Cost(MicroUsd(60), "computed"))
        assert endpoint.requests[0].body["model"] == "cheap"
        (fallback,) = run.of(FallbackHappened)
        assert (fallback.left, fallback.taken) == ("fake/dear", "fake/cheap")
        (line,) = transcript(run)
        assert line.startswith("fake/cheap took over from fake/dear at less than a tenth of the price: The session's")
        explained = await run.gateway.explain(run.of(AttemptBegan)[0].attempt.request_id)
        assert explained.model == "cheap"
        assert "budget of $0.0200 would be passed" in explained.explanation


async def test_degrade_to_free_ends_at_a_place_without_price(stage):
    budget = session(CENT, action="degrade", degrade_to="free")
    setup = {"models": (DEAR, CHEAP, FREE), "target": "fake/dear", "budget": budget}
    async with chatting(stage, say("for nothing"), **setup) as (endpoint, run):
        ended = await run.say("Go")
        assert (ended.text, ended.cost.microusd) == ("for nothing", 0)
        assert endpoint.requests[0].body["model"] == "free"


async def test_80_percent_warns_once_for_each_limit_and_again_in_the_next_run(stage):
    budget = BudgetSpec(session_microusd=MicroUsd(15 * CENT), day_microusd=MicroUsd(14 * CENT))
    async with LlmEndpoint([say("ok")] * 6) as endpoint:
        for target in ("fake/dear", "fake/cheap"):
            async with stage(endpoint, models=(DEAR, CHEAP), target=target, budget=budget) as run:
                for _ in range(2):
                    assert (await run.say("Go")).outcome == "complete"
                assert [text.partition("'")[0] for text in notices(run)] == ["80 % of the session", "86 % of the day"]


async def test_a_stopped_reply_costs_in_the_chat_what_the_ledger_holds(stage):
    gate = asyncio.Event()
    async with chatting(stage, say(["Half ", "an answer"], gate=gate), **dear(BudgetSpec())) as (_, run):
        run.room.send((TextPart(CleanText("Go")),))
        await run.until(lambda: "answer" in "".join(event.text for event in run.of(TextArrived)))
        await run.room.cancel()
        spend = (await run.gateway.snapshot()).spend
        assert spend.session_microusd
        settled = Cost(MicroUsd(spend.session_microusd), "estimated")
        assert (spend.session_cost, run.room.last_turn.cost) == (settled, settled)
        assert [event.attempt.cost for event in run.of(AttemptFinished)] == [settled]
        (stored,) = [event for event in await run.chats.events(run.chat_id) if isinstance(event, AttemptFinished)]
        assert stored.attempt.cost == settled
