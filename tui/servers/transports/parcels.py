"""Large messages over HTTP, read by us beside the loop: the SDK gets a slip in their place, the session the message.

The SDK reads and checks a body in one step on the loop, four times as slow as reading first, and writes every message
of an event stream out again as text; a megabyte of small objects stops everything for a fifth of a second there.
"""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator
from typing import cast

import httpx2
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCError, JSONRPCMessage, JSONRPCNotification, JSONRPCResponse

from tui.domain.messages import Json
from tui.servers.transports.framing import LINE_CAP_BYTES, LONG_BYTES, Junk, SizedMessage, parse_line, unreadable
from tui.servers.transports.threaded import beside

_SLIP = "mcp-tui/parcel"
_KEPT_S = 60.0
_EVENT_END = re.compile(rb"\n\r?\n|\r\r")


class Parcels:
    """The large messages of one link that are on their way."""

    def __init__(self) -> None:
        self._waiting: dict[str, SizedMessage] = {}

    async def pack(self, body: bytes) -> bytes:
        """Returns what to give the SDK in place of `body`."""
        read = await beside(lambda: parse_line(body), heavy=True)
        message = read[0] if len(read) == 1 else Junk("The server's answer is no message.")
        if isinstance(message, Junk):
            # Told as an answer: whoever waits for this one hears why there is none.
            message = unreadable(0, message.text[:200])
        key = secrets.token_hex(16)
        self._waiting[key] = SizedMessage(message, size=len(body))
        # A call that was given up fetches nothing.
        asyncio.get_running_loop().call_later(_KEPT_S, self._waiting.pop, key, None)
        return json.dumps(_slip(key, message)).encode()

    def unpacked(self, item: SessionMessage) -> SessionMessage:
        """Returns the message a slip stands for, with the id the SDK gave the slip; anything else as it is."""
        slip = item.message
        if isinstance(slip, JSONRPCNotification):
            key = (slip.params or {}).get(_SLIP)
        else:
            key = slip.result.get(_SLIP) if isinstance(slip, JSONRPCResponse) else None
        if key is None:
            return item
        parcel = self._waiting.pop(str(key), None)
        if parcel is None:
            lost = "The server's answer was fetched too late."
            return SessionMessage(unreadable(slip.id, lost)) if isinstance(slip, JSONRPCResponse) else item
        if isinstance(slip, JSONRPCResponse) and isinstance(parcel.message, JSONRPCResponse | JSONRPCError):
            parcel.message.id = slip.id
        return SizedMessage(parcel.message, metadata=item.metadata, size=parcel.size)


def _slip(key: str, message: JSONRPCMessage) -> dict[str, Json]:
    if isinstance(message, JSONRPCResponse | JSONRPCError):
        return {"jsonrpc": "2.0", "id": message.id, "result": {_SLIP: key}}
    return {"jsonrpc": "2.0", "method": _SLIP, "params": {_SLIP: key}}


class PackedBody(httpx2.AsyncByteStream):
    """A body that is one large message."""

    def __init__(self, body: bytes, parcels: Parcels) -> None:
        self._body = body
        self._parcels = parcels

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield await self._parcels.pack(self._body)


class PackedEvents(httpx2.AsyncByteStream):
    """An event stream whose large events are packed; all others pass as they are once they are whole."""

    def __init__(self, inner: httpx2.AsyncByteStream, parcels: Parcels) -> None:
        self._inner = inner
        self._parcels = parcels

    async def __aiter__(self) -> AsyncIterator[bytes]:
        held = bytearray()
        seen = 0
        async for chunk in self._inner:
            held += chunk
            while end := _EVENT_END.search(held, max(0, seen - 2)):
                event = bytes(held[: end.end()])
                del held[: end.end()]
                seen = 0
                yield event if len(event) < LONG_BYTES else await self._packed(event)
            seen = len(held)
            if seen > LINE_CAP_BYTES:
                # The SDK gives up a stream with such an event, and says so.
                yield bytes(held)
                held.clear()
                seen = 0
        yield bytes(held)

    async def _packed(self, event: bytes) -> bytes:
        lines = event.splitlines()
        data = b"\n".join(line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:"))
        others = [line for line in lines if line and not line.startswith(b"data:")]
        if len(data) < LONG_BYTES:
            return event
        return b"\n".join([*others, b"data: " + await self._parcels.pack(data), b"", b""])

    async def aclose(self) -> None:
        await self._inner.aclose()


def packed_events(response: httpx2.Response, parcels: Parcels) -> httpx2.Response:
    """Returns a response that is an event stream, with its large events packed."""
    stream = PackedEvents(cast("httpx2.AsyncByteStream", response.stream), parcels)
    return httpx2.Response(
        response.status_code, headers=response.headers, stream=stream, extensions=response.extensions
    )
