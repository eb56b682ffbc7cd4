"""The HTTP client under the SDK: our own headers only, no redirects, error bodies read within bounds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Generator, Mapping
from dataclasses import dataclass

import httpx2

from tui.gateway.upstream.events import Timeouts

MAX_ERROR_BYTES = 64 * 1024
_ERROR_BODY_S = 5.0
_KEPT = frozenset({"host", "accept", "content-type", "content-length", "connection", "transfer-encoding"})
UNREAD = {"x-stainless-raw-response": "stream"}
"""Tells the SDK, not the provider, to leave the body of an answer to its caller."""


@dataclass
class Refusal(Exception):  # noqa: N818 - an answer that is no success, on its way to be named
    """An answer with a status other than 2xx; the key is not in it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class OwnHeaders(httpx2.Auth):
    """Sends the key and the configured headers, and nothing the SDK takes from the environment."""

    def __init__(self, key: str | None, headers: Mapping[str, str]) -> None:
        self._headers = {"user-agent": "mcp-tui", "accept-encoding": "gzip, deflate"}
        if key:
            self._headers["authorization"] = f"Bearer {key}"
        self._headers |= {name.lower(): value for name, value in headers.items()}

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        for name in [name for name in request.headers if name.lower() not in _KEPT]:
            del request.headers[name]
        request.headers.update(self._headers)
        yield request


def guarded_client(
    key: str | None, headers: Mapping[str, str], timeouts: Timeouts, transport: httpx2.AsyncBaseTransport | None
) -> httpx2.AsyncClient:
    """Returns a client that raises Refusal for every answer that is no success."""
    return httpx2.AsyncClient(
        auth=OwnHeaders(key, headers),
        follow_redirects=False,
        timeout=httpx2.Timeout(timeouts.total_s, connect=timeouts.connect_s, read=None),
        event_hooks={"response": [_refuse]},
        transport=transport,
    )


async def bounded_body(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    """Returns at most `limit` decompressed bytes."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) >= limit:
            break
    return bytes(body[:limit])


async def _refuse(response: httpx2.Response) -> None:
    if response.is_success:
        return
    body = b""
    with contextlib.suppress(httpx2.HTTPError, TimeoutError):
        async with asyncio.timeout(_ERROR_BODY_S), contextlib.aclosing(response.aiter_bytes()) as chunks:
            body = await bounded_body(chunks, MAX_ERROR_BYTES)
    headers = {name.lower(): value for name, value in response.headers.items()}
    raise Refusal(response.status_code, headers, body)
