"""The HTTP side of one answer: the body read within bounds, the answer sent, the caller's leaving noticed."""

import asyncio
import json
from collections.abc import Coroutine, Mapping
from typing import Any

from starlette.types import Receive, Send

from tui.serve.openai_api.refusals import Refusal, TooLargeError


class CallerLeftError(Exception):
    """The caller closed its connection before its request was whole."""


async def read_body(receive: Receive, limit_bytes: int) -> bytes:
    """Returns the whole body. Raises TooLargeError, CallerLeftError."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerLeftError
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit_bytes:
            raise TooLargeError(f"The request has more than {limit_bytes:,} bytes.", "Send fewer or smaller pictures.")
    return bytes(body)


async def until_gone(work: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Runs `work` to its end, or cancels it when the caller leaves; call it once the body was read."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        if not working.done():
            working.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)
    if not working.cancelled():
        working.result()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Wire:
    """Sends one answer: a whole one, or a stream in pieces."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False
        """Whether status and headers are gone: from here on nothing can be taken back."""

    async def whole(self, document: Mapping[str, Any], headers: Mapping[str, str], status: int = 200) -> None:
        """Sends a JSON document."""
        body = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
        await self._start(status, {"content-type": "application/json", "content-length": str(len(body)), **headers})
        await self._send({"type": "http.response.body", "body": body})

    async def refuse(self, refusal: Refusal, headers: Mapping[str, str]) -> None:
        """Sends a failure as the whole answer."""
        await self.whole(refusal.document, {**refusal.headers, **headers}, refusal.status)

    async def open_stream(self, headers: Mapping[str, str]) -> None:
        """Sends the head of a stream of events."""
        fixed = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
        await self._start(200, {**fixed, "x-accel-buffering": "no", **headers})

    async def piece(self, data: bytes) -> None:
        """Sends a piece of a stream, as fast as the caller reads."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def close_stream(self, data: bytes = b"") -> None:
        """Sends the last piece of a stream."""
        await self._send({"type": "http.response.body", "body": data})

    async def _start(self, status: int, headers: Mapping[str, str]) -> None:
        self.begun = True
        fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": fields})
