"""The gateway in process beside the bare `openai` client, over one endpoint in a process of its own."""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from openai import AsyncOpenAI

from tests.bench.measurement import Measurement, percentile
from tests.unit.gateway.embedded.stage import Keys
from tui.domain.clock import SystemClock
from tui.domain.completion import ChatRequest, TextDelta
from tui.domain.gateway import BudgetSpec, ComboSpec, ModelSpec, ProviderSpec
from tui.domain.ids import ComboName, ProviderName
from tui.domain.messages import user_text
from tui.domain.text import CleanText
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.storage.database import Database
from tui.storage.gateway_documents import GatewayDocuments
from tui.storage.spend import SpendStore

CALLS, WARM_UP = 150, 10
SHORT, LONG = 8, 400
"""Tokens of an answer: a call, and a stream in which reading the chunks outweighs all else."""
OPENAI = "bare openai client"


@dataclass(frozen=True, slots=True)
class Call:
    """One call: seconds until its first token and its end, processor seconds of this process."""

    first_s: float
    whole_s: float
    cpu_s: float


Caller = Callable[[], Awaitable[Call]]


def measure_calls() -> list[Measurement]:
    """Returns what the gateway adds to a call and to its first token, its ledger on disk included."""
    short, short_openai = asyncio.run(_beside_openai(SHORT))
    long, long_openai = asyncio.run(_beside_openai(LONG))
    chunk_us = [
        (_median(many, "cpu_s") - _median(few, "cpu_s")) / (LONG - SHORT) * 1e6
        for many, few in ((long, short), (long_openai, short_openai))
    ]
    return [
        _pair("gateway: a call, p50", short, short_openai, "whole_s", OPENAI, 1.2),
        _pair("gateway: first token, p50", short, short_openai, "first_s", OPENAI, 1.2),
        _pair(f"gateway: a stream of {LONG} tokens, p50", long, long_openai, "whole_s", OPENAI),
        Measurement("gateway: processor a chunk", "µs", *chunk_us, OPENAI, None, 0.25),
    ]


def measure_failover() -> list[Measurement]:
    """Returns a call whose first provider's breaker is open beside the same call to the second."""
    failover, direct = asyncio.run(_past_an_open_breaker())
    return [_pair("failover past an open breaker, p50", failover, direct, "whole_s", "direct to the second", 1.2)]


async def _beside_openai(tokens: int) -> list[list[Call]]:
    with endpoint(tokens) as url:
        async with gateway([url]) as made, AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
            return await _in_turn(lambda: _through(made, "p0/fake-1"), lambda: _by_openai(client))


async def _past_an_open_breaker() -> list[list[Call]]:
    with endpoint(SHORT) as first, endpoint(SHORT) as second:
        async with gateway([first, second]) as made:
            made.hold(ProviderName("p1"))
            made.trip(ProviderName("p0"))
            return await _in_turn(lambda: _through(made, "main"), lambda: _through(made, "p1/fake-1"))


@contextmanager
def endpoint(tokens: int) -> Iterator[str]:
    """Runs an endpoint that answers with `tokens` tokens at once; yields its base URL."""
    command = [sys.executable, "-m", "tests.fakes.llm_endpoint", "--tokens", str(tokens)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@asynccontextmanager
async def gateway(urls: list[str]) -> AsyncIterator[EmbeddedGateway]:
    """Runs a gateway with a provider for each URL, `p0` first, a combo `main` over all, and a ledger on disk."""
    names = [f"p{number}" for number in range(len(urls))]
    with tempfile.TemporaryDirectory() as directory:
        database = await Database.open(Path(directory) / "bench.sqlite3")
        made = EmbeddedGateway(
            providers=[
                ProviderSpec(ProviderName(name), url, models=(ModelSpec("fake-1"),))
                for name, url in zip(names, urls, strict=True)
            ],
            combos=[ComboSpec(ComboName("main"), tuple(f"{name}/fake-1" for name in names))],
            budget=BudgetSpec(),
            profile="balanced",
            session_id="session",
            clock=SystemClock(),
            publish=lambda _: None,
            ledger=SpendStore(database),
            store=GatewayDocuments(database),
            keys=Keys({}),
        )
        await made.start()
        try:
            yield made
        finally:
            await made.close()
            await database.close()


async def _in_turn(*callers: Caller) -> list[list[Call]]:
    """Calls all in turn, so that a busy moment of the machine hits every side."""
    rounds = [[await caller() for caller in callers] for _ in range(WARM_UP + CALLS)]
    return [list(side) for side in zip(*rounds[WARM_UP:], strict=True)]


async def _through(made: EmbeddedGateway, target: str) -> Call:
    began, cpu, first = time.perf_counter(), time.process_time(), None
    async for fact in made.stream(ChatRequest(target, (user_text(CleanText("hi")),))):
        if first is None and isinstance(fact, TextDelta):
            first = time.perf_counter()
    return _call(began, first, cpu)


async def _by_openai(client: AsyncOpenAI) -> Call:
    began, cpu, first = time.perf_counter(), time.process_time(), None
    messages = [{"role": "user", "content": "hi"}]
    async for chunk in await client.chat.completions.create(model="fake-1", messages=messages, stream=True):  # type: ignore[call-overload]
        if first is None and chunk.choices and chunk.choices[0].delta.content:
            first = time.perf_counter()
    return _call(began, first, cpu)


def _call(began: float, first: float | None, cpu: float) -> Call:
    assert first is not None, "no token came"
    return Call(first - began, time.perf_counter() - began, time.process_time() - cpu)


def _median(calls: list[Call], name: str) -> float:
    return percentile([getattr(call, name) for call in calls], 0.5)


def _pair(
    row: str, ours: list[Call], theirs: list[Call], name: str, against: str, goal_ratio: float | None = None
) -> Measurement:
    return Measurement(row, "ms", _median(ours, name) * 1e3, _median(theirs, name) * 1e3, against, None, goal_ratio)
