"""The choice of a transport, and the HTTP ones (Streamable HTTP, the older HTTP+SSE) on a client of our own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client

from tui.domain.servers import ServerSpec
from tui.servers.oauth.authorized import AuthorizedTransport
from tui.servers.oauth.signin import SignIn
from tui.servers.transports.framing import LINE_CAP_BYTES
from tui.servers.transports.parcels import Parcels
from tui.servers.transports.stdio import PipeListener, stdio_transport
from tui.servers.transports.surviving import HttpListener, SurvivingTransport
from tui.servers.transports.tap import Reading, Writing

HTTP_FAILURES = (httpx2.HTTPError,)
"""What the SDK's older transport raises while it connects."""
_CONNECT_TIMEOUT_S = 15.0
_STREAM_READ_TIMEOUT_S = 3_600.0
"""Silence on a stream is normal; calls have their own timeout."""


def proxy_for(url: str) -> str | None:
    """Returns the environment's proxy for a URL; the library gives none to a client with a transport of its own."""
    parts = urlsplit(url)
    if not parts.hostname or proxy_bypass(parts.hostname):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def make_client(
    url: str, headers: Mapping[str, str], listener: HttpListener, signin: SignIn | None, parcels: Parcels
) -> httpx2.AsyncClient:
    """Returns a client for one server; compressed answers are not asked for."""
    proxy = proxy_for(url)
    inner: httpx2.AsyncBaseTransport = httpx2.AsyncHTTPTransport(proxy=proxy)
    if signin is not None:
        outward = httpx2.AsyncHTTPTransport(proxy=proxy)
        inner = AuthorizedTransport(signin, inner, outward, proxied=proxy is not None, failed=listener.failed)
    return httpx2.AsyncClient(
        transport=SurvivingTransport(listener, inner, parcels),
        headers={"accept-encoding": "identity", **headers},
        timeout=httpx2.Timeout(_CONNECT_TIMEOUT_S, read=_STREAM_READ_TIMEOUT_S),
        follow_redirects=False,
    )


@asynccontextmanager
async def _streamable_http(
    spec: ServerSpec, listener: HttpListener, signin: SignIn | None, parcels: Parcels
) -> AsyncIterator[tuple[Reading, Writing]]:
    async with (
        make_client(spec.url, spec.headers, listener, signin, parcels) as client,
        streamable_http_client(spec.url, http_client=client, max_sse_event_size=LINE_CAP_BYTES) as streams,
    ):
        yield streams


def _sse(
    spec: ServerSpec, listener: HttpListener, signin: SignIn | None, parcels: Parcels
) -> AbstractAsyncContextManager[tuple[Reading, Writing]]:
    def client(
        headers: dict[str, str] | None = None,
        timeout: httpx2.Timeout | None = None,  # noqa: ARG001 (ours is the same for every request)
        auth: httpx2.Auth | None = None,  # noqa: ARG001 (the SDK's factory signature)
    ) -> httpx2.AsyncClient:
        return make_client(spec.url, headers or {}, listener, signin, parcels)

    return sse_client(spec.url, headers=dict(spec.headers), httpx_client_factory=client)


def open_transport(
    spec: ServerSpec, pipes: PipeListener, http: HttpListener, signin: SignIn | None, parcels: Parcels
) -> AbstractAsyncContextManager[tuple[Reading, Writing]]:
    """Returns the transport `spec` asks for, not yet entered."""
    if spec.transport == "stdio":
        return stdio_transport(spec, pipes)
    over = _sse if spec.transport == "sse" else _streamable_http
    return over(spec, http, signin, parcels)
