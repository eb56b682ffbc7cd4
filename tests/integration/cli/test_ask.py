"""`mcp-tui ask` against an endpoint on loopback and real servers: what it prints and how it exits."""

import json
import signal
from typing import Any

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, call_tool, calls, fail, raw, say
from tests.integration.cli.program import WORKSHOP, Program

KEY = "sk-canary-4f1d9a7be0c2"


def endpoint_options(endpoint: LlmEndpoint) -> list[str]:
    return ["--base-url", endpoint.base_url, "--model", "fake-1"]


def outcomes(last: dict[str, Any]) -> list[tuple[str, str]]:
    return [(call["tool"], call["outcome"]) for call in last["tool_calls"]]


async def test_an_answer_goes_to_stdout_and_nothing_else_does(program: Program) -> None:
    async with LlmEndpoint([say("Forty-two.")]) as endpoint:
        done = await program.run("ask", "What is the answer?", *endpoint_options(endpoint))
    assert (done.code, done.out) == (0, "Forty-two.\n")


async def test_a_question_can_be_piped_in(program: Program) -> None:
    async with LlmEndpoint([say("Yes.")]) as endpoint:
        done = await program.run("ask", *endpoint_options(endpoint), stdin="Is it?\n")
        assert endpoint.requests[0].last_message["content"] == "Is it?\n"
    assert done.code == 0


async def test_json_is_one_event_a_line_and_the_last_one_sums_the_turn_up(program: Program) -> None:
    script = [call_tool("workshop__divide", {"a": 84, "b": 2}), say("It is 42.")]
    async with LlmEndpoint(script) as endpoint:
        done = await program.run(
            "ask",
            "Divide!",
            "--json",
            "--approve",
            "all",
            "--server",
            f"workshop={WORKSHOP}",
            *endpoint_options(endpoint),
        )
    assert done.code == 0
    *before, last = done.events
    assert all({"event", "turn_id", "at"} <= set(event) for event in before)
    assert all(event["at"] for event in before)
    assert last["event"] == "turn_finished"
    assert last["outcome"] == "complete"
    assert last["text"] == "It is 42."
    [call] = last["tool_calls"]
    assert (call["server"], call["tool"], call["arguments"], call["outcome"]) == (
        "workshop",
        "divide",
        {"a": 84, "b": 2},
        "ok",
    )
    assert last["route"]["model"] == "fake-1"
    assert last["cost_source"] in ("reported", "computed", "estimated", "unknown")


async def test_without_approval_a_call_is_denied_and_the_exit_code_says_so(program: Program) -> None:
    script = [call_tool("workshop__write_note", {"title": "a", "text": "b"}), say("I may not.")]
    async with LlmEndpoint(script) as endpoint:
        done = await program.run(
            "ask", "Write!", "--json", "--server", f"workshop={WORKSHOP}", *endpoint_options(endpoint)
        )
        told = endpoint.requests[1].last_message
    assert done.code == 4
    assert outcomes(done.events[-1]) == [("write_note", "denied")]
    assert told["role"] == "tool"


async def test_read_only_tools_of_a_typed_server_run_with_read_only_approval(program: Program) -> None:
    script = [
        calls([("workshop__divide", {"a": 1, "b": 2}), ("workshop__write_note", {"title": "a", "text": "b"})]),
        say("Half done."),
    ]
    async with LlmEndpoint(script) as endpoint:
        done = await program.run(
            "ask",
            "Both!",
            "--json",
            "--approve",
            "read-only",
            "--server",
            f"workshop={WORKSHOP}",
            *endpoint_options(endpoint),
        )
    assert outcomes(done.events[-1]) == [("divide", "ok"), ("write_note", "denied")]


@pytest.mark.parametrize(
    ("reply", "code", "outcome"),
    [
        (fail(401, {"error": {"message": "bad key"}}), 1, "failed"),
        (fail(503, {"error": {"message": "down"}}), 3, "failed"),
        (raw(b"<html><body>Sign in to the hotel</body></html>", headers={"content-type": "text/html"}), 1, "failed"),
        (raw(b'data: {"choices":[{"delta":{"content":"Half an ans', end="cut"), None, "failed"),
    ],
    ids=["bad key", "server down", "HTML instead of an API", "cut before the first event"],
)
async def test_a_bad_endpoint_is_a_sentence_with_the_next_step(
    program: Program, reply: Any, code: int | None, outcome: str
) -> None:
    async with LlmEndpoint(lambda _seen: reply) as endpoint:
        done = await program.run("ask", "Hello?", "--json", *endpoint_options(endpoint))
    last = done.events[-1]
    assert last["outcome"] == outcome
    assert last["reason"]
    assert last["hint"]
    assert "Traceback" not in done.err
    assert done.code == code if code is not None else done.code in (1, 3)


async def test_a_key_appears_nowhere_but_in_the_request(program: Program) -> None:
    async with LlmEndpoint(lambda _seen: fail(401, {"error": {"message": f"key {KEY} is bad"}})) as endpoint:
        done = await program.run(
            "ask", "Hi", "--json", *endpoint_options(endpoint), "--api-key-env", "MY_KEY", environ={"MY_KEY": KEY}
        )
        assert endpoint.requests[0].headers["authorization"] == f"Bearer {KEY}"
    written = b"".join(path.read_bytes() for path in program.home.rglob("*") if path.is_file())
    assert KEY not in done.out + done.err
    assert KEY.encode() not in written


async def test_a_server_that_was_typed_must_be_there(program: Program) -> None:
    async with LlmEndpoint([say("never asked")]) as endpoint:
        done = await program.run("ask", "Hi", "--server", "gone=/nonexistent/server", *endpoint_options(endpoint))
        assert endpoint.requests == []
    assert done.code == 3
    assert "gone" in done.err
    assert "Command not found" in done.err


@pytest.mark.parametrize("words", [("ask", "Hi"), ("gateway", "route", "dear/m", "Hi")])
async def test_a_spent_budget_refuses_at_once_where_nobody_can_be_asked(
    program: Program, words: tuple[str, ...]
) -> None:
    program.config_file.write_text(
        '[[providers]]\nname = "dear"\nbase_url = "http://127.0.0.1:9/v1"\n'
        'models = [{ id = "m", input_usd_per_million = 100000, output_usd_per_million = 100000 }]\n'
        '[chat]\nmodel = "dear/m"\n[budget]\nday_usd = 0.01\n'
    )
    done = await program.run(*words, "--json")
    assert done.code == 4
    assert "The day's budget of $0.0100 would be passed: $0.00 spent, this call up to" in done.out


async def test_a_cost_limit_refuses_before_anything_is_sent(program: Program) -> None:
    program.config_file.write_text(
        '[[providers]]\nname = "dear"\nbase_url = "http://127.0.0.1:9/v1"\n'
        'models = [{ id = "m", input_usd_per_million = 100000, output_usd_per_million = 100000 }]\n'
        '[chat]\nmodel = "dear/m"\n'
    )
    done = await program.run("ask", "Hi", "--json", "--max-cost", "0.01")
    assert done.code == 4
    assert "0.01" in done.events[-1]["reason"]


async def test_an_interrupt_ends_the_turn_and_the_servers(program: Program) -> None:
    script = [call_tool("workshop__slow_count", {"steps": 60})]
    async with LlmEndpoint(script) as endpoint:
        process = await program.start(
            "ask",
            "Count!",
            "--json",
            "--approve",
            "all",
            "--server",
            f"workshop={WORKSHOP}",
            *endpoint_options(endpoint),
        )
        assert process.stdout is not None
        async for line in process.stdout:
            if b"tool_progressed" in line:
                break
        process.send_signal(signal.SIGINT)
        rest, _ = await process.communicate()
    assert process.returncode == 130
    last = json.loads(rest.splitlines()[-1])
    assert (last["event"], last["outcome"]) == ("turn_finished", "cancelled")
    assert outcomes(last) == [("slow_count", "cancelled")]


async def test_without_any_model_the_next_step_is_named(program: Program) -> None:
    program.config_file.write_text('[[providers]]\nname = "gone"\nbase_url = "http://127.0.0.1:9/v1"\n')
    done = await program.run("ask", "Hi", "--json")
    assert done.code == 2
    assert done.events[-1]["hint"]


async def test_an_empty_question_is_a_usage_error(program: Program) -> None:
    done = await program.run("ask", stdin="  \n")
    assert done.code == 2
    assert "question is empty" in done.err


@pytest.mark.parametrize("levels", [500, 9_000])
async def test_arguments_without_bottom_are_told_as_text(program: Program, levels: int) -> None:
    nest = f'{{"a": {"[" * levels}{"]" * levels}}}'
    async with LlmEndpoint([call_tool("workshop__divide", nest), say("I gave up.")]) as endpoint:
        done = await program.run(
            "ask", "Divide!", "--json", "--server", f"workshop={WORKSHOP}", *endpoint_options(endpoint)
        )
    assert done.code == 0, done
    [call] = done.events[-1]["tool_calls"]
    assert (call["outcome"], call["arguments"][:8]) == ("invalid", '{"a": [[')
