"""Server-sent events from raw bytes, however they are cut; pure, bounded, and deaf to bad UTF-8.

Source: WHATWG HTML, "Server-sent events", parsing an event stream.
"""

from dataclasses import dataclass

MAX_EVENT_BYTES = 8 * 1024 * 1024
MAX_COMMENT_BYTES = 400

_BOM = b"\xef\xbb\xbf"
_DATA = b"data: "


class EventTooLargeError(ValueError):
    """One event is larger than `MAX_EVENT_BYTES`."""


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One event, or a comment: a sign of life, whose beginning may hold what a gateway says of the answer."""

    data: str = ""
    name: str = ""
    comment: bool = False


class SseDecoder:
    """Takes bytes as they arrive; any cutting of the same bytes gives the same events."""

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max_event_bytes = max_event_bytes
        self._line = bytearray()
        self._data: list[str] = []
        self._size = 0
        self._name = ""
        self._started = False
        self._after_cr = False

    def feed(self, chunk: bytes) -> list[SseEvent]:
        """Returns the events that `chunk` completes. Raises EventTooLargeError."""
        if self._is_whole_event(chunk):
            return [SseEvent(chunk[len(_DATA) : -2].decode("utf-8", "replace"))]
        events: list[SseEvent] = []
        for line in self._lines(chunk):
            if event := self._take_line(line):
                events.append(event)
        return events

    def end(self) -> list[SseEvent]:
        """Returns what an unfinished last event held; providers forget the last blank line."""
        events: list[SseEvent] = []
        last_line = self._without_bom(bytes(self._line))
        self._line.clear()
        for line in (last_line, b""):
            if event := self._take_line(line):
                events.append(event)
        return events

    def _is_whole_event(self, chunk: bytes) -> bool:
        """Whether `chunk` is one event in one line, as most are, and nothing of an earlier chunk waits."""
        waiting = self._line or self._data or self._name or self._after_cr or not self._started
        return (
            not waiting
            and chunk.startswith(_DATA)
            and chunk.find(b"\n") == len(chunk) - 2
            and chunk.endswith(b"\n")
            and b"\r" not in chunk
            and len(chunk) <= self._max_event_bytes
        )

    def _lines(self, chunk: bytes) -> list[bytes]:
        """Cuts at CR, LF or CRLF; the unfinished rest waits."""
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        if b"\n" not in chunk and b"\r" not in chunk:
            self._line += chunk
            self._check_size()
            return []
        text = bytes(self._line + chunk) if self._line else chunk
        self._after_cr = text.endswith(b"\r")
        if b"\r" in text:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = text.split(b"\n")
        self._line = bytearray(rest)
        self._check_size()
        if lines:
            lines[0] = self._without_bom(lines[0])
        return lines

    def _without_bom(self, line: bytes) -> bytes:
        if self._started:
            return line
        self._started = True
        return line.removeprefix(_BOM)

    def _take_line(self, line: bytes) -> SseEvent | None:
        if not line:
            return self._dispatch()
        if line.startswith(b":"):
            return SseEvent(line[1:MAX_COMMENT_BYTES].decode("utf-8", "replace"), comment=True)
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._size += len(value)
            self._check_size()
            self._data.append(value.decode("utf-8", "replace"))
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")
        return None

    def _dispatch(self) -> SseEvent | None:
        data, name = self._data, self._name
        self._data, self._name, self._size = [], "", 0
        return SseEvent("\n".join(data), name) if data else None

    def _check_size(self) -> None:
        if len(self._line) + self._size > self._max_event_bytes:
            raise EventTooLargeError(f"one event is larger than {self._max_event_bytes:,} bytes")
