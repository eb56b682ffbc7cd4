"""Three scopes kept apart — provider, credential, model — and what of them survives a restart."""

import asyncio

import pytest

from tests.unit.gateway.embedded.stage import OPENED, Script, Stage, cut, fails, says
from tui.domain.errors import StorageError, UsageError
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText
from tui.gateway.embedded.resilience.cooldown import Cooldowns
from tui.gateway.upstream.events import Text

A, B = ProviderName("a"), ProviderName("b")


async def breaker_of(stage: Stage, number: int = 0) -> str:
    return (await stage.gateway.snapshot()).providers[number].breaker.state


async def test_a_failing_provider_is_taken_out_and_comes_back_by_a_probe() -> None:
    stage = Stage({"a/m": [*[fails()] * 5, says("back")], "b/m": [says()]})
    for _ in range(3):
        await stage.ask()
    assert ("a", "OPEN") in stage.moves
    before = len(stage.sent)
    await stage.ask()
    assert stage.sent[before:] == ["b/m"], "an open breaker is not called"
    stage.clock.advance(30)
    told = await stage.ask()
    assert told.end.text == "back"
    assert stage.moves == [("a", "OPEN"), ("a", "HALF_OPEN"), ("a", "CLOSED")]


async def test_a_cut_answer_counts_against_the_provider() -> None:
    stage = Stage({"a/m": [cut()]})
    for _ in range(5):
        await stage.ask()
    assert await breaker_of(stage) == "OPEN"


NEVER_OPENS = [("request", 400), ("context-overflow", 400), ("rate-limit", 429), ("auth", 401), ("credits", 402)]


@pytest.mark.parametrize(("failure", "status"), NEVER_OPENS)
async def test_what_says_nothing_of_the_service_never_opens_the_breaker(failure: str, status: int) -> None:
    stage = Stage({"a/m": [fails(failure, status)]})
    for _ in range(20):
        await stage.ask()
        stage.clock.advance(1)
    assert await breaker_of(stage) == "CLOSED"


async def test_cancelled_answers_never_open_the_breaker() -> None:
    gate = asyncio.Event()
    stage = Stage({"a/m": [[OPENED, Text(CleanText("x")), gate]]})
    for _ in range(10):
        facts = stage.gateway.stream(stage.request())
        await anext(facts)
        await anext(facts)
        await facts.aclose()
    assert (await stage.gateway.snapshot()).providers[0].breaker.calls == 0


async def test_of_many_requests_only_one_is_the_probe() -> None:
    gate = asyncio.Event()
    slow: Script = [OPENED, gate, *says()[1:]]
    stage = Stage({"a/m": [slow]})
    await stage.gateway.snapshot()  # the key is looked up: from here on nothing needs a thread
    stage.gateway.trip(A)
    stage.gateway.probe(A)
    asking = [asyncio.create_task(stage.ask()) for _ in range(20)]
    while not stage.sent:
        await asyncio.sleep(0)
    for _ in range(50):
        await asyncio.sleep(0)
    assert stage.sent == ["a/m"]
    gate.set()
    told = await asyncio.gather(*asking)
    assert sorted(one.end.outcome for one in told) == ["complete", *["failed"] * 19]


async def test_a_revoked_key_takes_out_the_credential_until_another_key_is_there() -> None:
    stage = Stage({"a/m": [fails("auth", 401), says("new key works")]}, key_env=True)
    stage.keys.known["a"] = "old"
    await stage.ask()
    assert (await stage.gateway.snapshot()).providers[0].credential == "expired"
    await stage.ask()
    assert stage.sent == ["a/m"]
    stage.keys.known["a"] = "new"
    stage.clock.advance(6)
    assert (await stage.ask()).end.text == "new key works"


async def test_keys_are_looked_up_once() -> None:
    stage = Stage({"a/m": [says()]}, key_env=True)
    stage.keys.known["a"] = "key"
    await asyncio.gather(*(stage.ask() for _ in range(5)))
    await stage.ask()
    assert stage.keys.lookups == 1


async def test_a_provider_without_its_key_is_left_out_with_the_way_to_mend_it() -> None:
    stage = Stage({"a/m": [says()]}, key_env=True)
    told = await stage.ask()
    assert stage.sent == []
    assert "set A_KEY" in told.end.reason
    assert (await stage.gateway.snapshot()).providers[0].credential == "missing"


async def test_a_missing_model_locks_only_that_model() -> None:
    stage = Stage({"a/gone": [fails("request", 404)], "a/m": [says()]})
    await stage.ask()
    await stage.ask()
    assert stage.sent == ["a/gone", "a/m", "a/m"]


async def test_an_overloaded_model_does_not_rest_the_whole_credential() -> None:
    stage = Stage({"a/busy": [fails("rate-limit", 529, retry_after_s=60.0)], "a/m": [says()]})
    assert (await stage.ask()).end.outcome == "complete"
    assert (await stage.gateway.snapshot()).providers[0].credential == "none"


@pytest.mark.parametrize("asked_s", [0.5, 12.0, 299.0])
@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_never_undercut(asked_s: float, status: int) -> None:
    failure = "rate-limit" if status == 429 else "provider-down"
    stage = Stage({"a/m": [fails(failure, status, retry_after_s=asked_s), says()]}, profile="aggressive", chance=0.0)
    asked_at = stage.clock.monotonic()
    while len(stage.sent) < 2:
        await stage.ask()
        stage.clock.advance(0.25)
    assert stage.clock.monotonic() - 0.25 - asked_at >= asked_s


async def test_refusals_in_a_row_rest_the_credential_longer() -> None:
    stage = Stage({"a/m": [fails("rate-limit", 429)]}, profile="aggressive", chance=1.0)
    rests = []
    for _ in range(3):
        await stage.ask()
        wait = stage.gateway._parts.health.retry_in_s(stage.gateway._parts.catalog.route("a/m"))
        assert wait is not None
        rests.append(round(wait))
        stage.clock.advance(wait)
    assert rests == [5, 10, 20]


def test_an_end_for_good_is_never_overwritten_by_a_rest() -> None:
    stage = Stage({"a/m": [says()]})
    cooldowns = Cooldowns(stage.clock)
    cooldowns.end(A, "credits_exhausted", CleanText("no credit"))
    cooldowns.cool(A, 5, CleanText("429"))
    assert cooldowns.state(A) == "credits_exhausted"
    stage.clock.advance(10)
    assert not cooldowns.verdict(A, "m").allowed
    cooldowns.clear(A)
    assert cooldowns.verdict(A, "m").allowed


def test_a_shorter_rest_never_cuts_a_longer_one() -> None:
    stage = Stage({"a/m": [says()]})
    cooldowns = Cooldowns(stage.clock)
    cooldowns.cool(A, 100, CleanText("429"))
    cooldowns.cool(A, 1, CleanText("429"))
    assert cooldowns.verdict(A, "m").retry_in_s == 100


# --- by hand and across runs


async def test_tripped_by_hand_a_provider_is_passed_over() -> None:
    stage = Stage({"a/m": [says()], "b/m": [says()]})
    stage.gateway.trip(A)
    told = await stage.ask()
    assert stage.sent == ["b/m"]
    assert told.end.route.fallbacks[0][0] == "a"
    assert not stage.fallbacks, "nothing was given up, so nothing took over"
    stage.gateway.reset(A)
    await stage.ask()
    assert stage.sent == ["b/m", "a/m"]


async def test_the_last_route_closed_fails_fast_and_names_the_earliest_time() -> None:
    stage = Stage({"a/m": [says()], "b/m": [says()]})
    stage.gateway.trip(A)
    stage.clock.advance(100)
    stage.gateway.trip(B)
    told = await stage.ask()
    assert (told.end.outcome, told.end.failure, stage.sent) == ("failed", "no-route", [])
    assert "a/m: its breaker is open (tripped by hand)" in told.end.reason
    assert "200 s" in told.end.hint


async def test_a_breaker_held_by_hand_never_opens() -> None:
    stage = Stage({"a/m": [fails()]})
    stage.gateway.hold(A)
    for _ in range(10):
        await stage.ask()
    assert await breaker_of(stage) == "CLOSED"


def test_a_provider_nobody_knows_is_an_error_with_the_known_names() -> None:
    stage = Stage({"a/m": [says()]})
    with pytest.raises(UsageError) as caught:
        stage.gateway.trip(ProviderName("z"))
    assert "a" in caught.value.hint


async def test_an_open_breaker_and_a_resting_credential_survive_a_restart() -> None:
    stage = Stage({"a/m": [fails()], "b/m": [fails("rate-limit", 429, retry_after_s=100.0)]})
    for _ in range(4):
        await stage.ask()
    await stage.gateway.close()
    stage.gateway = stage.another_run()
    await stage.gateway.start()
    before = len(stage.sent)
    told = await stage.ask()
    assert told.end.failure == "no-route"
    assert len(stage.sent) == before
    assert [one.breaker.state for one in (await stage.gateway.snapshot()).providers] == ["OPEN", "CLOSED"]


async def test_a_store_that_cannot_be_read_does_not_stop_the_start() -> None:
    class Broken:
        async def load_all(self, keys: object) -> object:
            raise StorageError("the disk is gone")

    stage = Stage({"a/m": [says()]})
    stage.gateway._parts.health._shared._store = Broken()  # type: ignore[assignment]
    await stage.gateway.start()
    assert "the disk is gone" in stage.notices[0].text
    assert (await stage.ask()).end.outcome == "complete"
