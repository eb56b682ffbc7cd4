"""A web server on loopback that answers each path with the bytes a test gives it and notes what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Web:
    """What it serves, by path: whole answers, head and body. A path it does not know stays unanswered."""

    answers: Mapping[str, bytes]
    port: int = 0
    heads: list[str] = field(default_factory=list)
    """The head of every request, as it came."""

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.heads.append(head)
            answer = self.answers.get(head.split(" ")[1])
            if answer is None:
                await reader.read()
                return
            writer.write(answer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def web(answers: Mapping[str, bytes] | None = None) -> AsyncIterator[Web]:
    """Runs a web server."""
    served = Web(answers or {})
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0)
    served.port = server.sockets[0].getsockname()[1]
    async with server:
        yield served


def ok(body: bytes, *fields: str) -> bytes:
    """Returns an answer with a body of known length."""
    return _head(200, f"content-length: {len(body)}", *fields) + body


def unmeasured(body: bytes) -> bytes:
    """Returns an answer that ends with the connection."""
    return _head(200) + body


def redirect(target: str, status: int = 302) -> bytes:
    """Returns an answer that points elsewhere and hands out a cookie."""
    return _head(status, f"location: {target}", "set-cookie: id=1", "content-length: 0")


def _head(status: int, *fields: str) -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status} Scripted", *fields, "", "")).encode("latin-1")
