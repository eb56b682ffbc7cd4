"""What every request promises whatever the providers do: it ends, in bounds, and enters no route twice."""

import asyncio
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.gateway.embedded.stage import OPENED, Script, Stage, calls, cut, fails, says
from tui.domain.completion import AttemptStarted
from tui.domain.gateway import ProfileName, Strategy
from tui.gateway.embedded.resilience.profiles import profile as profile_of

FAILURES = [
    ("provider-down", 503),
    ("provider-down", None),
    ("rate-limit", 429),
    ("rate-limit", 529),
    ("credits", 402),
    ("auth", 401),
    ("request", 400),
    ("request", 404),
    ("context-overflow", 400),
    ("empty", 200),
    ("malformed", 200),
    ("timeout", None),
    ("local", None),
]
SECONDS = st.floats(0, 40)


def _slow(script: Script, seconds: float) -> Script:
    return [*script[:-1], seconds, script[-1]]


ENDINGS: st.SearchStrategy[Script] = st.one_of(
    st.just(says()),
    st.just(calls()),
    st.just(cut()),
    st.just([OPENED]),
    st.builds(
        lambda failure, wait, affordable: fails(*failure, retry_after_s=wait, affordable_tokens=affordable),
        st.sampled_from(FAILURES),
        st.one_of(st.none(), st.floats(0, 300)),
        st.sampled_from([None, 0, 100]),
    ),
)
SCRIPTS = st.lists(
    st.lists(st.builds(_slow, ENDINGS, SECONDS), min_size=1, max_size=3), min_size=1, max_size=5
)  # providers, each with its answers in order


@settings(max_examples=150, deadline=None)
@given(
    scripts=SCRIPTS,
    profile=st.sampled_from(["aggressive", "balanced", "conservative"]),
    strategy=st.sampled_from(get_args(Strategy)),
    waits=st.lists(SECONDS, min_size=1, max_size=8),
    chance=st.floats(0, 1),
)
def test_every_request_ends_within_its_bounds(
    scripts: list[list[Script]], profile: ProfileName, strategy: str, waits: list[float], chance: float
) -> None:
    async def run() -> None:
        answers = {f"p{number}/m": list(script) for number, script in enumerate(scripts)}
        stage = Stage(answers, profile=profile, strategy=strategy, chance=chance)
        rules = profile_of(profile)
        for wait in waits:
            started, sent = stage.clock.monotonic(), len(stage.sent)
            told = await stage.ask(timeout_s=60)
            attempts = [fact for fact in told.facts if isinstance(fact, AttemptStarted)]
            assert len(told.attempts) == len(stage.sent) - sent <= rules.max_attempts
            _no_route_is_entered_twice([one.provider for one in attempts])
            slowest = 40
            assert stage.clock.monotonic() - started <= 60 + slowest, "no attempt begins after the time limit"
            assert (told.end.failure is None) == (told.end.outcome == "complete")
            assert told.end.outcome == "complete" or told.end.reason
            stage.clock.advance(wait)
        await stage.gateway.close()
        assert "OPEN" not in stage.breakers_when_sent
        assert not stage.ledger.holds
        assert len(stage.ledger.settled) == len(stage.sent)

    asyncio.run(run())


def _no_route_is_entered_twice(providers: list[str]) -> None:
    entered = [name for place, name in enumerate(providers) if place == 0 or providers[place - 1] != name]
    assert len(entered) == len(set(entered))


@settings(max_examples=60, deadline=None)
@given(asked=st.lists(st.floats(0.1, 300), min_size=1, max_size=4), chance=st.floats(0, 1))
def test_no_request_leaves_before_retry_after(asked: list[float], chance: float) -> None:
    async def run() -> None:
        refusals = [fails("rate-limit", 429, retry_after_s=seconds) for seconds in asked]
        stage = Stage({"a/m": [*refusals, says()]}, chance=chance)
        earliest = 0.0
        for _ in range(200):
            sent, before = len(stage.sent), stage.clock.monotonic()
            await stage.ask()
            if len(stage.sent) > sent:
                for number in range(sent, min(len(stage.sent), len(asked))):
                    assert number > sent or before >= earliest
                    earliest = max(before, earliest) + asked[number]
            if len(stage.sent) > len(asked):
                assert stage.clock.monotonic() >= earliest
                return
            stage.clock.advance(7)
        raise AssertionError("the provider was never asked again")

    asyncio.run(run())
