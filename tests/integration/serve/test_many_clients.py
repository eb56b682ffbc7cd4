"""Fifty callers at once: each gets its own answers, and only those."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, Seen, say
from tests.fakes.llm_replies import Reply
from tests.integration.serve.agents import ERAS, agent, answer
from tests.integration.serve.served import Served

CLIENTS, CALLS = 50, 4


def echo(seen: Seen) -> Reply:
    content = seen.last_message["content"]
    text = content if isinstance(content, str) else content[0]["text"]
    return say([text[:7], text[7:]])


@pytest.fixture
async def endpoint() -> AsyncIterator[LlmEndpoint]:
    async with LlmEndpoint(echo) as endpoint:
        yield endpoint


async def test_no_answer_reaches_another_caller(house: Served) -> None:
    keys = [(await house.engine.access.add(f"client {number}", ["*"])).key for number in range(CLIENTS)]
    everyone = asyncio.Barrier(CLIENTS)

    async def talk(number: int) -> list[dict[str, Any]]:
        async with agent(house, keys[number], ERAS[number % 2]) as client:
            await everyone.wait()
            return list(await asyncio.gather(*(ask(client, number, turn) for turn in range(CALLS))))

    async def ask(client: Any, number: int, turn: int) -> dict[str, Any]:
        words = [{"role": "user", "content": f"canary-{number}-{turn}"}]
        return await answer(client, "gateway_route", {"model": "main", "messages": words})

    told = await asyncio.gather(*(talk(number) for number in range(CLIENTS)))
    for number, answers in enumerate(told):
        assert [each["content"] for each in answers] == [f"canary-{number}-{turn}" for turn in range(CALLS)]
    assert len({each["request_id"] for answers in told for each in answers}) == CLIENTS * CALLS

    recorded = [entry.call for entry in await house.engine.audit.recent(1_000)]
    callers = [call.caller for call in recorded]
    assert {name: callers.count(name) for name in callers} == {f"client {number}": CALLS for number in range(CLIENTS)}
    assert len({call.input_hmac for call in recorded}) == CLIENTS * CALLS
    assert (await house.engine.audit.verify()).whole
    spent = {key.name: key.spent_today for key in await house.engine.access.keys() if key.name != "all"}
    assert set(spent.values()) == {200 * CALLS}
