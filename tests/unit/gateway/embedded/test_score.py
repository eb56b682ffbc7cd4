"""A score rises and falls with each fact it is made of, and never guesses."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.completion import TaskType
from tui.domain.gateway import ModelSpec
from tui.domain.ids import ProviderName
from tui.gateway.embedded.providers.catalog import Step
from tui.gateway.embedded.routing.score import Needs, score
from tui.gateway.embedded.routing.standing import Load, Standing
from tui.gateway.embedded.routing.tasks import ANY_TASK, TASKS

MODELS = st.builds(
    ModelSpec,
    st.sampled_from(["m", "qwen3-coder", "deepseek-r1", "codestral-latest"]),
    st.none() | st.integers(0, 2_000_000),
    tools=st.sampled_from([None, True, False]),
)
STANDINGS = st.builds(
    lambda model, good, bad, latency, cost, left, probing: Standing(
        Step(ProviderName("p"), model.id),
        model,
        requests=good + bad,
        errors=bad,
        latency_ms=latency,
        cost_microusd=cost,
        requests_left=left,
        probing=probing,
    ),
    MODELS,
    st.integers(0, 500),
    st.integers(0, 500),
    st.none() | st.integers(0, 600_000),
    st.none() | st.integers(0, 10**9),
    st.none() | st.integers(0, 100_000),
    st.booleans(),
)
NEEDS = st.builds(
    lambda tokens, tools, task: Needs(Load(tokens, 1_000), tools, task),
    st.integers(0, 500_000),
    st.booleans(),
    st.none() | st.sampled_from(sorted(TASKS)),
)
MORE = st.integers(1, 100_000)


def total(standing: Standing, needs: Needs) -> float:
    return score(standing, needs).total


@given(STANDINGS, NEEDS, MORE)
def test_better_facts_never_lower_a_score(better: Standing, needs: Needs, more: int) -> None:
    now = total(better, needs)
    worse = [
        replace(better, requests=better.requests + more, errors=better.errors + more) if better.requests else better,
        replace(better, latency_ms=None if better.latency_ms is None else better.latency_ms + more),
        replace(better, cost_microusd=None if better.cost_microusd is None else better.cost_microusd + more),
        replace(better, requests_left=None if better.requests_left is None else better.requests_left // 2),
        replace(better, probing=True),
    ]
    assert all(total(one, needs) <= now + 1e-12 for one in worse)


@given(STANDINGS, NEEDS, MORE)
def test_a_larger_window_never_lowers_a_score(standing: Standing, needs: Needs, more: int) -> None:
    model = standing.model
    if model and model.context_tokens is not None:
        larger = replace(standing, model=replace(model, context_tokens=model.context_tokens + more))
        assert total(larger, needs) >= total(standing, needs)


@given(STANDINGS, NEEDS)
def test_a_score_lies_between_0_and_1_and_every_factor_names_its_fact(standing: Standing, needs: Needs) -> None:
    found = score(standing, needs)
    assert 0 <= found.total <= 1
    assert all(factor.fact and (factor.value is None or 0 <= factor.value <= 1) for factor in found.factors)


def test_what_nobody_knows_is_unknown_and_counts_as_one_half() -> None:
    found = score(Standing(Step(ProviderName("p"), "m")), Needs(Load(1, 1)))
    assert [factor.value for factor in found.factors] == [None] * 5
    assert found.total == pytest.approx(0.5)


def test_a_free_call_has_the_best_cost_and_an_unknown_price_has_not() -> None:
    free, unknown = (
        {factor.name: factor.value for factor in score(one, Needs(Load(1, 1))).factors}
        for one in (
            Standing(Step(ProviderName("p"), "m"), cost_microusd=0),
            Standing(Step(ProviderName("p"), "m")),
        )
    )
    assert (free["cost"], unknown["cost"]) == (1.0, None)


FITNESS: list[tuple[TaskType | None, ModelSpec, str]] = [
    (
        "coding",
        ModelSpec("qwen3-coder", 64_000, tools=True),
        "a window of 64,000 tokens, takes tools, its name says 'code'",
    ),
    ("coding", ModelSpec("m", 32_000, tools=False), "takes no tools"),
    ("planning", ModelSpec("o3-mini", 64_000), "its name says 'o3'"),
    ("planning", ModelSpec("m", 64_000), "its name says nothing of planning"),
    ("planning", ModelSpec("piano3", 64_000), "its name says nothing of planning"),
    (None, ModelSpec("qwen3-coder", 64_000), "a window of 64,000 tokens"),
    (None, ModelSpec("m"), "nobody says what the model can do"),
]


@pytest.mark.parametrize(("task", "model", "fact"), FITNESS)
def test_fitness_is_what_the_work_asks_of_the_model(task: TaskType | None, model: ModelSpec, fact: str) -> None:
    standing = Standing(Step(ProviderName("p"), model.id), model)
    [fitness] = [one for one in score(standing, Needs(Load(1_000, 1_000), task=task)).factors if one.name == "fitness"]
    assert fact in fitness.fact


def test_the_weights_of_every_task_are_whole() -> None:
    for weights in (ANY_TASK, *(task.weights for task in TASKS.values())):
        parts = (weights.health, weights.quota, weights.cost, weights.latency, weights.fitness)
        assert sum(parts) == pytest.approx(1)
        assert min(parts) > 0
