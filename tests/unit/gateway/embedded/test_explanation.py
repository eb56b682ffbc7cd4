"""Why a request went its way is told from what was stored with it, also after a restart."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.gateway.embedded.stage import Stage, fails, says
from tui.domain.completion import ChatRequest
from tui.domain.errors import UsageError
from tui.domain.gateway import BudgetSpec
from tui.domain.gateway_routing import ExplainAnswer
from tui.domain.ids import ProviderName, RequestId
from tui.domain.messages import user_text
from tui.domain.money import Cost, MicroUsd
from tui.domain.text import CleanText
from tui.gateway.embedded.routing.explanation import explain, explanation


async def explained(stage: Stage, request_id: str) -> ExplainAnswer:
    return await explain(request_id, stage.gateway._sender, stage.store)


async def test_candidates_attempts_fallbacks_cost_and_latency_are_told() -> None:
    slow = [says()[0], 0.25, *says()[1:]]
    stage = Stage({"a/m": [fails("auth", 401)], "b/m": [slow], "c/m": [says()], "d/m": [says()]})
    stage.gateway.trip(ProviderName("d"))
    told = await stage.ask()
    answer = await explained(stage, told.end.request_id)
    assert (answer.combo, answer.strategy, answer.provider, answer.model) == ("main", "priority", "b", "m")
    assert [(one.step, one.taken, one.left_out) for one in answer.candidates] == [
        ("a/m", False, "tried: it is down"),
        ("b/m", True, ""),
        ("c/m", False, "written after a/m"),
        ("d/m", False, "its breaker is open (tripped by hand)"),
    ]
    assert [(one.step, one.outcome, one.status) for one in answer.attempts] == [
        ("a/m", "failed", 401),
        ("b/m", "complete", 200),
    ]
    assert ("a", "it is down") in answer.fallbacks
    assert (answer.cost, answer.latency_ms) == (Cost(MicroUsd(3_000), "computed"), 250)
    assert answer.explanation.startswith("b/m took over")
    assert answer.unknown == ()


async def test_the_score_of_auto_is_told_with_factors_and_weights() -> None:
    stage = Stage({"a/m": [says()], "b/m": [says()]}, strategy="auto")
    for target in ("a/m", "a/m", "b/m", "main"):
        told = await stage.ask(target)
    answer = await explained(stage, told.end.request_id)
    first, second = answer.candidates
    assert (first.step, first.taken, second.taken) == ("a/m", True, False)
    assert first.score is not None
    assert second.score is not None
    assert first.score > second.score
    assert [factor.name for factor in first.factors] == ["health", "quota", "cost", "latency", "fitness"]
    assert first.factors[0].value == pytest.approx(0.75)
    assert first.factors[0].fact == "2 of 2 calls succeeded"
    assert sum(factor.weight for factor in first.factors) == pytest.approx(1)
    assert "most behind in health" in second.left_out
    assert answer.explanation == f"a/m by auto: best score: {first.score:.2f}"


async def test_an_explanation_survives_the_run_and_the_disk() -> None:
    stage = Stage({"a/m": [says()], "b/m": [says()]}, strategy="auto")
    told = await stage.ask()
    before = await explained(stage, told.end.request_id)
    stage.store.decisions = {key: json.loads(json.dumps(kept)) for key, kept in stage.store.decisions.items()}
    stage.gateway = stage.another_run()
    assert await explained(stage, told.end.request_id) == before


async def test_an_explanation_is_there_as_soon_as_the_answer_is() -> None:
    stage = Stage({"a/m": [says()]})
    answered = await stage.gateway._sender.ask(stage.request())
    assert not stage.store.decisions
    assert (await explained(stage, answered.end.request_id)).provider == "a"


async def test_a_request_that_was_never_sent_says_so() -> None:
    stage = Stage({"a/m": [says()]}, budget=BudgetSpec(session_microusd=MicroUsd(1)))
    told = await stage.ask()
    answer = await explained(stage, told.end.request_id)
    assert answer.provider is None
    assert "budget" in answer.refused
    assert answer.explanation.startswith("Nothing was sent: ")


async def test_an_unknown_request_names_the_newest_ones() -> None:
    stage = Stage({"a/m": [says()]})
    with pytest.raises(UsageError) as none_yet:
        await explained(stage, "request_x")
    assert none_yet.value.hint == "No request was sent yet."
    ids = [(await stage.ask()).end.request_id for _ in range(7)]
    with pytest.raises(UsageError) as caught:
        await explained(stage, "request_x")
    assert caught.value.hint == f"The newest requests: {', '.join(ids[:1:-1])}."


DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
NAMES = (
    "target combo strategy provider model candidates left_out attempts fallbacks cost_microusd cost_source latency_ms "
    "refused at explanation step taken score factors name value weight fact outcome status reason"
)


@given(
    st.dictionaries(
        st.sampled_from(NAMES.split()),
        DOCUMENTS | st.lists(st.dictionaries(st.sampled_from(NAMES.split()), DOCUMENTS, max_size=6), max_size=3),
    )
)
def test_no_stored_document_whatever_raises(document: dict[str, Any]) -> None:
    answer = explanation(RequestId("request_x"), document)
    assert (answer.cost.microusd is None) == (answer.cost.source == "unknown")


async def test_a_decision_names_the_kind_of_work() -> None:
    stage = Stage({"a/m": [says()]})
    request = ChatRequest("main", (user_text(CleanText("hi")),), task="coding")
    answered = await stage.gateway._sender.ask(request)
    kept = await stage.gateway._sender.decision(answered.end.request_id)
    assert kept is not None
    assert kept["task"] == "coding"
