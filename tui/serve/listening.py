"""Where the HTTP side listens, and that nobody beyond this machine gets in without a key and a word from its owner."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from tui.domain.errors import ConnectError, RefusedError, UsageError
from tui.domain.text import clean_line
from tui.serve.patience import ImpatientConnection

CONNECTIONS_LIMIT = 256
KEEP_ALIVE_S = 15
"""Longer than clients keep a connection they do not use (five seconds with httpx): theirs is the first word."""
GRACE_S = 3
"""How long answers on their way may take when the server is stopped."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address to listen on; port 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = 20129
    exposed: bool = False
    """A person said that others than this machine may reach it."""

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def check_place(place: Place, *, keys_in_use: int, keyless: bool) -> None:
    """Raises RefusedError for a place that strangers could reach unasked, or without a key."""
    if place.is_loopback:
        return
    if not place.exposed:
        raise RefusedError(
            f"{clean_line(place.host)} can be reached from other machines.",
            "Add --expose if that is meant; keys cross the network in the clear unless a TLS proxy stands in front.",
        )
    if keyless or not keys_in_use:
        raise RefusedError(
            "Nothing is served to other machines without keys.", "Make one: mcp-tui serve keys add NAME --scope …"
        )


def bound(place: Place) -> socket.socket:
    """Returns a listening socket. Raises UsageError for an address that is none, ConnectError for one in use."""
    try:
        [(family, kind, _, _, address), *_] = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UsageError(f"{clean_line(place.host)} is no address of this machine.", str(error)) from error
    # With the protocol named, asyncio switches Nagle's algorithm off: small answers leave at once.
    listener = socket.socket(family, kind, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ConnectError(
            f"Cannot listen on {clean_line(place.host)}:{place.port}: {error.strerror}.", "Choose another --port."
        ) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Returns the address that a socket listens on."""
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Uvicorn(uvicorn.Server):
    """Leaves signals to the command line, which ends the engine, too, and tells when it has begun."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


async def listen(
    app: Starlette,
    listener: socket.socket,
    ready: Callable[[], None],
    connection: type[ImpatientConnection] = ImpatientConnection,
) -> None:
    """Serves until cancelled, then lets answers on their way go out; `ready` is called once requests are answered."""
    config = uvicorn.Config(
        app,
        http=connection,
        log_config=None,
        access_log=False,
        lifespan="on",
        ws="none",
        server_header=False,
        limit_concurrency=CONNECTIONS_LIMIT,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Uvicorn(config, ready)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
