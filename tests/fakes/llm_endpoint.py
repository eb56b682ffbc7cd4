"""A Chat Completions endpoint on loopback that answers by script and notes what it was asked.

In a test: `async with LlmEndpoint([say("hello")]) as endpoint: …endpoint.base_url…`. As a program:
`python -m tests.fakes.llm_endpoint --port 0 --tokens 200 --rate 100` prints its base URL and serves until it is ended;
a last user message that holds `CALL {"name": …, "arguments": …}` makes it ask for that tool first.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.fakes.llm_replies import Chunk, Reply, call_tool, calls, chunk, ending, event, fail, models, raw, say

__all__ = [
    "Chunk",
    "LlmEndpoint",
    "Reply",
    "Seen",
    "by_keyword",
    "call_tool",
    "calls",
    "chunk",
    "ending",
    "event",
    "fail",
    "models",
    "raw",
    "say",
]


@dataclass(frozen=True)
class Seen:
    """One request as it arrived; header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any

    @property
    def last_message(self) -> Mapping[str, Any]:
        messages = self.body.get("messages") if isinstance(self.body, dict) else None
        return messages[-1] if messages else {}


Script = Iterable[Reply] | Callable[[Seen], Reply]


@dataclass
class LlmEndpoint:
    """Serves `script`: replies in order (then 500), or a function of the request. `GET …/models` is apart."""

    script: Script = ()
    models_reply: Reply = field(default_factory=lambda: models(["fake-1"]))
    port: int = 0
    requests: list[Seen] = field(default_factory=list)
    """Every POST, oldest first."""
    model_requests: list[Seen] = field(default_factory=list)
    """Every GET, oldest first."""

    def __post_init__(self) -> None:
        self._replies = None if callable(self.script) else iter(self.script)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0
        """Connections accepted so far."""
        self.arrived = asyncio.Event()
        """Set once a POST was read."""
        self.disconnected = asyncio.Event()
        """Set once a client closed its socket while an answer was being sent."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, limit=1 << 26, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(1)
        while first:
            seen = await _read_request(first, reader)
            (self.requests if seen.method == "POST" else self.model_requests).append(seen)
            if seen.method == "POST":
                self.arrived.set()
            # The next byte is either the next request's first one or the end of the client's side.
            next_byte = asyncio.ensure_future(reader.read(1))
            try:
                finished = await _send(self._reply_to(seen), writer, next_byte)
            except ConnectionError:
                self.disconnected.set()
                raise
            finally:
                if next_byte.done() and not next_byte.cancelled() and not next_byte.exception():
                    first = next_byte.result()
                    if not first:
                        self.disconnected.set()
                elif next_byte.done():
                    self.disconnected.set()
            if not finished:
                next_byte.cancel()
                return
            first = await next_byte

    def _reply_to(self, seen: Seen) -> Reply:
        if seen.method == "GET":
            return self.models_reply
        if self._replies is None:
            assert callable(self.script)
            return self.script(seen)
        return next(self._replies, fail(500, "the script has no further reply"))


async def _read_request(first: bytes, reader: asyncio.StreamReader) -> Seen:
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *fields = head.rstrip().split("\r\n")
    method, path, _ = line.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in fields)}
    data = await reader.readexactly(int(headers.get("content-length", 0)))
    return Seen(method, path, headers, json.loads(data) if data else None)


async def _send(reply: Reply, writer: asyncio.StreamWriter, closed: Awaitable[bytes]) -> bool:
    """Sends `reply`; returns whether the connection can be used again."""
    if not reply.status:
        return False
    fields = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
    writer.write(f"HTTP/1.1 {reply.status} Scripted\r\n{fields}transfer-encoding: chunked\r\n\r\n".encode("latin-1"))
    started = time.monotonic()
    for number, piece in enumerate(reply.chunks):
        if isinstance(piece, asyncio.Event):
            await writer.drain()
            if not await _opens(piece, closed):
                return False
            continue
        if piece:
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        if reply.rate:
            await asyncio.sleep(max(0.0, started + number / reply.rate - time.monotonic()))
        if reply.rate or not number % 64:
            await writer.drain()
    if reply.end == "clean":
        writer.write(b"0\r\n\r\n")
    await writer.drain()
    if reply.end == "reset":
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    return reply.end == "clean"


async def _opens(gate: asyncio.Event, closed: Awaitable[bytes]) -> bool:
    """Waits for the gate or for the client to leave; returns whether the gate opened."""
    opened = asyncio.ensure_future(gate.wait())
    try:
        await asyncio.wait({opened, asyncio.ensure_future(closed)}, return_when=asyncio.FIRST_COMPLETED)
        return gate.is_set()
    finally:
        opened.cancel()


# --- the runnable form

_PARAGRAPH = (
    "The gateway routes **every request** through a pool of providers and keeps a ledger of tokens, cost and latency. "
    "A failing one is `cooled down` while others take its load.\n\n"
    "## Section\n\n- first point\n- second point\n\n```python\nfor provider in pool:\n    provider.call()\n```\n\n"
)


def markdown_tokens(count: int) -> list[str]:
    """Returns `count` pieces of Markdown, about a word each."""
    words = [word + " " for word in _PARAGRAPH.split(" ")]
    return [words[number % len(words)] for number in range(count)]


def wanted_calls(text: str) -> list[tuple[str, Any]]:
    """Returns the calls a message asks for with `CALL {"name": …, "arguments": …}`."""
    found = []
    for start in (part for part in text.split("CALL ")[1:] if part.startswith("{")):
        call, _ = json.JSONDecoder().raw_decode(start)
        found.append((call["name"], call.get("arguments", {})))
    return found


def by_keyword(tokens: int, rate: float) -> Callable[[Seen], Reply]:
    """Returns a script: tools first where the last user message says so, else (and then) Markdown."""

    def reply(seen: Seen) -> Reply:
        last = seen.last_message
        content = last.get("content")
        text = content if isinstance(content, str) else json.dumps(content)
        if last.get("role") == "user" and (wanted := wanted_calls(text)):
            return calls(wanted)
        pieces = markdown_tokens(tokens)
        if last.get("role") == "tool":
            pieces = [f"The tool answered: {text}\n\n", *pieces]
        usage = {"prompt_tokens": len(json.dumps(seen.body)) // 4, "completion_tokens": len(pieces)}
        return say(pieces, usage=usage, rate=rate)

    return reply


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--rate", type=float, default=0.0, help="tokens a second; 0 is unlimited")
    options = parser.parse_args()
    async with LlmEndpoint(by_keyword(options.tokens, options.rate), port=options.port) as endpoint:
        print(endpoint.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
