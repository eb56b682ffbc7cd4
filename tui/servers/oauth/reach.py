"""How far a server may send us: never further into our own network than it stands itself.

Addresses that a server names (metadata, registration, tokens) are fetched only after every address of their host was
looked at, and the connection goes to an address that was looked at. Source: MCP specification, security best
practices, server-side request forgery.
"""

import asyncio
import ipaddress
import socket

import httpx2

from tui.domain.addresses import Address, Zone, zone_of


class OutOfReachError(httpx2.ConnectError):
    """A server sent us to an address it must not send us to."""


async def addresses_of(host: str, port: int) -> list[Address]:
    """Returns all addresses of a host, written as name or number. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends requests to where the server at `home` may send us; raises OutOfReachError for all others.

    Behind a proxy the proxy resolves names; then the check is all there is.
    """

    def __init__(self, home: str, inner: httpx2.AsyncBaseTransport, *, proxied: bool = False) -> None:
        self._home = httpx2.URL(home)
        self._inner = inner
        self._proxied = proxied
        self._limit: Zone | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        if url.scheme not in ("http", "https") or url.userinfo:
            raise OutOfReachError(f"{url.scheme} address refused", request=request)
        addresses = await self._allowed(request)
        if url.scheme == "http" and any(zone_of(address) is Zone.PUBLIC for address in addresses):
            raise OutOfReachError(f"{url.host} is asked for without encryption", request=request)
        if self._proxied:
            return await self._inner.handle_async_request(request)
        request.extensions = {**request.extensions, "sni_hostname": url.host}
        try:
            return await self._dial(request, addresses)
        finally:
            request.url = url

    async def _dial(self, request: httpx2.Request, addresses: list[Address]) -> httpx2.Response:
        """`localhost` has two addresses, and a server may listen on one of them only."""
        url = request.url
        *others, last = addresses
        for address in others:
            request.url = url.copy_with(host=str(address))
            try:
                return await self._inner.handle_async_request(request)
            except httpx2.ConnectError:
                continue
        request.url = url.copy_with(host=str(last))
        return await self._inner.handle_async_request(request)

    async def _allowed(self, request: httpx2.Request) -> list[Address]:
        url = request.url
        try:
            if self._limit is None:
                home = await addresses_of(self._home.host, _port(self._home))
                self._limit = max((zone_of(address) for address in home), default=Zone.PUBLIC)
            addresses = await addresses_of(url.host, _port(url))
        except (OSError, ValueError) as error:
            raise httpx2.ConnectError(f"{url.host} cannot be resolved: {error}", request=request) from error
        limit = min(self._limit, Zone.OWN_MACHINE)
        inside = [address for address in addresses if zone_of(address) > limit]
        if inside or not addresses:
            raise OutOfReachError(f"{url.host} lies inside a network the server may not reach into", request=request)
        return addresses

    async def aclose(self) -> None:
        await self._inner.aclose()


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)
