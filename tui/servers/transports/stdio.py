"""The stdio transport: one process, its three pipes, and the streams of messages the SDK reads and writes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage

from tui.domain.servers import ServerSpec
from tui.servers.transports import process as processes
from tui.servers.transports.descendants import new_token
from tui.servers.transports.framing import (
    LONG_BYTES,
    EndlessLineError,
    Junk,
    LineSplitter,
    Oversized,
    SizedMessage,
    failed_answer,
    parse_line,
)
from tui.servers.transports.threaded import beside

_CHUNK_BYTES = 64 * 1024
_STDERR_LINE_CAP = 4_096
_STDERR_PAUSE_S = 0.01
"""After each chunk: a server that floods its stderr gets a fair share of our time and no more."""

MessageSend = MemoryObjectSendStream[SessionMessage | Exception]
MessageReceive = MemoryObjectReceiveStream[SessionMessage | Exception]
Streams = tuple[MessageReceive, MemoryObjectSendStream[SessionMessage]]


@dataclass(frozen=True, slots=True)
class PipeListener:
    """Who hears about what is not a message."""

    started: Callable[[int], None]
    """The process runs; takes its pid."""
    stderr: Callable[[str], None]
    issue: Callable[[str], None]
    exited: Callable[[int | None], None]
    """The process has ended; takes its return code, None when unknown."""


@asynccontextmanager
async def stdio_transport(spec: ServerSpec, listener: PipeListener) -> AsyncIterator[Streams]:
    """Runs the server for the length of the block and ends it and its children whatever happens. Raises OSError."""
    token = new_token()
    process = await processes.start(spec, token)
    # No await between here and the task group: a cancellation in the gap would leak the process.
    listener.started(process.pid)
    incoming, read_stream = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    write_stream, outgoing = anyio.create_memory_object_stream[SessionMessage](64)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_read_stdout, process, incoming, listener)
        tasks.start_soon(_write_stdin, process, outgoing, incoming)
        tasks.start_soon(_read_stderr, process, listener)
        try:
            yield read_stream, write_stream
        finally:
            with anyio.CancelScope(shield=True):
                write_stream.close()
                read_stream.close()
                await processes.stop(process, token)
            tasks.cancel_scope.cancel()


async def _read_stdout(process: asyncio.subprocess.Process, incoming: MessageSend, listener: PipeListener) -> None:
    stdout = process.stdout
    assert stdout is not None
    splitter = LineSplitter()
    async with incoming:
        try:
            while chunk := await stdout.read(_CHUNK_BYTES):
                for line in splitter.feed(chunk):
                    await _deliver(line, incoming, listener)
        except EndlessLineError:
            listener.issue("sent bytes without ever ending a line; the connection was closed")
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            await _drain(stdout)
        except OSError:
            pass  # the pipe broke: the end of the stream says so
        # The code arrives a moment after the pipe closes; give it that moment so that the cause can be named.
        await processes.exited(process, 0.25)
        listener.exited(process.returncode)


async def _deliver(line: bytes | Oversized, incoming: MessageSend, listener: PipeListener) -> None:
    if isinstance(line, Oversized):
        listener.issue(f"sent a message of {line.size:,} bytes, above the limit; it was thrown away")
        failed = failed_answer(line.head, f"The result was too large ({line.size:,} bytes) and was thrown away.")
        if failed:
            await incoming.send(SessionMessage(failed))
        return
    for message in await beside(lambda: parse_line(line), heavy=len(line) >= LONG_BYTES):
        if isinstance(message, Junk):
            await incoming.send(ValueError(message.text))
        else:
            await incoming.send(SizedMessage(message, size=len(line)))


async def _drain(stdout: asyncio.StreamReader) -> None:
    """A server that still flushes its output must not block on a full pipe while it should exit."""
    while await stdout.read(_CHUNK_BYTES):
        pass


async def _write_stdin(
    process: asyncio.subprocess.Process,
    outgoing: MemoryObjectReceiveStream[SessionMessage],
    incoming: MessageSend,
) -> None:
    stdin = process.stdin
    assert stdin is not None
    async with outgoing:
        async for item in outgoing:
            try:
                stdin.write(item.message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n")
                await stdin.drain()
            except (OSError, RuntimeError):
                # Nobody reads any more: end the session rather than let its calls wait for their timeouts.
                incoming.close()
                return


async def _read_stderr(process: asyncio.subprocess.Process, listener: PipeListener) -> None:
    stderr = process.stderr
    assert stderr is not None
    splitter = LineSplitter(_STDERR_LINE_CAP, drain_cap=2**62)
    while chunk := await stderr.read(_CHUNK_BYTES):
        for line in splitter.feed(chunk):
            data = line.head + "…".encode() if isinstance(line, Oversized) else line
            if data.strip():
                listener.stderr(data.decode("utf-8", "replace"))
        await anyio.sleep(_STDERR_PAUSE_S)
    for line in splitter.feed(b"\n"):
        if isinstance(line, bytes) and line.strip():
            listener.stderr(line.decode("utf-8", "replace"))
