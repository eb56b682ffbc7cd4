"""What is under way when input ends: it is waited for, and not for ever."""

import asyncio

import anyio
import pytest
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from tui.serve.underway import Incoming, Outgoing, lingering

CALL = SessionMessage(JSONRPCRequest(jsonrpc="2.0", id=1, method="tools/call"))
LISTEN = SessionMessage(JSONRPCRequest(jsonrpc="2.0", id=2, method="subscriptions/listen"))
ANSWER = SessionMessage(JSONRPCResponse(jsonrpc="2.0", id=1, result={}))
GIVEN_UP = SessionMessage(JSONRPCNotification(jsonrpc="2.0", method="notifications/cancelled", params={"requestId": 1}))
LONG_S = 3_600.0


async def until_the_end(
    *messages: SessionMessage, answer: SessionMessage | None = None, grace_s: float = LONG_S
) -> list[SessionMessage]:
    """Sends messages, ends the input, answers after that. Returns what went out once the server saw the end."""
    to_us, received = anyio.create_memory_object_stream[SessionMessage | Exception](len(messages))
    sent, to_them = anyio.create_memory_object_stream[SessionMessage](10)
    async with to_us:
        for message in messages:
            await to_us.send(message)

    async def serve(incoming: Incoming, outgoing: Outgoing) -> None:
        for _ in messages:
            await incoming.receive()
        if answer is not None:
            await asyncio.sleep(0.01)
            with pytest.raises(anyio.WouldBlock):
                incoming.receive_nowait()
            await outgoing.send(answer)
        with pytest.raises(anyio.EndOfStream):
            await incoming.receive()

    async with asyncio.timeout(30), lingering(received, sent, grace_s) as streams:
        await serve(*streams)
    return [message async for message in to_them]


async def test_a_call_is_answered_after_the_end_of_input() -> None:
    assert await until_the_end(CALL, answer=ANSWER) == [ANSWER]


async def test_a_call_that_is_never_answered_is_not_waited_for_in_vain() -> None:
    assert await until_the_end(CALL, grace_s=0.01) == []


@pytest.mark.parametrize("messages", [(), (LISTEN,), (CALL, GIVEN_UP)])
async def test_nothing_else_is_waited_for(messages: tuple[SessionMessage, ...]) -> None:
    assert await until_the_end(*messages) == []
