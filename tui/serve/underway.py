"""Tool calls under way on a pair of streams: when nothing more comes in, they may still be answered for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse, RequestId

Incoming = MemoryObjectReceiveStream[SessionMessage | Exception]
Outgoing = MemoryObjectSendStream[SessionMessage]


class Underway:
    """The calls that were read and not answered yet."""

    def __init__(self) -> None:
        self._ids: set[RequestId | None] = set()
        self._settled = anyio.Event()

    def note(self, item: SessionMessage | Exception) -> None:
        """Notes what a message begins or ends."""
        match item.message if isinstance(item, SessionMessage) else item:
            case JSONRPCRequest(id=number, method="tools/call"):
                self._ids.add(number)
            case JSONRPCResponse(id=number) | JSONRPCError(id=number):
                self._ids.discard(number)
            case JSONRPCNotification(method="notifications/cancelled", params={"requestId": str() | int() as number}):
                self._ids.discard(number)
        if not self._ids:
            self._settled.set()

    async def settled(self, within_s: float) -> None:
        """Returns once all were answered, or after `within_s`."""
        self._settled = anyio.Event()
        if self._ids:
            with anyio.move_on_after(within_s):
                await self._settled.wait()


@asynccontextmanager
async def lingering(
    received: AsyncIterator[SessionMessage | Exception], sent: Outgoing, grace_s: float
) -> AsyncIterator[tuple[Incoming, Outgoing]]:
    """Yields streams for a server in front of these, whose end of input is told only once no call is under way.

    The MCP package cancels what is under way as soon as its input ends.
    """
    calls = Underway()
    to_server, incoming = anyio.create_memory_object_stream[SessionMessage | Exception]()
    outgoing, from_server = anyio.create_memory_object_stream[SessionMessage]()

    async def bring() -> None:
        async with to_server:
            async for item in received:
                calls.note(item)
                await to_server.send(item)
            await calls.settled(grace_s)

    async def take() -> None:
        async with sent:
            async for item in from_server:
                await sent.send(item)
                calls.note(item)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(bring)
        tasks.start_soon(take)
        async with outgoing, incoming:
            yield incoming, outgoing
