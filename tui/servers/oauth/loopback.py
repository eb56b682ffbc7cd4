"""The page a browser is sent back to after a sign-in: one small listener on 127.0.0.1 (RFC 8252 §7.3)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

PATH = "/callback"
_REQUEST_BYTES = 16 * 1024
_READ_TIMEOUT_S = 10.0
_DONE = "Signed in. You can close this page and go back to mcp-tui."
_FAILED = "The sign-in was refused. You can close this page and go back to mcp-tui."
_UNKNOWN = "Nothing is waited for here."


@dataclass(frozen=True, slots=True)
class Return:
    """What came back with the browser (RFC 6749 §4.1.2, RFC 9207)."""

    code: str
    state: str
    iss: str | None
    error: str = ""


def read_return(address: str, state: str) -> Return | None:
    """Returns what an address the browser ended at carries; None when it does not answer the request `state`."""
    try:
        query = parse_qs(urlsplit(address.strip()).query, max_num_fields=50)
    except ValueError:
        return None

    def first(name: str) -> str:
        return query.get(name, [""])[0]

    if first("state") != state or not (first("code") or first("error")):
        return None
    error = ": ".join(part for part in (first("error"), first("error_description")) if part)
    return Return(first("code"), state, first("iss") or None, error)


class Loopback:
    """Waits for the browser. Requests that do not carry the right state are turned away and change nothing."""

    def __init__(self) -> None:
        self.redirect_uri = ""
        self._state = ""
        self._returned: asyncio.Future[Return] = asyncio.get_running_loop().create_future()

    def expect(self, state: str) -> None:
        """Names the request that may be answered from now on."""
        self._state = state
        self._returned = asyncio.get_running_loop().create_future()

    @property
    def arrived(self) -> bool:
        """Whether the browser came back."""
        return self._returned.done()

    async def returned(self) -> Return:
        """Waits for the browser to come back."""
        return await asyncio.shield(self._returned)

    def take(self, address: str) -> bool:
        """Takes an address the browser ended at, pasted by hand. Returns whether it answers the request."""
        found = read_return(address, self._state) if self._state else None
        if found is not None and not self._returned.done():
            self._returned.set_result(found)
        return found is not None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one request of a browser."""
        try:
            async with asyncio.timeout(_READ_TIMEOUT_S):
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, *_ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
                fits = method == "GET" and urlsplit(target).path == PATH and self.take(target)
                text = (_FAILED if self._returned.result().error else _DONE) if fits else _UNKNOWN
                writer.write(_page("200 OK" if fits else "404 Not Found", text))
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, OSError, ValueError):
            pass  # not a browser that came back
        finally:
            writer.close()


def _page(status: str, text: str) -> bytes:
    body = f"<!doctype html><meta charset=utf-8><title>mcp-tui</title><p>{text}".encode()
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {len(body)}\r\n"
        "cache-control: no-store\r\nreferrer-policy: no-referrer\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body


@asynccontextmanager
async def listening(port: int) -> AsyncIterator[Loopback]:
    """Listens on `port`, a free one for 0. Raises OSError when it is taken."""
    loopback = Loopback()
    server = await asyncio.start_server(loopback.serve, "127.0.0.1", port, limit=_REQUEST_BYTES)
    loopback.redirect_uri = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{PATH}"
    try:
        yield loopback
    finally:
        server.close()
