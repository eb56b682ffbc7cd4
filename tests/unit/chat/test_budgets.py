"""Budgets met by a turn: a person is asked with the figures, a yes lets the call pass, nothing is asked in circles."""

from tests.fakes.chat_ports import COST, ChatRig, Person, ScriptedModel, Tools, call, ended, reply, tool
from tui.domain.money import Cost, LimitScope, MicroUsd, OverBudget
from tui.domain.questions import LimitQuestion


def over(scope: LimitScope = "session", *, limit: int = 1_000_000, spent: int = 990_000, amount: int = 60_000) -> list:
    """A request that a budget refused before anything was sent."""
    beyond = OverBudget(scope, "", MicroUsd(limit), MicroUsd(spent), MicroUsd(0), MicroUsd(amount))
    nothing = Cost(MicroUsd(0), "computed")
    return [ended(outcome="failed", failure="budget", reason=str(beyond), over_budget=beyond, cost=nothing)]


def rig(*scripts, limits=(), **more) -> ChatRig:
    return ChatRig(ScriptedModel(list(scripts)), Tools(tool("read", read_only=True)), Person(limits=limits), **more)


def asked(chat: ChatRig) -> list[str]:
    assert all(isinstance(question, LimitQuestion) and question.limit == "money" for question in chat.person.questions)
    return [question.message for question in chat.person.questions]


async def test_a_budget_asks_with_its_figures_and_a_yes_raises_it_by_a_quarter() -> None:
    chat = rig(over(), reply("Done."), limits=[True])
    await chat.say("Go")
    assert asked(chat) == [
        "The session's budget of $1.00 would be passed: $0.9900 spent, this call up to $0.0600."
        " Raise it to $1.25 until the program ends?"
    ]
    assert chat.model.raised == [("session", 1_250_000)]
    assert (chat.room.last_turn.outcome, chat.room.last_turn.text) == ("complete", "Done.")


async def test_a_yes_is_always_enough_for_the_call_that_was_refused() -> None:
    chat = rig(over("day", amount=5_000_000), reply("Done."), limits=[True])
    await chat.say("Go")
    assert chat.model.raised == [("day", 5_990_000)]


async def test_a_no_ends_the_turn_with_the_figures_and_the_next_step() -> None:
    chat = rig(over("month"), limits=[False])
    await chat.say("Go")
    last = chat.room.last_turn
    assert (last.outcome, last.failure, chat.model.raised) == ("failed", "budget", [])
    assert "The month's budget of $1.00 would be passed: $0.9900 spent" in last.reason
    assert last.hint


async def test_a_budget_that_still_refuses_after_a_yes_is_not_asked_about_again() -> None:
    chat = rig(over(), over(), limits=[True, True, True])
    await chat.say("Go")
    assert len(chat.model.requests) == 2
    assert len(asked(chat)) == 1
    assert (chat.room.last_turn.outcome, chat.room.last_turn.failure) == ("failed", "budget")


async def test_every_budget_in_the_way_is_asked_about_once() -> None:
    chat = rig(over("session"), over("day"), over("month"), reply("Done."), limits=[True] * 3)
    await chat.say("Go")
    assert [scope for scope, _ in chat.model.raised] == ["session", "day", "month"]
    assert chat.room.last_turn.outcome == "complete"


async def test_after_an_answer_the_same_budget_may_be_asked_about_again() -> None:
    chat = rig(over(), reply("", call("files_read")), over(limit=1_250_000), reply("Done."), limits=[True, True])
    await chat.say("Go")
    assert [limit for _, limit in chat.model.raised] == [1_250_000, 1_562_500]
    assert chat.room.last_turn.outcome == "complete"


async def test_the_turns_own_budget_is_lifted_in_the_chat_and_counts_what_the_turn_has_cost() -> None:
    refused = over("request", limit=50, spent=0, amount=400)
    chat = rig(
        reply("", call("files_read"), cost=COST), refused, reply("Done."), limits=[True], max_turn_cost=MicroUsd(150)
    )
    await chat.say("Go")
    assert asked(chat) == [
        "The turn's budget of $0.0002 would be passed: $0.0001 spent, this call up to $0.0004."
        " Raise it to $0.0005 for this turn?"
    ]
    assert [request.max_cost_microusd for request in chat.model.requests] == [150, 50, 400]
    assert chat.model.raised == []
    assert chat.room.last_turn.outcome == "complete"
