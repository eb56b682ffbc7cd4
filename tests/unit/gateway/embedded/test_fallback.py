"""What a failed attempt leads to: a retry, another provider, or an honest end."""

import asyncio
import random

import pytest

from tests.unit.gateway.embedded.stage import OPENED, Script, Stage, calls, cut, fails, says
from tui.domain.completion import ToolCallReady
from tui.domain.gateway import ModelSpec
from tui.domain.messages import ToolSpec
from tui.domain.text import CleanText
from tui.gateway.upstream.events import Done, Reasoning


async def test_a_healthy_provider_answers_at_once() -> None:
    stage = Stage({"a/m": [says("hello")], "b/m": [says()]})
    told = await stage.ask()
    assert stage.sent == ["a/m"]
    assert (told.end.outcome, told.end.text, told.end.route.provider) == ("complete", "hello", "a")
    assert told.end.route.fallbacks == ()
    assert not stage.fallbacks


async def test_a_failure_is_retried_once_and_then_another_provider_takes_over() -> None:
    stage = Stage({"a/m": [fails()], "b/m": [says("from b")]})
    told = await stage.ask()
    assert stage.sent == ["a/m", "a/m", "b/m"]
    assert [one.will_retry for one in told.attempts] == [True, True, False]
    assert (told.end.outcome, told.end.text) == ("complete", "from b")
    assert told.end.route.fallbacks == (("a", "it is down"),)


async def test_a_retry_waits_with_full_jitter() -> None:
    stage = Stage({"a/m": [fails(), fails(), says()]}, profile="conservative", chance=0.25)
    told = await stage.ask("a/m")
    assert stage.naps == [0.25, 0.5]
    assert told.end.outcome == "complete"


@pytest.mark.parametrize("profile", ["aggressive", "balanced", "conservative"])
async def test_a_lasting_failure_ends_after_a_bounded_number_of_attempts(profile: str) -> None:
    stage = Stage({f"p{n}/m": [fails()] for n in range(20)}, profile=profile)  # type: ignore[arg-type]
    told = await stage.ask()
    assert len(stage.sent) <= 10
    assert told.end.failure == "provider-down"
    assert told.attempts[-1].will_retry is False


FALLS_BACK_WITHOUT_RETRY = [
    ("rate-limit", 429),
    ("credits", 402),
    ("auth", 401),
    ("malformed", 200),
    ("request", 404),
]


@pytest.mark.parametrize(("failure", "status"), FALLS_BACK_WITHOUT_RETRY)
async def test_what_a_second_try_cannot_mend_goes_to_the_next_provider(failure: str, status: int) -> None:
    stage = Stage({"a/m": [fails(failure, status)], "b/m": [says()]})
    told = await stage.ask()
    assert stage.sent == ["a/m", "b/m"]
    assert told.end.outcome == "complete"


@pytest.mark.parametrize(("failure", "status"), [("request", 400), ("local", None), ("budget", None)])
async def test_our_own_fault_is_taken_to_nobody_else(failure: str, status: int | None) -> None:
    stage = Stage({"a/m": [fails(failure, status)], "b/m": [says()]})
    told = await stage.ask()
    assert stage.sent == ["a/m"]
    assert (told.end.outcome, told.end.failure, told.end.hint) == ("failed", failure, "a hint")


async def test_after_text_the_next_provider_starts_clean() -> None:
    stage = Stage({"a/m": [cut("half")], "b/m": [says("whole")]})
    told = await stage.ask()
    assert stage.sent == ["a/m", "b/m"], "no retry once text was accepted"
    assert told.attempts[0].outcome == "partial"
    assert told.attempts[0].will_retry
    assert told.end.text == "whole"


async def test_a_cut_answer_nobody_can_replace_keeps_its_text() -> None:
    stage = Stage({"a/m": [cut("half")], "b/m": [fails("auth", 401)]})
    told = await stage.ask()
    assert stage.sent == ["a/m", "b/m"]
    assert (told.end.outcome, told.end.text, told.end.route.provider) == ("partial", "half", "a")


async def test_reasoning_counts_as_an_accepted_part_of_the_answer() -> None:
    done = Done("failed", "empty", CleanText("no answer"), status=200)
    stage = Stage({"a/m": [[OPENED, Reasoning(CleanText("hm")), done]]})
    await stage.ask("a/m")
    assert stage.sent == ["a/m"]


async def test_an_empty_answer_is_asked_for_once_more() -> None:
    stage = Stage({"a/m": [fails("empty", 200), says("at last")]})
    assert (await stage.ask("a/m")).end.text == "at last"
    assert stage.sent == ["a/m", "a/m"]


async def test_many_callers_do_not_come_back_together() -> None:
    luck, naps = random.Random(1).random, []
    for _ in range(20):
        stage = Stage({"a/m": [fails("rate-limit", 429), says()]}, profile="conservative")
        stage.gateway._parts.chance = luck
        await stage.ask("a/m")
        naps += stage.naps
    assert len(naps) == len(set(naps)) == 20, "refused at the same moment, they wait for different times"
    crowd = Stage({"a/m": [fails("rate-limit", 429)]}, profile="conservative")
    await asyncio.gather(*(crowd.ask("a/m") for _ in range(20)))
    assert len(crowd.sent) == 20, "the more are refused, the longer the rest: nobody waits for it, nobody asks again"


REFUSED_TOOL = [
    "Invalid schema for function 'srv_list': array schema missing items",
    "tools.1.custom.input_schema: JSON schema is invalid",
    "Invalid 'tools[1].function.parameters'",
]


@pytest.mark.parametrize("reason", REFUSED_TOOL)
async def test_a_tool_the_provider_refuses_is_left_out_once_and_said(reason: str) -> None:
    tools = tuple(ToolSpec(name, CleanText("d"), {"type": "object"}) for name in ("srv_list_all", "srv_list", "other"))
    stage = Stage({"a/m": [fails("request", 400, reason), says("done")], "b/m": [says()]})
    told = await stage.ask(tools=tools)
    assert stage.sent == ["a/m", "a/m"]
    assert [tool.name for tool in stage.upstreams["a"].requests[1].tools] == ["srv_list_all", "other"]
    assert told.end.text == "done"
    assert "srv_list;" in stage.notices[0].text
    assert stage.moves == []
    stubborn = Stage({"a/m": [fails("request", 400, reason)]})
    assert (await stubborn.ask("a/m", tools=tools)).end.failure == "request"
    assert stubborn.sent == ["a/m", "a/m"], "once, not tool by tool"


@pytest.mark.parametrize("reason", ["messages.1 is too odd", "tools.9 is odd", "Invalid schema for function 'nobody'"])
async def test_a_refusal_that_names_no_tool_of_ours_is_final(reason: str) -> None:
    stage = Stage({"a/m": [fails("request", 400, reason)]})
    await stage.ask("a/m", tools=(ToolSpec("srv_list", CleanText("d"), {}),))
    assert stage.sent == ["a/m"]


async def test_after_a_tool_call_was_handed_out_nothing_is_tried_again() -> None:
    broken = Done("partial", "cut", CleanText("lost"), status=200)
    stage = Stage({"a/m": [calls(then=[broken])], "b/m": [says()]})
    told = await stage.ask()
    assert any(isinstance(fact, ToolCallReady) for fact in told.facts)
    assert stage.sent == ["a/m"]
    assert (told.end.outcome, told.end.failure) == ("partial", "cut")


async def test_credit_for_a_shorter_answer_is_used_once() -> None:
    poor = fails("credits", 402, affordable_tokens=77)
    stage = Stage({"a/m": [poor, says("short")]})
    told = await stage.ask("a/m", max_output_tokens=4_000)
    assert [request.max_output_tokens for request in stage.upstreams["a"].requests] == [4_000, 77]
    assert told.end.text == "short"
    assert (await stage.gateway.snapshot()).providers[0].credential == "none"


async def test_a_clamped_try_that_fails_too_does_not_loop() -> None:
    stage = Stage({"a/m": [fails("credits", 402, affordable_tokens=77)], "b/m": [says()]})
    await stage.ask()
    assert stage.sent == ["a/m", "a/m", "b/m"]
    assert (await stage.gateway.snapshot()).providers[0].credential == "credits_exhausted"


async def test_a_context_overflow_goes_only_to_a_larger_window() -> None:
    overflow = fails("context-overflow", 400)
    models = {f"{name}/m": ModelSpec("m", context_tokens=size) for name, size in (("a", 8), ("b", 8), ("d", 32))}
    models["c/m"] = ModelSpec("m")
    stage = Stage({"a/m": [overflow], "b/m": [says()], "c/m": [says()], "d/m": [says("large")]}, models=models)
    told = await stage.ask()
    assert stage.sent == ["a/m", "d/m"]
    assert told.end.text == "large"


async def test_a_context_overflow_without_a_larger_window_is_told_as_it_is() -> None:
    stage = Stage({"a/m": [fails("context-overflow", 400)], "b/m": [says()]})
    told = await stage.ask()
    assert stage.sent == ["a/m"]
    assert told.end.failure == "context-overflow"


async def test_a_fallback_is_told_with_its_price_before_it_is_used() -> None:
    dear = ModelSpec("m", price=None)
    stage = Stage({"a/m": [fails("auth", 401)], "b/m": [says()]})
    await stage.ask()
    (fallback,) = stage.fallbacks
    assert (fallback.left, fallback.taken, fallback.reason, fallback.price_ratio) == ("a/m", "b/m", "it is down", 1.0)
    stage = Stage({"a/m": [fails("auth", 401)], "b/m": [says()]}, models={"b/m": dear})
    await stage.ask()
    assert stage.fallbacks[0].price_ratio is None


async def test_a_rate_limit_on_the_last_route_is_waited_out_within_patience() -> None:
    stage = Stage({"a/m": [fails("rate-limit", 429, retry_after_s=8.0), says()]})
    started = stage.clock.monotonic()
    told = await stage.ask()
    assert told.end.outcome == "complete"
    assert stage.clock.monotonic() - started >= 8


async def test_a_busy_last_route_is_asked_again_when_it_said_so() -> None:
    stage = Stage({"a/m": [fails("provider-down", 503, retry_after_s=8.0), says()]})
    told = await stage.ask()
    assert told.end.outcome == "complete"
    assert sum(stage.naps) >= 8


async def test_a_long_rate_limit_fails_fast_and_names_the_time() -> None:
    stage = Stage({"a/m": [fails("rate-limit", 429, retry_after_s=120.0)]})
    told = await stage.ask()
    assert stage.naps == []
    assert told.end.failure == "rate-limit"
    assert "120 s" in told.end.hint
    assert told.end.retry_in_s == pytest.approx(120, abs=1)
    again = await stage.ask()
    assert stage.sent == ["a/m"], "nothing is sent while the credential rests"
    assert again.end.failure == "no-route"
    assert "120 s" in again.end.hint


async def test_an_unknown_target_says_so() -> None:
    told = await Stage({"a/m": [says()]}).ask("nobody/x")
    assert (told.end.failure, told.end.route.provider) == ("no-route", None)
    assert "no provider is called 'nobody'" in told.end.reason


async def test_round_robin_begins_with_another_provider_each_time() -> None:
    stage = Stage({"a/m": [says()], "b/m": [says()], "c/m": [says()]}, strategy="round-robin")
    for _ in range(4):
        await stage.ask()
    assert stage.sent == ["a/m", "b/m", "c/m", "a/m"]


async def test_what_was_odd_about_an_answer_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    await Stage({"a/m": [says(notes=(CleanText("the provider gave no finish reason"),))]}).ask()
    assert [record.getMessage() for record in caplog.records] == [
        "an answer of a/m was odd: the provider gave no finish reason"
    ]


async def test_a_fault_of_our_own_ends_in_words_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    stage = Stage({"a/m": [says()]})
    stage.scripts["a/m"] = []
    told = await stage.ask()
    assert (told.end.outcome, told.end.failure) == ("failed", "local")
    assert "a fault of its own" in told.end.reason
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [IndexError]
    assert len(stage.ledger.charges) == 1
    assert not stage.ledger.holds


async def test_an_answer_that_never_says_how_it_ended_is_no_success() -> None:
    silent: Script = [OPENED]
    told = await Stage({"a/m": [silent]}).ask()
    assert (told.end.outcome, told.end.failure) == ("failed", "malformed")


async def test_the_decision_is_kept_for_explaining() -> None:
    stage = Stage({"a/m": [fails("auth", 401)], "b/m": [says()]})
    told = await stage.ask()
    kept = stage.store.decisions[told.end.request_id]
    assert [(one["step"], one["taken"], one["left_out"]) for one in kept["candidates"]] == [
        ("a/m", False, "tried: it is down"),
        ("b/m", True, ""),
    ]
    assert kept["explanation"] == "b/m took over: a: it is down"
    assert [(one["step"], one["outcome"]) for one in kept["attempts"]] == [("a/m", "failed"), ("b/m", "complete")]
    assert kept["fallbacks"] == [{"provider": "a", "reason": "it is down"}]


async def test_the_request_ends_at_its_time_limit_and_blames_no_provider() -> None:
    stage = Stage({"a/m": [[OPENED, 10.0, *says()[1:]]], "b/m": [says()]})
    told = await stage.ask(timeout_s=10)
    assert stage.sent == ["a/m"]
    assert (told.end.outcome, told.end.failure, told.end.text) == ("partial", "timeout", "hello")
    assert (await stage.gateway.snapshot()).providers[0].breaker.failures == 0


async def test_a_provider_that_fails_at_the_time_limit_is_not_tried_again() -> None:
    stage = Stage({"a/m": [[OPENED, 9.9, *fails()[1:]]], "b/m": [says()]})
    stage.chance = 1.0
    told = await stage.ask("a/m", timeout_s=10)
    assert stage.sent == ["a/m"]
    assert told.end.failure == "provider-down"
