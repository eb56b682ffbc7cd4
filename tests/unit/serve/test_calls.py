"""The way of a served call: scopes before arguments, money before the tool, and a record whatever happens."""

import asyncio
import math
from collections.abc import Mapping
from typing import Any

import pytest

from tests.fakes.clock import FakeClock
from tests.unit.serve.keeping import Kept, calls, holder, tool
from tui.domain.audit import AuditedCall
from tui.domain.errors import CallError, McpTuiError, RefusedError, StorageError, UsageError
from tui.domain.money import Cost, MicroUsd
from tui.serve.calls import NoSuchToolError
from tui.serve.catalog import Catalog
from tui.serve.scopes import SCOPES
from tui.serve.tool import Call, Estimate, ToolAnswer


async def double(call: Call) -> ToolAnswer:
    return ToolAnswer({"n": 2 * call.arguments["n"]})


def costing(microusd: int | None) -> Any:
    async def handler(call: Call) -> ToolAnswer:
        cost = Cost.unknown() if microusd is None else Cost(MicroUsd(microusd), "reported")
        return ToolAnswer({"n": call.allowance or 0}, cost)

    return handler


def priced(microusd: int | None) -> Estimate:
    async def estimate(arguments: Mapping[str, Any]) -> int | None:
        return microusd

    return estimate


async def test_a_call_is_answered_and_recorded_without_its_words() -> None:
    kept, clock = Kept(), FakeClock()

    async def slow(call: Call) -> ToolAnswer:
        clock.advance(1.25)
        return await double(call)

    answer = await calls(kept, tool(slow), clock=clock).carry_out(holder(), "double", {"n": 21})
    assert answer.structured == {"n": 42}
    [call] = kept.recorded
    assert (call.caller, call.key_id, call.tool, call.outcome) == ("agent", "key1", "double", "ok")
    assert (call.duration_ms, call.cost.microusd, call.transport) == (1_250, 0, "http")
    assert call.input_hmac == "hash of 9 signs"


@pytest.mark.parametrize("held", SCOPES)
@pytest.mark.parametrize("needed", SCOPES)
async def test_a_caller_uses_the_tools_of_its_scopes_and_no_other(held: str, needed: str) -> None:
    kept = Kept()
    served = calls(kept, tool(double, scopes=(needed,)))
    if held == needed:
        assert (await served.carry_out(holder(held), "double", {"n": 1})).structured == {"n": 2}
    else:
        with pytest.raises(RefusedError, match=needed):
            await served.carry_out(holder(held), "double", {"n": 1})
    assert [call.outcome for call in kept.recorded] == ["ok" if held == needed else "refused"]


async def test_a_refused_caller_learns_nothing_about_its_arguments() -> None:
    with pytest.raises(RefusedError):
        await calls(Kept(), tool(double)).carry_out(holder("read:health"), "double", {"wrong": True})


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        *(({}, "'n' is a required"), ({"n": "1"}, "n: '1'"), ({"n": 1, "scopes": ["*"]}, "scopes")),
        *(({"n": None}, "n: "), ({"n": math.nan}, "JSON does not know"), ({"n": math.inf}, "JSON does not know")),
    ],
)
async def test_arguments_that_do_not_fit_are_named_and_never_reach_the_tool(
    arguments: dict[str, Any], place: str
) -> None:
    kept = Kept()
    with pytest.raises(UsageError, match=place):
        await calls(kept, tool(double)).carry_out(holder(), "double", arguments)
    assert [call.outcome for call in kept.recorded] == ["failed"]


async def test_a_tool_is_called_by_its_alias_and_recorded_under_its_own_name() -> None:
    kept = Kept()
    await calls(kept, tool(double, aliases=("verdoppeln",))).carry_out(holder(), "verdoppeln", {"n": 1})
    assert [call.tool for call in kept.recorded] == ["double"]
    with pytest.raises(NoSuchToolError):
        await calls(kept, tool(double)).carry_out(holder(), "verdoppeln", {"n": 1})


async def test_an_answer_that_breaks_the_tools_promise_is_not_sent() -> None:
    async def lies(call: Call) -> ToolAnswer:
        return ToolAnswer({"n": "many"})

    with pytest.raises(CallError, match="schema"):
        await calls(Kept(), tool(lies)).carry_out(holder(), "double", {"n": 1})


@pytest.mark.parametrize(
    ("error", "outcome"), [(CallError("no"), "failed"), (RefusedError("no"), "refused"), (ValueError("no"), "failed")]
)
async def test_a_tool_that_raises_is_recorded_as_it_ended(error: Exception, outcome: str) -> None:
    async def raises(call: Call) -> ToolAnswer:
        raise error

    kept = Kept()
    with pytest.raises(type(error)):
        await calls(kept, tool(raises)).carry_out(holder(), "double", {"n": 1})
    assert [call.outcome for call in kept.recorded] == [outcome]


# --- money


async def test_a_paid_call_holds_its_estimate_and_is_booked_at_its_cost() -> None:
    kept = Kept()
    served = calls(kept, tool(costing(30), estimate=priced(100)))
    answer = await served.carry_out(holder(budget=250), "double", {"n": 1})
    assert answer.structured == {"n": 100}
    assert (kept.held, kept.spent) == ({}, 30)
    assert kept.recorded[0].cost == Cost(MicroUsd(30), "reported")


async def test_a_call_beyond_the_budget_is_refused_before_the_tool_runs() -> None:
    kept = Kept(spent=200)
    with pytest.raises(RefusedError, match=r"\$0\.0002"):
        await calls(kept, tool(costing(30), estimate=priced(100))).carry_out(holder(budget=250), "double", {"n": 1})
    assert (kept.held, kept.spent) == ({}, 200)
    assert [(call.outcome, call.cost.microusd) for call in kept.recorded] == [("refused", 0)]


async def test_many_calls_at_once_stay_within_the_budget() -> None:
    kept = Kept()
    served = calls(kept, tool(costing(100), estimate=priced(100)))
    ended = await asyncio.gather(
        *(served.carry_out(holder(budget=1_000), "double", {"n": 1}) for _ in range(64)), return_exceptions=True
    )
    assert sum(isinstance(one, ToolAnswer) for one in ended) == 10
    assert kept.spent == 1_000


async def test_without_a_known_price_a_budget_refuses_and_no_budget_lets_through() -> None:
    kept = Kept()
    served = calls(kept, tool(costing(30), estimate=priced(None)))
    with pytest.raises(RefusedError, match="not known"):
        await served.carry_out(holder(budget=250), "double", {"n": 1})
    await served.carry_out(holder(), "double", {"n": 1})
    assert kept.spent == 30


async def test_an_unknown_cost_is_booked_as_what_was_held_and_recorded_as_unknown() -> None:
    kept = Kept()
    served = calls(kept, tool(costing(None), estimate=priced(100)))
    await served.carry_out(holder(budget=250), "double", {"n": 1})
    assert kept.spent == 100
    assert kept.recorded[0].cost == Cost.unknown()


@pytest.mark.parametrize(("error", "spent"), [(CallError("no such model"), 0), (StorageError("no room"), 100)])
async def test_a_tool_that_fails_before_it_sends_costs_nothing(error: McpTuiError, spent: int) -> None:
    async def fails(call: Call) -> ToolAnswer:
        raise error

    kept = Kept()
    with pytest.raises(McpTuiError):
        await calls(kept, tool(fails, estimate=priced(100))).carry_out(holder(budget=250), "double", {"n": 1})
    assert (kept.held, kept.spent) == ({}, spent)


async def test_a_cancelled_call_is_booked_as_held_and_recorded() -> None:
    begun = asyncio.Event()

    async def hangs(call: Call) -> ToolAnswer:
        begun.set()
        await asyncio.Event().wait()
        return await double(call)

    kept = Kept()
    served = calls(kept, tool(hangs, estimate=priced(100)))
    running = asyncio.create_task(served.carry_out(holder(budget=250), "double", {"n": 1}))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (kept.held, kept.spent) == ({}, 100)
    assert [(call.outcome, call.cost) for call in kept.recorded] == [("cancelled", Cost.unknown())]


# --- beginnings


async def test_a_call_is_recorded_before_the_tool_runs_and_its_end_names_its_beginning() -> None:
    kept, seen = Kept(), []

    async def looks(call: Call) -> ToolAnswer:
        seen.append([(one.tool, one.outcome, one.duration_ms, one.cost) for one in kept.begun])
        return await double(call)

    await calls(kept, tool(looks)).carry_out(holder(), "double", {"n": 1})
    assert seen == [[("double", "begun", None, Cost.unknown())]]
    assert kept.ends == [1]


async def test_what_is_turned_away_has_no_beginning() -> None:
    kept = Kept()
    with pytest.raises(RefusedError):
        await calls(kept, tool(double)).carry_out(holder("read:health"), "double", {"n": 1})
    assert (kept.begun, kept.ends) == ([], [None])


class Slow(Kept):
    """Commits a beginning only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = asyncio.Event(), asyncio.Event()

    async def begin(self, call: AuditedCall) -> int:
        self.asked.set()
        await self.may.wait()
        return await super().begin(call)


async def test_a_caller_that_leaves_while_the_beginning_is_written_leaves_an_end_too() -> None:
    kept, ran = Slow(), []

    async def runs(call: Call) -> ToolAnswer:
        ran.append(call)
        return await double(call)

    running = asyncio.create_task(calls(kept, tool(runs)).carry_out(holder(), "double", {"n": 1}))
    await kept.asked.wait()
    running.cancel()
    kept.may.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ran == []
    assert ([call.outcome for call in kept.recorded], kept.ends) == (["cancelled"], [1])


class Full(Kept):
    """Has no room for another row."""

    async def begin(self, call: AuditedCall) -> int:
        raise StorageError("The disk is full.")


async def test_what_cannot_be_recorded_is_not_carried_out() -> None:
    ran = []

    async def runs(call: Call) -> ToolAnswer:
        ran.append(call)
        return await double(call)

    with pytest.raises(StorageError):
        await calls(Full(), tool(runs)).carry_out(holder(), "double", {"n": 1})
    assert ran == []


# --- the list


@pytest.mark.parametrize("scopes", [(), ("read:everything",), ("read:health", "x")])
def test_a_tool_without_a_known_scope_cannot_be_served(scopes: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="scope"):
        Catalog([tool(double, scopes=scopes)])


def test_a_name_is_used_once() -> None:
    with pytest.raises(ValueError, match="two"):
        Catalog([tool(double, name="one", aliases=("two",)), tool(double, name="two")])


def test_a_caller_is_shown_what_it_may_use_by_the_names_that_were_asked_for() -> None:
    both = [tool(double, name="own", aliases=("theirs",)), tool(double, name="other", scopes=("read:health",))]
    assert [each.name for each in Catalog(both).listed(holder())] == ["own", "other"]
    assert [each.name for each in Catalog(both, "omniroute").listed(holder())] == ["theirs", "other"]
    assert [each.name for each in Catalog(both).listed(holder("read:*"))] == ["other"]
