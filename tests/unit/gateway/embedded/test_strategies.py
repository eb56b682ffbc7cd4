"""Each strategy puts the open places in its order, and says of every one why it stands there."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.gateway import ModelSpec, Strategy
from tui.domain.ids import ProviderName
from tui.gateway.embedded.providers.catalog import Step
from tui.gateway.embedded.routing.score import Needs
from tui.gateway.embedded.routing.standing import Load, Standing
from tui.gateway.embedded.routing.strategies import ORDERS, Entrant, Occasion

NEEDS = Needs(Load(1_000, 1_000))


def place(name: str, weight: int = 1, **facts: object) -> Entrant:
    return Entrant(Standing(Step(ProviderName(name), "m"), **facts), weight)  # type: ignore[arg-type]


def order(
    strategy: Strategy, places: Sequence[Entrant], chance: Callable[[], float] = lambda: 0.5, served: int = 0
) -> list[str]:
    return [one.standing.step.provider for one in ORDERS[strategy](places, Occasion(NEEDS, chance, served))]


def reasons(strategy: Strategy, places: Sequence[Entrant]) -> list[str]:
    return [one.why for one in ORDERS[strategy](places, Occasion(NEEDS, lambda: 0.5))]


ABC = [place("a"), place("b"), place("c")]

CASES: list[tuple[Strategy, list[Entrant], list[str]]] = [
    ("priority", ABC, ["a", "b", "c"]),
    ("least-used", [place("a", recent=3), place("b", recent=1), place("c", recent=1)], ["b", "c", "a"]),
    ("least-used", [place("busy", recent=1), place("idle", requests=90)], ["idle", "busy"]),
    (
        "cost-optimized",
        [place("unknown"), place("dear", cost_microusd=900), place("free", cost_microusd=0)],
        ["free", "dear", "unknown"],
    ),
    (
        "latency-optimized",
        [place("slow", requests=1, latency_ms=900), place("fast", requests=1, latency_ms=90)],
        ["fast", "slow"],
    ),
    (
        "latency-optimized",
        [place("failing", requests=4, errors=4), place("fast", requests=1, latency_ms=9), place("new")],
        ["new", "fast", "failing"],
    ),
    (
        "latency-optimized",
        [place("being-measured", recent=1), place("fast", requests=1, latency_ms=9)],
        ["fast", "being-measured"],
    ),
    (
        "auto",
        [place("failing", requests=9, errors=9), place("well", requests=9), place("new")],
        ["well", "new", "failing"],
    ),
    (
        "auto",
        [place("dear", cost_microusd=80_000), place("unknown"), place("free", cost_microusd=0)],
        ["free", "unknown", "dear"],
    ),
    ("auto", [place("empty", requests_left=0), place("full", requests_left=500)], ["full", "empty"]),
    (
        "auto",
        [place("small", model=ModelSpec("m", 500)), place("large", model=ModelSpec("m", 200_000))],
        ["large", "small"],
    ),
    ("auto", [place("probing", requests=2, probing=True), place("closed", requests=2)], ["closed", "probing"]),
]


@pytest.mark.parametrize(("strategy", "places", "expected"), CASES)
def test_places_stand_in_the_strategys_order(strategy: Strategy, places: list[Entrant], expected: list[str]) -> None:
    assert order(strategy, places) == expected


def test_round_robin_gives_each_its_turn() -> None:
    assert [order("round-robin", ABC, served=served)[0] for served in range(6)] == ["a", "b", "c", "a", "b", "c"]
    assert order("round-robin", ABC, served=1) == ["b", "c", "a"]


def test_every_strategy_has_its_order() -> None:
    assert set(ORDERS) == set(get_args(Strategy))


def test_losers_know_why_they_lost() -> None:
    assert reasons("priority", ABC)[1] == "written after a/m"
    assert reasons("cost-optimized", [place("a", cost_microusd=500), place("b")])[1] == "about $?; a/m $0.0005"
    assert reasons("latency-optimized", [place("a", latency_ms=5), place("b", requests=1, errors=1)]) == [
        "fastest: 5 ms",
        "not measured; a/m 5 ms",
    ]
    assert reasons("weighted", [place("a", 3), place("b", 1)]) == [
        "drawn by lot, weight 3 of 4",
        "the lot fell on a/m; its own weight is 1 of 4",
    ]
    failing = place("b", requests=8, errors=8)
    assert reasons("auto", [place("a", requests=8), failing])[1].endswith(
        "most behind in health: 0 of 8 calls succeeded"
    )


def test_the_score_of_auto_is_the_sum_of_its_factors() -> None:
    [ranked] = ORDERS["auto"]([place("a", requests=8, latency_ms=5_000)], Occasion(NEEDS, lambda: 0.5))
    values = {factor.name: factor.value for factor in ranked.factors}
    assert values == {"health": 0.9, "quota": None, "cost": None, "latency": 0.5, "fitness": None}
    counted = [factor.weight * (0.5 if factor.value is None else factor.value) for factor in ranked.factors]
    assert ranked.score == pytest.approx(sum(counted))
    assert sum(factor.weight for factor in ranked.factors) == pytest.approx(1)


@pytest.mark.parametrize("weights", [(1, 1), (3, 1), (5, 3, 2), (1, 0)])
def test_over_many_draws_each_place_is_first_as_often_as_its_weight_says(weights: tuple[int, ...]) -> None:
    places = [place(str(number), weight) for number, weight in enumerate(weights)]
    luck, draws = random.Random(7), 6_000
    firsts = Counter(order("weighted", places, luck.random)[0] for _ in range(draws))
    for number, weight in enumerate(weights):
        expected = weight / sum(weights)
        # Five standard deviations of a binomial share.
        assert abs(firsts[str(number)] / draws - expected) <= 5 * (0.25 / draws) ** 0.5


def test_random_forgets_the_weights() -> None:
    luck = random.Random(7)
    firsts = Counter(order("random", [place("a", 1_000), place("b", 1)], luck.random)[0] for _ in range(2_000))
    assert abs(firsts["a"] - 1_000) < 120


PLACES = st.lists(
    st.builds(
        lambda weight, requests, failed, recent, latency, cost, left, probing: (
            weight,
            {
                "requests": requests,
                "errors": min(failed, requests),
                "recent": recent,
                "latency_ms": latency,
                "cost_microusd": cost,
                "requests_left": left,
                "probing": probing,
            },
        ),
        st.integers(0, 9),
        st.integers(0, 20),
        st.integers(0, 20),
        st.integers(0, 20),
        st.none() | st.integers(0, 90_000),
        st.none() | st.integers(0, 10**9),
        st.none() | st.integers(0, 10_000),
        st.booleans(),
    ),
    max_size=6,
)


@given(PLACES, st.sampled_from(get_args(Strategy)), st.integers(0, 50), st.floats(0, 1))
def test_every_strategy_keeps_every_place_exactly_once(
    facts: list[tuple[int, dict[str, object]]], strategy: Strategy, served: int, chance: float
) -> None:
    places = [place(f"p{number}", weight, **more) for number, (weight, more) in enumerate(facts)]
    ranking = ORDERS[strategy](places, Occasion(NEEDS, lambda: chance, served))
    assert sorted(one.standing.step.provider for one in ranking) == sorted(one.standing.step.provider for one in places)
    assert all(one.why for one in ranking)
    assert all(one.score is None or 0 <= one.score <= 1 for one in ranking)
