"""Serving over standard streams: the wire carries the protocol and nothing else."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.integration.cli.program import Program
from tests.integration.serve.agents import ERAS, Era, answer, text_of
from tui.serve.app import BODY_LIMIT_BYTES

LIMIT_S = 60
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
}


@asynccontextmanager
async def agent(program: Program, *words: str, era: Era) -> AsyncIterator[Client]:
    server = StdioServerParameters(command=program.command, args=["--demo", "serve", *words], env=dict(program.environ))
    async with Client(stdio_client(server), mode=era) as client:
        yield client


@pytest.mark.parametrize("era", ERAS)
async def test_tools_are_listed_and_called_in_both_eras(program: Program, era: Era) -> None:
    async with agent(program, era=era) as client:
        assert "gateway_health" in {tool.name for tool in (await client.list_tools()).tools}
        health = await answer(client, "omniroute_get_health")
        assert {breaker["provider"] for breaker in health["circuitBreakers"]} >= {"aurora", "borealis"}


async def test_who_starts_it_may_do_less_when_told_so(program: Program) -> None:
    words = ["--local-scope", "read:health", "--names", "omniroute"]
    async with agent(program, *words, era="legacy") as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == [
            *("omniroute_get_health", "omniroute_get_provider_metrics")
        ]
        refused = await client.call_tool("omniroute_set_budget_guard", {"maxCost": 0, "action": "alert"})
        assert refused.is_error
        assert "write:budget" in text_of(refused)
    listed = await program.run("--demo", "audit", "list", "--json")
    [entry] = listed.document["calls"]
    assert (entry["call"]["caller"], entry["call"]["outcome"], entry["call"]["transport"]) == (
        *("local", "refused", "stdio"),
    )


async def test_stdout_carries_the_protocol_and_nothing_else(program: Program) -> None:
    call = {"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "gateway_health", "arguments": {}}}
    sent: list[Any] = [INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"}]
    garbage = ["", "hello", "{", "[]", "null", '{"jsonrpc": "2.0"}', "\x1b]52;c;AAAA\x07", "\ufeff{}", "[" * 10_000]
    lines = [json.dumps(one) for one in sent] + garbage + [json.dumps({**call, "id": number}) for number in (1, 2, 3)]
    process = await program.start("--demo", "serve")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("".join(f"{line}\n" for line in lines).encode())
    answered: dict[Any, Any] = {}
    async with asyncio.timeout(LIMIT_S):
        while not {0, 1, 2, 3} <= answered.keys():
            message = json.loads(await process.stdout.readline())
            assert message["jsonrpc"] == "2.0"
            answered[message.get("id")] = message
        process.stdin.close()
        assert await process.stdout.read() == b""
        assert await process.wait() == 0
    assert [answered[number]["result"]["isError"] for number in (1, 2, 3)] == [False] * 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_though_the_other_side_stays_silent(program: Program, number: signal.Signals) -> None:
    process = await program.start("--demo", "serve")
    assert process.stdin is not None
    assert process.stdout is not None
    async with asyncio.timeout(LIMIT_S):
        process.stdin.write(f"{json.dumps(INITIALIZE)}\n".encode())
        await process.stdout.readline()
        process.send_signal(number)
        assert await process.wait() == 128 + number


async def test_a_line_too_long_for_a_message_is_passed_over(program: Program) -> None:
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    long = json.dumps({**ping, "id": 2, "params": {"x": "x" * 2 * BODY_LIMIT_BYTES}})
    process = await program.start("--demo", "serve")
    assert process.stdin is not None
    assert process.stdout is not None
    async with asyncio.timeout(LIMIT_S):
        process.stdin.write(f"{json.dumps(INITIALIZE)}\n{long}\n{json.dumps(ping)}\n".encode())
        assert [json.loads(await process.stdout.readline())["id"] for _ in range(2)] == [0, 1]
        process.stdin.close()
        await process.wait()


async def test_calls_under_way_are_answered_after_the_other_side_has_closed(program: Program) -> None:
    asked = {"model": "main", "messages": [{"role": "user", "content": "hi"}]}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "gateway_route", "arguments": asked}}
    process = await program.start("--demo", "serve")
    async with asyncio.timeout(LIMIT_S):
        lines = [INITIALIZE, {"jsonrpc": "2.0", "method": "notifications/initialized"}, call]
        out, err = await process.communicate("".join(f"{json.dumps(line)}\n" for line in lines).encode())
    assert process.returncode == 0
    answered = {message["id"]: message for message in map(json.loads, out.splitlines()) if "id" in message}
    assert answered[1]["result"]["structuredContent"]["content"]
    assert b"Traceback" not in err
