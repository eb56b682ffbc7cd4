"""What a place is weighed by: what was measured of late, else the last day, and quotas for as long as they hold."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.gateway.embedded.stage import OPENED, Stage, fails, says
from tui.domain.gateway_figures import CallFigures
from tui.domain.ids import ProviderName
from tui.domain.usage import Selection, UsageRecord
from tui.gateway.embedded.providers.catalog import Step
from tui.gateway.embedded.routing.standing import Load, Standing
from tui.gateway.upstream.events import Opened, RateLimits

A = Step(ProviderName("a"), "m")
LOAD = Load(1_000, 1_000)


def standing(stage: Stage, step: Step = A) -> Standing:
    return stage.gateway._parts.standing(step, LOAD)


class History:
    """A ledger that tells the same of every place."""

    def __init__(self, figures: CallFigures) -> None:
        self.figures = figures
        self.asked: list[Selection] = []

    async def attempts(self, selection: Selection) -> UsageRecord:
        self.asked.append(selection)
        return UsageRecord(self.figures, {})


async def test_what_was_measured_of_late_counts_by_model() -> None:
    slow = [OPENED, 0.3, *says()[1:]]
    stage = Stage({"a/m": [slow, fails("request", 400)], "a/n": [says()]})
    await stage.ask("a/m")
    await stage.ask("a/m")
    await stage.ask("a/n")
    assert (standing(stage).requests, standing(stage).errors, standing(stage).latency_ms) == (2, 1, 300)
    assert standing(stage).success_rate == 0.5
    assert standing(stage, Step(ProviderName("a"), "n")).requests == 1
    stage.clock.advance(301)
    assert standing(stage).success_rate is None


async def test_the_last_day_counts_while_nothing_was_measured_of_late() -> None:
    stage = Stage({"a/m": [says()]})
    history: Any = History(CallFigures(requests=10, successes=6, errors=2, cancelled=2, p50_ms=700))
    stage.gateway._parts.history = history
    await stage.gateway._parts.remember_calls([A, A])
    [asked] = history.asked
    assert (asked.provider, asked.model, asked.since) == ("a", "m", stage.clock.wall() - 86_400)
    assert (standing(stage).success_rate, standing(stage).latency_ms, standing(stage).recent) == (0.75, 700, 0)
    await stage.ask("a/m")
    assert (standing(stage).requests, standing(stage).recent) == (1, 1)


async def test_a_call_on_its_way_counts_as_use() -> None:
    stage = Stage({"a/m": [says()]})
    stream = stage.gateway.stream(stage.request("a/m"))
    await anext(stream)
    assert (standing(stage).recent, standing(stage).requests) == (1, 0)
    await stream.aclose()
    assert standing(stage).recent == 0, "an answer nobody waited for is no use to measure by"


QUOTAS: list[tuple[Mapping[str, Any], int | None]] = [
    ({}, None),
    ({"remaining_requests": 7}, 7),
    ({"remaining_tokens": 9_000}, 4),
    ({"remaining_requests": 2, "remaining_tokens": 9_000}, 2),
    ({"remaining_requests": 0, "reset_s": 20.0}, 0),
]


@pytest.mark.parametrize(("headers", "left"), QUOTAS)
async def test_the_tighter_of_two_quotas_says_how_many_requests_are_left(
    headers: Mapping[str, Any], left: int | None
) -> None:
    stage = Stage({"a/m": [[Opened(200, RateLimits(**headers)), *says()[1:]]]})
    await stage.ask("a/m")
    assert standing(stage).requests_left == left


async def test_a_quota_that_was_renewed_since_is_unknown() -> None:
    told = RateLimits(remaining_requests=0, reset_s=20.0)
    stage = Stage({"a/m": [[Opened(200, told), *says()[1:]]]})
    await stage.ask("a/m")
    stage.clock.advance(19)
    assert standing(stage).requests_left == 0
    stage.clock.advance(2)
    assert standing(stage).requests_left is None, "else a place once empty would never be tried again"


async def test_a_half_open_breaker_is_seen() -> None:
    stage = Stage({"a/m": [says()]})
    stage.gateway.trip(A.provider)
    stage.gateway.probe(A.provider)
    assert standing(stage).probing
