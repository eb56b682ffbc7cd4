"""Routing, simulating, trying out, recommending and explaining before real endpoints, across processes."""

from pathlib import Path

import pytest

from tests.fakes.llm_endpoint import fail, say
from tests.integration.gateway.operations.rig import CALL_MICROUSD, MODEL, Rig, endpoint, settled
from tui.domain.errors import RefusedError, UsageError
from tui.domain.gateway import ModelSpec
from tui.domain.ids import ProviderName
from tui.domain.messages import user_text
from tui.domain.money import Cost, MicroUsd
from tui.domain.text import CleanText

HI = (user_text(CleanText("hi")),)


async def test_a_routed_request_is_explained_by_another_process(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(fail(503)), "b": endpoint(say("hello"))}) as rig:
        answer = await rig.gateway.route("main", HI)
        assert (answer.content, answer.provider, answer.combo) == ("hello", "b", "main")
        assert answer.cost == Cost(MicroUsd(CALL_MICROUSD), "computed")
        assert (answer.usage.input_tokens, answer.usage.output_tokens) == (50, 10)
        assert [provider for provider, _ in answer.fallbacks] == ["a"]
        await settled(rig.gateway)
        told = await (await rig.another_process()).explain(answer.request_id)
        assert (told.combo, told.strategy, told.provider) == ("main", "priority", "b")
        assert [(one.step, one.taken) for one in told.candidates] == [("a/fake-1", False), ("b/fake-1", True)]
        assert "503" in told.candidates[0].left_out
        assert told.explanation == answer.explanation
        assert told.cost == answer.cost
        assert told.latency_ms is not None
        with pytest.raises(UsageError) as unknown:
            await rig.gateway.explain("request_unknown")
        assert answer.request_id in unknown.value.hint


async def test_role_and_budget_reach_the_wire_and_the_guard(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("fine"))}) as rig:
        assert (await rig.gateway.route("a/fake-1", HI, role="review", budget=0.5)).content == "fine"
        system, user = rig.endpoints["a"].requests[0].body["messages"]
        assert (system["role"], user["role"]) == ("system", "user")
        assert "review" in str(system["content"])
        refused = await rig.gateway.route("a/fake-1", HI, combo="main", budget=0.000_001)
        assert (refused.failure, len(rig.endpoints["a"].requests)) == ("budget", 1)


async def test_what_is_switched_off_or_unknown_is_not_routed_to(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        await rig.gateway.switch("main", False)
        for way in (rig.gateway.route("main", HI), rig.gateway.simulate("main"), rig.gateway.route("x", HI, "main")):
            with pytest.raises(RefusedError):
                await way
        with pytest.raises(UsageError):
            await rig.gateway.simulate("nothing")
        assert rig.endpoints["a"].requests == []


async def test_a_fresh_process_simulates_with_what_the_ledger_measured(tmp_path: Path) -> None:
    script = [say("hi"), fail(500), say("hi"), say("hi")]
    async with Rig(tmp_path, {"a": endpoint(*script), "b": endpoint(say("hi"))}) as rig:
        for _ in range(4):
            await rig.ask("a/fake-1")
        await rig.ask("b/fake-1")
        fresh = await rig.another_process()
        answer = await fresh.simulate("main", 1_000)
        assert [step.reached for step in answer.path] == pytest.approx([1.0, 0.25])
        assert [step.probability for step in answer.path] == pytest.approx([0.75, 0.25])
        assert answer.unknown == ()
        once = 1_000 * 2 + answer.output_tokens * 10
        assert (answer.best_case_microusd, answer.worst_case_microusd) == (once, 2 * once)
        assert sum(len(one.requests) for one in rig.endpoints.values()) == 5, "nothing was sent"


async def test_a_trial_asks_each_step_once_and_is_booked(tmp_path: Path) -> None:
    endpoints = {"a": endpoint(say("ready")), "b": endpoint(fail(401, {"error": {"message": "bad key"}}))}
    async with Rig(tmp_path, endpoints) as rig:
        answer = await rig.gateway.test("main")
        assert [(one.provider, one.success) for one in answer.trials] == [("a", True), ("b", False)]
        assert "bad key" in answer.trials[1].error
        assert (answer.fastest, answer.cheapest) == ("a/fake-1", "a/fake-1")
        assert answer.cost == Cost(MicroUsd(CALL_MICROUSD), "computed")
        assert [len(one.requests) for one in endpoints.values()] == [1, 1]
        assert (await rig.gateway.cost()).total.microusd == CALL_MICROUSD


async def test_a_trial_makes_a_limit_of_latency_possible(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("ready")), "b": endpoint(say("ready"))}) as rig:
        before = await rig.gateway.best("coding", latency_limit=10_000)
        assert before.recommended is None
        assert "gateway test main" in before.reason
        await rig.gateway.test("main")
        await settled(rig.gateway)
        after = await (await rig.another_process()).best("coding", latency_limit=10_000)
        assert after.recommended is not None
        assert after.recommended.latency_ms is not None
        assert {after.recommended.combo, *(one.combo for one in after.alternatives)} == {"main", "spare"}


async def test_the_recommended_chain_is_on_open_and_cheap_enough(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi")), "b": endpoint(say("hi"))}, model=MODEL) as rig:
        rig.gateway.trip(ProviderName("b"))
        answer = await rig.gateway.best("planning")
        assert answer.recommended is not None
        assert answer.recommended.combo == "main"
        assert {one.combo for one in answer.refused} == {"spare"}
        assert (await rig.gateway.best("planning", cost_limit=0.000_001)).recommended is None
        await rig.gateway.switch("main", False, force=True)
        assert (await rig.gateway.best("planning")).recommended is None


async def test_a_model_without_a_price_never_passes_for_free(tmp_path: Path) -> None:
    dark = ModelSpec("fake-1", context_tokens=8_192, tools=True)
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}, model=dark) as rig:
        answer = await rig.gateway.best("coding")
        assert answer.free is None
        assert answer.recommended is not None
        assert "cost_microusd" in answer.unknown
        assert (await rig.gateway.simulate("main")).best_case_microusd is None
        assert (await rig.gateway.best("coding", cost_limit=100.0)).recommended is None
