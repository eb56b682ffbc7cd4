"""Newline-delimited JSON-RPC as real servers write it: bounded lines, junk told apart, small faults tolerated.

Source: MCP specification, transports, stdio; JSON-RPC 2.0. Pure: bytes in, messages out.
"""

import gc
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mcp.shared.message import SessionMessage
from mcp.types import ErrorData, JSONRPCError, JSONRPCMessage, JSONRPCNotification, JSONRPCRequest
from mcp.types import jsonrpc_message_adapter as adapter
from pydantic import ValidationError
from pydantic_core import from_json

from tui.domain.messages import Json
from tui.servers.transports.weight import REQUEST_VALUE_CAP, VALUE_CAP, count_values

LINE_CAP_BYTES = 8 * 1024 * 1024
DRAIN_CAP_BYTES = 256 * 1024 * 1024
"""A line longer than this is a stream without lines: the connection is given up."""
UNREADABLE = -32091
_HEAD_BYTES = 4_096
LONG_BYTES = 64 * 1024
"""From here on a message is read beside the loop."""
_HEAD_PARTS = 64
_REPLY_ID = re.compile(rb'"id"\s*:\s*(\d{1,18}|"[^"\\]{1,200}")')
_OUTCOME = re.compile(rb'"(result|error)"\s*:')
_DEPTH_CAP = 180
"""The SDK writes nothing nested deeper than about 250 levels."""
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Junk:
    """A line that is no JSON-RPC message: a banner, a log line, a broken one."""

    text: str


@dataclass
class SizedMessage(SessionMessage):
    """A message and the bytes of its line, so that nobody writes it out again to know them."""

    size: int = 0


@dataclass(frozen=True, slots=True)
class Oversized:
    """A line above the cap, already thrown away; `head` is how it began."""

    head: bytes
    size: int


class EndlessLineError(Exception):
    """The peer sends bytes without ever ending a line."""


class LineSplitter:
    """Cuts a byte stream into lines without ever holding more than `cap` bytes."""

    def __init__(self, cap: int = LINE_CAP_BYTES, drain_cap: int = DRAIN_CAP_BYTES) -> None:
        self._cap = cap
        self._drain_cap = drain_cap
        self._parts: list[bytes] = []
        self._held = 0
        self._dropped = 0
        self._head = b""

    def feed(self, chunk: bytes) -> Iterator[bytes | Oversized]:
        """Yields the lines `chunk` completes. Raises EndlessLineError when a line passes the drain cap."""
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            self._hold(chunk[start:end])
            yield self._take()
            start = end + 1
        self._hold(chunk[start:])

    def _hold(self, piece: bytes) -> None:
        if self._dropped or self._held + len(piece) > self._cap:
            if not self._dropped:
                self._head = (b"".join(self._parts[:_HEAD_PARTS]) or piece)[:_HEAD_BYTES]
                self._dropped = self._held
                self._parts.clear()
            self._dropped += len(piece)
            if self._dropped > self._drain_cap:
                raise EndlessLineError
            return
        if piece:
            self._parts.append(piece)
            self._held += len(piece)

    def _take(self) -> bytes | Oversized:
        line: bytes | Oversized
        line = Oversized(self._head, self._dropped) if self._dropped else b"".join(self._parts)
        self._parts.clear()
        self._held = self._dropped = 0
        self._head = b""
        return line


def parse_line(line: bytes) -> list[JSONRPCMessage | Junk]:
    """Returns the messages of one line: one, several for a batch, none for an empty line, or junk.

    An answer too broken to read, or of too many values, becomes an error answer with its own id, so that its call
    ends at once. Belongs into a thread for a line of LONG_BYTES.
    """
    line = line.removeprefix(b"\xef\xbb\xbf").strip()
    if len(line) < LONG_BYTES:
        return _parse(line) if line else []
    values = count_values(line)
    if values > VALUE_CAP:
        problem = f"The server's answer holds more than {VALUE_CAP:,} values, above the limit; it was thrown away."
        return [failed_answer(line[:_HEAD_BYTES], problem) or _thrown_away(line, VALUE_CAP)]
    messages = _parse(line)
    if values > REQUEST_VALUE_CAP:
        asked = (JSONRPCRequest, JSONRPCNotification)
        return [_thrown_away(line, REQUEST_VALUE_CAP) if isinstance(each, asked) else each for each in messages]
    return messages


def _thrown_away(line: bytes, cap: int) -> Junk:
    return Junk(f"[thrown away, it holds more than {cap:,} values] {line[:_HEAD_BYTES].decode('utf-8', 'replace')}")


def _parse(line: bytes) -> list[JSONRPCMessage | Junk]:
    try:
        return [adapter.validate_python(_read(line), by_name=False)]
    except ValueError:
        return _parse_leniently(line)


def _read(line: bytes) -> Json:
    """Reads first and validates then: validating while reading takes four times as long. Raises ValueError."""
    if len(line) < LONG_BYTES or not gc.isenabled():
        value: Json = from_json(line, allow_inf_nan=False)
        return value
    # All that is read is in use: looking for garbage among a million new values would double the stall.
    gc.disable()
    try:
        value = from_json(line, allow_inf_nan=False)
    finally:
        gc.enable()
    return value


def _parse_leniently(line: bytes) -> list[JSONRPCMessage | Junk]:
    text = line.decode("utf-8", "replace")
    if line[:1] not in (b"{", b"["):
        return [Junk(text)]
    try:
        value = _sound(json.loads(text, parse_constant=lambda _: None))
    except (ValueError, RecursionError):
        failed = failed_answer(line[:_HEAD_BYTES], "The server's answer is not readable JSON.")
        return [failed or Junk(text)]
    return [_message(item) for item in (value if isinstance(value, list) else [value])]


def _message(value: Json) -> JSONRPCMessage | Junk:
    """An answer that carries both a result and an error counts as an error."""
    if not isinstance(value, dict):
        return Junk(str(value)[:_HEAD_BYTES])
    if "method" in value:
        keys = ("id", "method", "params") if value.get("id") is not None else ("method", "params")
    else:
        keys = ("id", "error") if isinstance(value.get("error"), dict) else ("id", "result")
    wanted = {key: value[key] for key in keys if value.get(key) is not None}
    try:
        return adapter.validate_python({"jsonrpc": "2.0", **wanted}, by_name=False)
    except ValidationError:
        return failed_answer(json.dumps(value).encode()[:_HEAD_BYTES], "The server's answer is malformed.") or Junk(
            json.dumps(value)[:_HEAD_BYTES]
        )


def _sound(value: Json, depth: int = 0) -> Json:
    """Returns `value` with half characters, which no UTF-8 can carry, replaced. Raises ValueError when too deep."""
    if depth > _DEPTH_CAP:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_sound(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_sound(key): _sound(item, depth + 1) for key, item in value.items()}
    return value


def failed_answer(head: bytes, reason: str) -> JSONRPCError | None:
    """Returns an error answer to the request whose id stands in `head`; None when `head` is not an answer.

    Only an id before the result is trusted: one inside it would fail another call.
    """
    outcome = _OUTCOME.search(head)
    match = _REPLY_ID.search(head, 0, outcome.start()) if outcome else None
    if match is None or b'"method"' in head[: match.end()]:
        return None
    request_id: int | str = json.loads(match.group(1))
    return unreadable(request_id, reason)


def unreadable(request_id: int | str, reason: str) -> JSONRPCError:
    """Returns the error answer that stands for one that was not read."""
    return JSONRPCError(jsonrpc="2.0", id=request_id, error=ErrorData(code=UNREADABLE, message=reason))
