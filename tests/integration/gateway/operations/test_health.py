"""Health tells what is: open breakers, refused keys, resting models, and what another process has met."""

from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.llm_endpoint import fail, say
from tests.integration.gateway.operations.rig import Rig, endpoint, settled
from tui import __version__
from tui.domain.ids import ProviderName

A = ProviderName("a")
DOWN = fail(503)
LIMITED = say(
    "hi",
    headers={
        "x-ratelimit-limit-requests": "100",
        "x-ratelimit-remaining-requests": "25",
        "x-ratelimit-reset-requests": "40s",
    },
)


async def test_an_open_breaker_is_open_in_every_answer_and_the_verdict_is_not_ok(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(DOWN), "b": endpoint(say("hi"))}) as rig:
        for _ in range(3):
            await rig.ask()
        health = await rig.gateway.health()
        a, b = health.providers
        assert (a.breaker.state, b.breaker.state, health.verdict) == ("OPEN", "CLOSED", "degraded")
        assert a.breaker.threshold == 3
        assert a.breaker.seconds_to_probe
        assert "503" in a.last_error
        assert a.last_error_at
        assert health.reasons[0].startswith("a: its breaker is open")
        assert (await rig.gateway.provider("a")).breaker.state == "OPEN"
        assert (await rig.gateway.simulate("main")).left_out[0].breaker == "OPEN"
        steps = (await rig.gateway.combos()).combos[0].steps
        assert [(step.open, bool(step.reason)) for step in steps] == [(False, True), (True, False)]
        await rig.ask("spare")


async def test_with_every_way_closed_the_gateway_is_down(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(DOWN)}) as rig:
        assert (await rig.gateway.health()).verdict == "ok"
        rig.gateway.trip(A)
        assert (await rig.gateway.health()).verdict == "down"


async def test_the_process_itself_is_told(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        health = await rig.gateway.health()
        assert health.version == __version__
        assert health.memory_bytes is None or health.memory_bytes > 1_000_000
        assert ("memory_bytes" in health.unknown) == (health.memory_bytes is None)
        assert 0 <= health.uptime_s < 60
        assert (health.reasons, health.providers[0].rate_limit, health.providers[0].models_age_s) == ((), None, None)


async def test_a_refused_key_is_expired_with_its_reason(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(fail(401)), "b": endpoint(say("hi"))}, keys={"a": "sk-a"}) as rig:
        await rig.ask()
        (a, _) = (await rig.gateway.health()).providers
        assert (a.credential, a.breaker.state) == ("expired", "CLOSED")
        assert a.credential_reason


async def test_a_model_that_is_not_there_rests_alone(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(fail(404)), "b": endpoint(say("hi"))}) as rig:
        await rig.ask()
        (a, _) = (await rig.gateway.health()).providers
        assert [one.model for one in a.resting_models] == ["fake-1"]
        assert (a.credential, a.breaker.state) == ("none", "CLOSED")


# --- another process of the same profile


async def test_a_breaker_that_opens_in_one_process_is_open_in_the_other_and_closes_with_it(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(DOWN), "b": endpoint(say("hi"))}) as rig:
        other = await rig.another_process()
        for _ in range(3):
            await rig.ask()
        assert (await other.health()).providers[0].breaker.state == "OPEN"
        told = await rig.ask(gateway=other)
        assert told.end.route.provider == "b"
        other.reset(A)
        await settled(other)
        assert (await rig.gateway.health()).providers[0].breaker.state == "CLOSED"


async def test_failures_in_the_window_are_those_of_all_processes_since_the_breaker_last_moved(tmp_path: Path) -> None:
    clock = FakeClock()
    async with Rig(
        tmp_path, {"a": endpoint(DOWN, DOWN, fail(400), DOWN), "b": endpoint(say("hi"))}, clock=clock
    ) as rig:
        other = await rig.another_process()
        for _ in range(3):
            await rig.ask()
        for gateway in (rig.gateway, other):
            breaker = (await gateway.health()).providers[0].breaker
            assert (breaker.state, breaker.failures, breaker.calls) == ("CLOSED", 2, 2)
        clock.advance(1)
        rig.gateway.trip(A)
        rig.gateway.reset(A)
        await settled(rig.gateway)
        clock.advance(1)
        await rig.ask()
        assert (await other.health()).providers[0].breaker.failures == 1
        clock.advance(31)
        assert (await other.health()).providers[0].breaker.failures == 0


async def test_what_is_taken_over_is_not_told_again(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(DOWN), "b": endpoint(say("hi"))}) as rig:
        other = await rig.another_process()
        rig.gateway.trip(A)
        await settled(rig.gateway)
        stored = await rig.gateway._parts.store.load("breaker/a")
        for gateway in (other, rig.gateway, other):
            await gateway.health()
            await settled(gateway)
        assert await rig.gateway._parts.store.load("breaker/a") == stored


async def test_a_resting_credential_a_missing_model_and_a_refused_key_are_seen_elsewhere(tmp_path: Path) -> None:
    endpoints = {
        "a": endpoint(fail(429, headers={"retry-after": "120"})),
        "b": endpoint(fail(404)),
        "c": endpoint(fail(401), say("hi")),
    }
    async with Rig(tmp_path, endpoints, keys={"c": "sk-c"}) as rig:
        other = await rig.another_process()
        await rig.ask()
        a, b, c = (await other.health()).providers
        assert (a.credential, c.credential) == ("cooling", "expired")
        assert a.credential_retry_in_s
        assert 100 < a.credential_retry_in_s <= 120
        assert [one.model for one in b.resting_models] == ["fake-1"]
        assert "another run" in c.credential_reason
        assert (await rig.ask("spare", gateway=other)).end.text == "hi", "its key may be another one"
        assert (await other.health()).providers[2].credential == "ok"


async def test_a_reset_forgives_a_resting_credential_in_every_process(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(fail(429, headers={"retry-after": "120"}))}) as rig:
        other = await rig.another_process()
        await rig.ask()
        assert (await other.health()).providers[0].credential == "cooling"
        rig.gateway.reset(A)
        await settled(rig.gateway)
        assert (await other.health()).providers[0].credential == "none"


async def test_rate_limits_learnt_by_one_process_are_known_to_the_other_and_the_next(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(LIMITED)}) as rig:
        other = await rig.another_process()
        await rig.ask()
        await rig.gateway.snapshot()
        await settled(rig.gateway)
        for gateway in (rig.gateway, other, await rig.another_process()):
            limit = (await gateway.health()).providers[0].rate_limit
            assert limit
            assert (limit.remaining_requests, limit.limit_requests) == (25, 100)
            assert limit.reset_in_s
            assert limit.reset_in_s <= 40


async def test_older_rate_limits_never_replace_newer_ones(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": endpoint(LIMITED)}) as rig:
        await rig.ask()
        old = {"at": rig.clock.wall() - 10, "text": "old", "remaining_requests": 99, "reset_s": 60}
        await rig.gateway._parts.store.save("limits/a", old)
        await rig.gateway._by_hand._shared.refresh()
        limit = (await rig.gateway.health()).providers[0].rate_limit
        assert limit
        assert limit.remaining_requests == 25


async def test_stored_nonsense_is_passed_over(tmp_path: Path) -> None:
    nonsense = (
        None,
        [],
        "x",
        {"open": True, "until": "soon"},
        {"rest": 1, "end": {"kind": "bored"}, "models": {"m": 2}},
    )
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        store = rig.gateway._parts.store
        for number, document in enumerate(nonsense):
            for key in ("breaker/a", "credential/a", "limits/a", "combo/main", "budget", "profile", "models/a"):
                await store.save(key, document)
            gateway = await rig.another_process() if number % 2 else rig.gateway
            health = await gateway.health()
            assert (health.verdict, health.providers[0].credential) == ("ok", "none")


@pytest.mark.parametrize("held", [True, False])
async def test_a_breaker_held_by_hand_is_held_everywhere(tmp_path: Path, held: bool) -> None:
    async with Rig(tmp_path, {"a": endpoint(say("hi"))}) as rig:
        other = await rig.another_process()
        rig.gateway.hold(A)
        await settled(rig.gateway)
        await other.health()
        other.hold(A, held)
        await settled(other)
        assert (await rig.gateway.health()).providers[0].breaker.held is held
