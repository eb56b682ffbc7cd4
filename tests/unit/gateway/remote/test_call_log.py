"""Which calls of OmniRoute's log are one request's: only those that could be nobody else's."""

from dataclasses import replace

import pytest

from tui.domain.gateway_routing import AttemptRecord, ExplainAnswer
from tui.domain.ids import ProviderName, RequestId
from tui.domain.money import Cost
from tui.domain.text import clean_line
from tui.gateway.remote.omniroute.account_pages import Node
from tui.gateway.remote.omniroute.call_log import CALLS_BEHIND, explained
from tui.gateway.remote.omniroute.names import Names
from tui.gateway.remote.omniroute.use_pages import Call

NOW = 1_795_217_639.0
ALPHA_ID, BETA_ID = "node-5f0a", "node-77c1"
NAMES = Names(
    [Node(clean_line(ALPHA_ID), clean_line("alpha"), clean_line("Alpha"))],
    (),
    {clean_line(BETA_ID): clean_line("beta")},
)


def attempt(served_by: str = "") -> AttemptRecord:
    return AttemptRecord(
        clean_line("route/prio"),
        "complete",
        clean_line(""),
        200,
        150,
        90,
        Cost.unknown(),
        served_by=clean_line(served_by),
    )


OWN = ExplainAnswer(
    RequestId("request_1"),
    target="route/prio",
    combo=None,
    strategy=None,
    provider=ProviderName("route"),
    model="prio",
    candidates=(),
    attempts=(attempt(),),
    fallbacks=(),
    cost=Cost.unknown(),
    latency_ms=200,
    explanation=clean_line("route/prio was asked for by name"),
    at=NOW,
)
"""From 200 ms before NOW until NOW."""


def call(ended_s: float, status: int = 200, node: str = ALPHA_ID, combo: str = "prio", ms: int = 50) -> Call:
    error = clean_line("" if status == 200 else "down")
    fast, asked = clean_line("fast"), clean_line("alpha/fast")
    return Call(NOW + ended_s, status, clean_line(node), fast, asked, clean_line(combo), ms, error)


def steps(answer: ExplainAnswer) -> list[str]:
    return [f"{one.step} {one.outcome}" for one in answer.attempts[1:]]


def test_the_calls_of_a_request_are_claimed_with_the_names_of_their_providers() -> None:
    answer = explained(OWN, [call(-0.02, node=BETA_ID), call(-0.1, 503)], NAMES, "prio")
    assert steps(answer) == ["alpha/fast failed", "beta/fast complete"]
    assert answer.fallbacks == (("alpha", "down"),)
    assert (
        "by name. Behind the gateway, matched by model and time: alpha/fast (503) → beta/fast (200)."
        in answer.explanation
    )


@pytest.mark.parametrize("neighbour", [call(-0.21), call(-0.3, 503), call(0.1), call(1.0, 503)])
def test_the_requests_before_and_after_are_not_part_of_it(neighbour: Call) -> None:
    answer = explained(OWN, [neighbour, call(-0.02)], NAMES, "prio")
    assert steps(answer) == ["alpha/fast complete"]
    assert CALLS_BEHIND not in answer.unknown


@pytest.mark.parametrize(
    "calls",
    [
        [call(-0.02), call(-0.1)],
        [call(-0.02), call(-0.03, 503)],
        [call(-0.02, 503)],
        [call(-0.02, 503), call(-0.1)],
    ],
    ids=["two answers", "at the same time", "failed where ours did not", "an answer and a failure after it"],
)
def test_calls_that_may_be_anothers_are_named_and_not_claimed(calls: list[Call]) -> None:
    answer = explained(OWN, calls, NAMES, "prio")
    assert "Calls that fit by model and time, but may be another request's: alpha/fast" in answer.explanation
    assert (steps(answer), answer.fallbacks) == ([], ())
    assert CALLS_BEHIND in answer.unknown


def test_a_call_of_another_provider_than_the_one_that_answered_is_not_claimed() -> None:
    own = replace(OWN, attempts=(attempt(BETA_ID),))
    assert steps(explained(own, [call(-0.02)], NAMES, "prio")) == []
    assert steps(explained(own, [call(-0.02, node=BETA_ID)], NAMES, "prio")) == ["beta/fast complete"]


def test_a_call_near_in_time_is_likely_only() -> None:
    answer = explained(OWN, [call(0.9)], NAMES, "prio")
    assert "Likely, by model and near in time, though not within it: alpha/fast (200)." in answer.explanation
    assert (steps(answer), answer.unknown) == ([], (CALLS_BEHIND,))


def test_a_chains_call_is_no_call_of_the_model_by_itself() -> None:
    assert steps(explained(OWN, [call(-0.02)], NAMES, "alpha/fast")) == []
    assert steps(explained(OWN, [call(-0.02, combo="")], NAMES, "alpha/fast")) == ["alpha/fast complete"]


def test_who_answered_is_called_as_everywhere_else() -> None:
    answer = explained(replace(OWN, attempts=(attempt(ALPHA_ID),)), [], NAMES, "prio")
    assert answer.attempts[0].served_by == "alpha"
