"""Fetches what a stranger's address names, and never anything inside our own network for him.

The name is resolved once, every address of it is looked at, and the connection goes to an address that was looked at,
so that no second answer of the name service counts. Each redirect is a new address. No cookie, credential or proxy of
ours goes along. Source: OWASP, Server-Side Request Forgery Prevention.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence

import httpx

from tui.domain.addresses import Address, Zone, zone_of
from tui.domain.errors import CallError, ConnectError, McpTuiError, RefusedError, UsageError
from tui.domain.text import clean_line

MAX_REDIRECTS = 3
TIMEOUT_S = 20.0
_CONNECT_S = 5.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"user-agent": "mcp-tui", "accept": "*/*", "accept-encoding": "identity", "connection": "close"}

Resolver = Callable[[str, int], Awaitable[Sequence[Address]]]


async def addresses_of(host: str, port: int) -> Sequence[Address]:
    """Returns all addresses of a host, written as name or number in any spelling. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]


class Fetcher:
    """Fetches by GET. `reach` is the innermost zone an address may lie in; NOWHERE stays closed whatever it says."""

    def __init__(
        self, *, reach: Zone = Zone.PUBLIC, resolve: Resolver = addresses_of, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._reach = min(reach, Zone.OWN_MACHINE)
        self._resolve = resolve
        self._timeout_s = timeout_s
        self._tls: ssl.SSLContext | None = None

    async def fetch(self, url: str, limit_bytes: int) -> bytes:
        """Returns the body, of at most `limit_bytes`.

        Raises UsageError for what is no web address, RefusedError for one that must not be asked, ConnectError and
        CallError when it does not answer, or not with a body of that size.
        """
        place = _web_address(url)
        try:
            # A transport alone: it has no cookies, no proxy and follows nothing; no connection is used twice, since
            # one that was opened for a name would serve every name at that address.
            limits = httpx.Limits(max_keepalive_connections=0)
            async with (
                asyncio.timeout(self._timeout_s),
                httpx.AsyncHTTPTransport(verify=await self._trusted(), limits=limits) as transport,
            ):
                return await self._follow(transport, place, limit_bytes)
        except TimeoutError:
            raise ConnectError(f"{_shown(place)} did not answer within {self._timeout_s:g} s.", _HINT) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            raise ConnectError(f"{_shown(place)} could not be fetched: {type(error).__name__}.", _HINT) from None

    async def _trusted(self) -> ssl.SSLContext:
        """Whose certificates count; read once, off the loop, since there are many."""
        if self._tls is None:
            self._tls = await asyncio.to_thread(httpx.create_ssl_context)
        return self._tls

    async def _follow(self, transport: httpx.AsyncHTTPTransport, url: httpx.URL, limit_bytes: int) -> bytes:
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._ask(transport, url)
            try:
                if response.status_code not in _REDIRECTS:
                    return await _body(response, url, limit_bytes)
                url = _web_address(str(url.join(response.headers.get("location", ""))))
            finally:
                await response.aclose()
        raise CallError(f"{_shown(url)} was reached by more than {MAX_REDIRECTS} redirects.", _HINT)

    async def _ask(self, transport: httpx.AsyncHTTPTransport, url: httpx.URL) -> httpx.Response:
        """Connects to one of the addresses that were looked at, the next where one does not take the connection."""
        request = httpx.Request("GET", url, headers=_HEADERS)
        timeout = httpx.Timeout(self._timeout_s, connect=_CONNECT_S)
        request.extensions = {"timeout": timeout.as_dict(), "sni_hostname": _host(url)}
        *others, last = await self._allowed(url)
        for address in others:
            request.url = url.copy_with(host=str(address))
            try:
                return await transport.handle_async_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        request.url = url.copy_with(host=str(last))
        return await transport.handle_async_request(request)

    async def _allowed(self, url: httpx.URL) -> Sequence[Address]:
        addresses = await self._resolve(_host(url), url.port or (443 if url.scheme == "https" else 80))
        if not addresses or any(zone_of(address) > self._reach for address in addresses):
            raise RefusedError(
                f"{_shown(url)} lies inside a network that strangers' addresses must not lead into.",
                "Give the file itself as a data URL, or a public address.",
            )
        return addresses


_HINT = "Check the address, or give the file itself as a data URL."


def _web_address(text: str) -> httpx.URL:
    """Raises UsageError for what is no plain http or https address."""
    try:
        url = httpx.URL(text)
        fits = url.scheme in ("http", "https") and bool(url.raw_host) and url.port != 0
    except (httpx.InvalidURL, ValueError, TypeError):
        raise UsageError("This is no address of the web.", _HINT) from None
    if not fits:
        raise UsageError("Only http and https addresses are fetched.", _HINT)
    if url.userinfo:
        raise RefusedError("An address with a name and password in it is not fetched.", "Leave them out.")
    return url


def _host(url: httpx.URL) -> str:
    return url.raw_host.decode("ascii")


def _shown(url: httpx.URL) -> str:
    """Scheme and host; the rest of an address may hold a secret."""
    return clean_line(f"{url.scheme}://{_host(url)}", 200)


async def _body(response: httpx.Response, url: httpx.URL, limit_bytes: int) -> bytes:
    if response.status_code != 200:
        raise CallError(f"{_shown(url)} answered {response.status_code}.", _HINT)
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit_bytes:
        raise _too_large(url, limit_bytes)
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > limit_bytes:
            raise _too_large(url, limit_bytes)
    return bytes(body)


def _too_large(url: httpx.URL, limit_bytes: int) -> McpTuiError:
    return CallError(f"{_shown(url)} sends more than {limit_bytes:,} bytes.", "Choose a smaller file.")
