"""An HTTP transport that outlives failures: each becomes an ordinary JSON-RPC error answer that names its cause.

The SDK's own dies with its first failed POST and hides every HTTP status. Bodies are bounded before they are decoded.
"""

import asyncio
import json
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import cast

import httpx2

from tui.servers.transports.framing import LINE_CAP_BYTES, LONG_BYTES
from tui.servers.transports.parcels import PackedBody, Parcels, packed_events

HTTP_FAILED = -32090
"""JSON-RPC code of the answers made up here; `data.status` holds the HTTP status, None when nothing was received."""
BUSY_WAIT_CAP_S = 30.0
"""A longer wait is told, not waited for."""
_BUSY_TRIES = 3


@dataclass(frozen=True, slots=True)
class HttpListener:
    """Who hears about HTTP itself."""

    failed: Callable[[str], None]
    """A response with an error status, in one sentence."""
    unreachable: Callable[[], None]
    """The server cannot be reached any more."""


class SurvivingTransport(httpx2.AsyncBaseTransport):
    """Sends requests; failures and error statuses come back as JSON-RPC errors, never as exceptions."""

    def __init__(self, listener: HttpListener, inner: httpx2.AsyncBaseTransport, parcels: Parcels) -> None:
        self._listener = listener
        self._parcels = parcels
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await self._patiently(request)
            if response.headers.get("content-type", "").lower().startswith("text/event-stream"):
                return packed_events(response, self._parcels)
            return await self._bounded(request, response)
        except httpx2.TransportError as error:
            sentence = f"{_said(error)} ({request.url.host})"
            self._listener.failed(sentence)
            if not isinstance(error, httpx2.TimeoutException) or isinstance(error, httpx2.ConnectTimeout):
                self._listener.unreachable()
            return made_up(request, 503, sentence, None)

    async def _patiently(self, request: httpx2.Request) -> httpx2.Response:
        """A server that limits requests did not carry out this one: it is sent again when the server says so."""
        for _ in range(_BUSY_TRIES):
            response = await self._inner.handle_async_request(request)
            wait_s = _retry_after_s(response) if response.status_code == 429 else None
            if wait_s is None:
                return response
            await response.aclose()
            self._listener.failed(f"HTTP 429: it limits requests; trying again in {wait_s:g} s")
            await asyncio.sleep(wait_s)
        return await self._inner.handle_async_request(request)

    async def _bounded(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
        try:
            body = await read_body(response)
        finally:
            await response.aclose()
        if body is None:
            sentence = f"The server's answer is above the limit of {LINE_CAP_BYTES:,} bytes."
            self._listener.failed(sentence)
            return made_up(request, 500, sentence, response.status_code)
        headers = [(k, v) for k, v in response.headers.items() if k not in ("content-encoding", "content-length")]
        gone = response.status_code == 404 and "mcp-session-id" in request.headers
        if response.status_code >= 400 and (gone or len(body) >= LONG_BYTES or not _speaks_json_rpc(body)):
            return self._explained(request, response, body)
        if len(body) >= LONG_BYTES:
            packed = PackedBody(body, self._parcels)
            return httpx2.Response(response.status_code, headers=headers, stream=packed, request=request)
        return httpx2.Response(response.status_code, headers=headers, content=body, request=request)

    def _explained(self, request: httpx2.Request, response: httpx2.Response, body: bytes) -> httpx2.Response:
        status = response.status_code
        said = body[:200].decode("utf-8", "replace").strip()
        wait = response.headers.get("retry-after")
        sentence = f"HTTP {status} {response.reason_phrase}".strip()
        sentence += f" (try again after {wait[:40]})" if wait else ""
        if request.method == "POST":
            self._listener.failed(f"{sentence}: {said}" if said else sentence)
        # A server forgets sessions most often because it was restarted.
        session_gone = status == 404 and "mcp-session-id" in request.headers
        if session_gone:
            self._listener.unreachable()
        return made_up(request, status, sentence, status, session_gone=session_gone)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _retry_after_s(response: httpx2.Response) -> float | None:
    """Returns the seconds to wait, None without any or when they are too many (RFC 9110 §10.2.3)."""
    said = response.headers.get("retry-after", "")
    if not said:
        return None
    try:
        seconds = float(said) if said.isdecimal() else parsedate_to_datetime(said).timestamp() - time.time()
    except ValueError:
        return None
    return max(0.0, seconds) if seconds <= BUSY_WAIT_CAP_S else None


async def read_body(response: httpx2.Response) -> bytes | None:
    """Returns the decoded body, None when it is too large; a small compressed body may be a huge one."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    inflate = zlib.decompressobj(wbits=47) if encoding in ("gzip", "deflate", "x-gzip") else None
    parts: list[bytes] = []
    size = 0
    stream = cast("httpx2.AsyncByteStream", response.stream)
    async for chunk in stream:
        try:
            part = inflate.decompress(chunk, LINE_CAP_BYTES + 1) if inflate else chunk
        except zlib.error as error:
            raise httpx2.RemoteProtocolError(f"unreadable compression: {error}") from error
        size += len(part)
        if size > LINE_CAP_BYTES:
            return None
        parts.append(part)
    return b"".join(parts)


def _speaks_json_rpc(body: bytes) -> bool:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and isinstance(value.get("error"), dict) and "jsonrpc" in value


def made_up(
    request: httpx2.Request, status: int, message: str, seen_status: int | None, **facts: bool
) -> httpx2.Response:
    """Returns a JSON-RPC error answer; `facts` stand beside the status the server sent."""
    error = {"code": HTTP_FAILED, "message": message, "data": {"status": seen_status, **facts}}
    return httpx2.Response(status, json={"jsonrpc": "2.0", "id": None, "error": error}, request=request)


def _said(error: httpx2.TransportError) -> str:
    words = {
        httpx2.ConnectTimeout: "No connection within the time limit",
        httpx2.ReadTimeout: "No answer within the time limit",
        httpx2.ConnectError: "Cannot connect",
        httpx2.RemoteProtocolError: "The server broke off the connection",
    }
    return f"{words.get(type(error), type(error).__name__)}: {str(error) or 'no further detail'}"
