"""The HTTP transports (Streamable HTTP and the older HTTP+SSE) on a client of our own that survives failures.

The SDK's transport dies with its first failed POST and hides every HTTP status. Here a failure becomes an ordinary
JSON-RPC error answer that names its cause, and bodies are bounded before they are decoded.
"""

import json
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from tui.domain.servers import ServerSpec
from tui.servers.framing import LINE_CAP_BYTES
from tui.servers.stdio import PipeListener, stdio_transport
from tui.servers.tap import Reading, Writing

HTTP_FAILED = -32090
"""JSON-RPC code of the answers made up here; `data.status` holds the HTTP status, None when nothing was received."""
HTTP_FAILURES = (httpx2.HTTPError,)
"""What the SDK's older transport raises while it connects."""
_CONNECT_TIMEOUT_S = 15.0
_STREAM_READ_TIMEOUT_S = 3_600.0
"""Silence on a stream is normal; calls have their own timeout."""


@dataclass(frozen=True, slots=True)
class HttpListener:
    """Who hears about HTTP itself."""

    failed: Callable[[str], None]
    """A response with an error status, in one sentence."""
    unreachable: Callable[[], None]
    """The server cannot be reached any more."""


class SurvivingTransport(httpx2.AsyncBaseTransport):
    """Sends requests; failures and error statuses come back as JSON-RPC errors, never as exceptions."""

    def __init__(self, listener: HttpListener, inner: httpx2.AsyncBaseTransport) -> None:
        self._listener = listener
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await self._inner.handle_async_request(request)
            if response.headers.get("content-type", "").lower().startswith("text/event-stream"):
                return response
            return await self._bounded(request, response)
        except httpx2.TransportError as error:
            sentence = f"{_said(error)} ({request.url.host})"
            self._listener.failed(sentence)
            if not isinstance(error, httpx2.TimeoutException) or isinstance(error, httpx2.ConnectTimeout):
                self._listener.unreachable()
            return _made_up(request, 503, sentence, None)

    async def _bounded(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
        try:
            body = await _read_body(response)
        finally:
            await response.aclose()
        if body is None:
            sentence = f"The server's answer is above the limit of {LINE_CAP_BYTES:,} bytes."
            self._listener.failed(sentence)
            return _made_up(request, 500, sentence, response.status_code)
        headers = [(k, v) for k, v in response.headers.items() if k not in ("content-encoding", "content-length")]
        if response.status_code >= 400 and not _speaks_json_rpc(body):
            return self._explained(request, response, body)
        return httpx2.Response(response.status_code, headers=headers, content=body, request=request)

    def _explained(self, request: httpx2.Request, response: httpx2.Response, body: bytes) -> httpx2.Response:
        status = response.status_code
        said = body[:200].decode("utf-8", "replace").strip()
        wait = response.headers.get("retry-after")
        sentence = f"HTTP {status} {response.reason_phrase}".strip()
        sentence += f" (try again after {wait[:40]})" if wait else ""
        if request.method == "POST":
            self._listener.failed(f"{sentence}: {said}" if said else sentence)
        if status == 404 and "mcp-session-id" in request.headers:
            # The server forgot the session, most often because it was restarted.
            self._listener.unreachable()
        return _made_up(request, status, sentence, status)

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _read_body(response: httpx2.Response) -> bytes | None:
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


def _made_up(request: httpx2.Request, status: int, message: str, seen_status: int | None) -> httpx2.Response:
    error = {"code": HTTP_FAILED, "message": message, "data": {"status": seen_status}}
    return httpx2.Response(status, json={"jsonrpc": "2.0", "id": None, "error": error}, request=request)


def _said(error: httpx2.TransportError) -> str:
    words = {
        httpx2.ConnectTimeout: "No connection within the time limit",
        httpx2.ReadTimeout: "No answer within the time limit",
        httpx2.ConnectError: "Cannot connect",
        httpx2.RemoteProtocolError: "The server broke off the connection",
    }
    return f"{words.get(type(error), type(error).__name__)}: {str(error) or 'no further detail'}"


def _proxy_for(url: str) -> str | None:
    """The environment's proxy; a client with a transport of its own is not given one by the library."""
    parts = urlsplit(url)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def make_client(url: str, headers: Mapping[str, str], listener: HttpListener) -> httpx2.AsyncClient:
    """Returns a client for one server; compressed answers are not asked for."""
    return httpx2.AsyncClient(
        transport=SurvivingTransport(listener, httpx2.AsyncHTTPTransport(proxy=_proxy_for(url))),
        headers={"accept-encoding": "identity", **headers},
        timeout=httpx2.Timeout(_CONNECT_TIMEOUT_S, read=_STREAM_READ_TIMEOUT_S),
        follow_redirects=False,
    )


@asynccontextmanager
async def _streamable_http(spec: ServerSpec, listener: HttpListener) -> AsyncIterator[tuple[Reading, Writing]]:
    async with (
        make_client(spec.url, spec.headers, listener) as client,
        streamable_http_client(spec.url, http_client=client, max_sse_event_size=LINE_CAP_BYTES) as streams,
    ):
        yield streams


def _sse(spec: ServerSpec, listener: HttpListener) -> AbstractAsyncContextManager[tuple[Reading, Writing]]:
    def client(
        headers: dict[str, str] | None = None,
        timeout: httpx2.Timeout | None = None,  # noqa: ARG001 (ours is the same for every request)
        auth: httpx2.Auth | None = None,  # noqa: ARG001 (the SDK's factory signature)
    ) -> httpx2.AsyncClient:
        return make_client(spec.url, headers or {}, listener)

    return sse_client(spec.url, headers=dict(spec.headers), httpx_client_factory=client)


def open_transport(
    spec: ServerSpec, pipes: PipeListener, http: HttpListener
) -> AbstractAsyncContextManager[tuple[Reading, Writing]]:
    """Returns the transport `spec` asks for, not yet entered."""
    if spec.transport == "stdio":
        return stdio_transport(spec, pipes)
    return _sse(spec, http) if spec.transport == "sse" else _streamable_http(spec, http)
