"""Serving MCP to the program that started this one, over its standard streams.

The MCP package's own reader waits in a thread that nothing can end while the other side stays silent, so that a signal
would hang. Here threads read and write that may be left behind.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any, cast

import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from tui.serve.app import BODY_LIMIT_BYTES
from tui.serve.underway import lingering

GRACE_S = 5.0
"""How long calls under way may take once the other side has closed."""
_CHUNK = 65_536
_AHEAD = 64
"""Messages read before those in front of them were taken."""


async def serve_stdio(server: Server[Any]) -> None:
    """Serves until the other side closes and its calls are answered, or were given their time.

    Meanwhile whatever writes to stdout ends up on stderr: the wire is MCP's.
    """
    with _wire() as (incoming, outgoing):
        reader, writer = _Reader(incoming), _Writer(outgoing)
        streams = (cast("anyio.AsyncFile[str]", each) for each in (reader, writer))
        async with (
            stdio_server(*streams) as (received, sent),
            lingering(received, sent, GRACE_S) as (incoming_calls, answers),
        ):
            await server.run(incoming_calls, answers, server.create_initialization_options())


@contextmanager
def _wire() -> Iterator[tuple[int, int]]:
    """Takes both streams out of the reach of everything else in this process."""
    sys.stdout.flush()
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    try:
        yield incoming, outgoing
    finally:
        # The descriptors themselves stay open: a thread that was left behind may still wait on one.
        os.dup2(incoming, 0)
        os.dup2(outgoing, 1)


class _Reader:
    """Lines as they come, each a message; what is too long to be one becomes an empty line."""

    def __init__(self, descriptor: int) -> None:
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue(_AHEAD)
        loop = asyncio.get_running_loop()

        def deliver(line: bytes | None) -> None:
            asyncio.run_coroutine_threadsafe(self._lines.put(line), loop).result()

        Thread(target=_read, args=(descriptor, deliver), name="stdin", daemon=True).start()

    async def __aiter__(self) -> AsyncIterator[str]:
        while (line := await self._lines.get()) is not None:
            yield line.decode("utf-8", "replace")


def _read(descriptor: int, deliver: Callable[[bytes | None], None]) -> None:
    # The loop may end at any moment: then nobody takes the line, and this thread has nothing left to do.
    with suppress(RuntimeError, asyncio.CancelledError):
        for line in _lines(descriptor):
            deliver(line)
        deliver(None)


def _lines(descriptor: int) -> Iterator[bytes]:
    begun, too_long = bytearray(), False
    # Nothing is left to read also where the terminal behind it has gone.
    with suppress(OSError):
        while chunk := os.read(descriptor, _CHUNK):
            *whole, rest = chunk.split(b"\n")
            for part in whole:
                yield b"" if too_long else bytes(begun + part)
                begun.clear()
                too_long = False
            begun += rest
            if len(begun) > BODY_LIMIT_BYTES:
                begun.clear()
                too_long = True
    if begun:
        yield bytes(begun)


class _Writer:
    """Writes whole lines, one after the other; whoever writes waits until the other side has room."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    async def write(self, text: str) -> None:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def finish() -> None:
            if not done.done():
                done.set_result(None)

        def work() -> None:
            # The other side may have gone, and the loop ended meanwhile.
            with suppress(OSError):
                _write(self._descriptor, text.encode())
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(finish)

        Thread(target=work, name="stdout", daemon=True).start()
        await done

    async def flush(self) -> None:
        """Nothing is held back."""


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
