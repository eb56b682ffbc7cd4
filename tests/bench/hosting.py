"""The servers' pool beside the bare MCP SDK: one tool call, and fifty servers at once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.bench.measurement import Measurement, percentile
from tests.fakes.mcp_host import hosting, stdio_spec

CALLS, SERVERS, ROUNDS = 400, 50, 5
SDK = "bare MCP SDK"


def measure_tool_call() -> list[Measurement]:
    """Returns the median of an echo over stdio, ours and the SDK's in turn on two servers of the same kind."""
    ours, theirs = asyncio.run(_calls())
    p50, sdk_p50 = percentile(ours, 0.5) * 1e3, percentile(theirs, 0.5) * 1e3
    return [
        Measurement("tool call, p50", "ms", p50, sdk_p50, SDK),
        Measurement("tool call: added to the SDK's p50", "ms", p50 - sdk_p50, None, f"{SDK} {sdk_p50:.2g} ms", 0.3),
    ]


def measure_many_servers() -> list[Measurement]:
    """Returns how long fifty servers take to connect and list; the better of a few rounds each."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(asyncio.run(_connect_ours()))
        theirs.append(asyncio.run(_connect_theirs()))
    return [Measurement(f"{SERVERS} servers: connect and list", "s", min(ours), min(theirs), SDK, None, 1.3)]


def _sdk_client() -> Client:
    spec = stdio_spec("s", "good")
    return Client(stdio_client(StdioServerParameters(command=spec.command, args=list(spec.args))), cache=None)


async def _calls() -> tuple[list[float], list[float]]:
    async with hosting([stdio_spec("s", "good")]) as host, _sdk_client() as client:
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(CALLS):
            ours.append(await _timed(lambda: host.call("s", text="hello")))
            theirs.append(await _timed(lambda: client.call_tool("echo", {"text": "hello"})))
    return ours, theirs


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def _connect_ours() -> float:
    began = time.perf_counter()
    async with hosting([stdio_spec(f"s{number}", "good") for number in range(SERVERS)]) as host:
        took = time.perf_counter() - began
        assert all(status.state == "ready" for status in host.pool.statuses())
    return took


async def _connect_theirs() -> float:
    """Each client in a task of its own, as the SDK's cancel scopes want it."""
    closing = asyncio.Event()
    listed = asyncio.Semaphore(0)

    async def one() -> None:
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(_sdk_client())
            await client.list_tools()
            listed.release()
            await closing.wait()

    began = time.perf_counter()
    tasks = [asyncio.create_task(one()) for _ in range(SERVERS)]
    for _ in tasks:
        await listed.acquire()
    took = time.perf_counter() - began
    closing.set()
    await asyncio.gather(*tasks)
    return took
