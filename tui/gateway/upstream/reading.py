"""From body bytes to the end of an attempt: what the body is, what it says, whether it is whole. Pure."""

import json
from collections.abc import Sequence
from typing import Any, Literal

from tui.gateway.upstream.events import Piece, Working
from tui.gateway.upstream.failures import Failure, failure, failure_from_error
from tui.gateway.upstream.reply import Reply
from tui.gateway.upstream.sse import EventTooLargeError, SseDecoder, SseEvent

MAX_BODY_BYTES = 64 * 1024 * 1024

MAX_TRAILER = 40
_KEEP_ALIVES = frozenset({"", "ping", "keepalive", "keep-alive", "heartbeat"})


class BodyReader:
    """Takes the decompressed bytes of a successful answer; any cutting gives the same reply."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self.reply = Reply(secrets)
        self.content_type = ""
        """As the header had it; used only to say what came instead of an answer."""
        self.interrupted: Failure | None = None
        """What ended the reading from outside: a lost connection, a deadline."""
        self._secrets = secrets
        self._sse = SseDecoder()
        self._head = b""
        self._form: Literal["?", "sse", "json", "html"] = "?"
        self._json = bytearray()
        self._size = 0
        self.trailer: dict[str, str] = {}
        """What stood in comments as headers do, by name in lower case."""
        self.done_marker = False
        """`[DONE]` was seen: nothing follows."""

    @property
    def finished(self) -> bool:
        """Whether reading further makes no sense."""
        return self.done_marker or self.reply.failure is not None

    def feed(self, chunk: bytes) -> list[Piece]:
        """Returns what the bytes brought; `Working` alone when the model did not get on."""
        self._size += len(chunk)
        if self._size > MAX_BODY_BYTES:
            self._fail("malformed", f"the answer is larger than {MAX_BODY_BYTES:,} bytes")
            return []
        before = self.reply.progress
        pieces = self._feed_by_form(chunk)
        if not pieces and self.reply.progress == before and not self.finished:
            return [Working()]
        return pieces

    def end(self) -> list[Piece]:
        """The body is over, or was cut: returns the last pieces."""
        pieces: list[Piece] = []
        if self._form == "json" and not self.finished:
            pieces += self._take_whole_json()
        elif self._form == "sse" and not self.finished:
            for event in self._sse.end():
                pieces += self._take_event(event, last=True)
        pieces += self.reply.end()
        if self.end_is_proven:
            pieces += self.reply.calls_ready_at_end()
        return pieces

    @property
    def nothing_came(self) -> bool:
        """Whether the body held nothing but blanks."""
        return self._form == "?"

    @property
    def end_is_proven(self) -> bool:
        """Whether the provider said in any way that the answer is whole."""
        return self.reply.failure is None and (self.done_marker or self.reply.finish_reason is not None)

    def _feed_by_form(self, chunk: bytes) -> list[Piece]:
        if self._form == "?":
            self._head += chunk
            chunk, self._head = self._recognise(self._head), b"" if self._form != "?" else self._head
        if self._form == "json":
            self._json += chunk
        elif self._form == "html":
            self._refuse_page()
        elif self._form == "sse":
            return self._feed_events(chunk)
        return []

    def _recognise(self, head: bytes) -> bytes:
        """Looks at the first byte that matters; headers lie too often."""
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if not start or b"\xef\xbb\xbf".startswith(head):
            return b""
        self._form = "json" if start[:1] in b"{[" else "html" if start[:1] == b"<" else "sse"
        return head

    def _feed_events(self, chunk: bytes) -> list[Piece]:
        pieces: list[Piece] = []
        try:
            events = self._sse.feed(chunk)
        except EventTooLargeError as error:
            self._fail("malformed", str(error))
            return pieces
        for event in events:
            if self.finished:
                break
            pieces += self._take_event(event)
        return pieces

    def _take_event(self, event: SseEvent, *, last: bool = False) -> list[Piece]:
        data = event.data.strip()
        if event.comment:
            self._take_comment(data)
            return []
        if not data.startswith("{") and (data.startswith(":") or data.lower() in _KEEP_ALIVES):
            return []
        if data == "[DONE]":
            self.done_marker = True
            return []
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            if not last:
                self._fail("malformed", "the provider sent a chunk that is not JSON")
            return []
        if event.name == "error" and isinstance(document, dict) and not document.get("error"):
            document = {"error": document}
        return self.reply.feed(document)

    def _take_comment(self, text: str) -> None:
        name, equals, value = text.partition("=")
        if equals and name.startswith("x-") and len(self.trailer) < MAX_TRAILER:
            self.trailer[name.lower()] = value.strip()

    def _take_whole_json(self) -> list[Piece]:
        try:
            document: Any = json.loads(self._json.decode("utf-8-sig", "replace"))
        except (ValueError, RecursionError):
            self._fail("malformed", "the provider sent JSON that does not parse")
            return []
        pieces = self.reply.feed(document)
        known = isinstance(document, dict) and isinstance(document.get("choices"), list)
        if self.reply.failure is None and not known:
            self.reply.failure = failure_from_error(document, secrets=self._secrets)
        elif known:
            # A whole body is its own evidence of an end.
            self.done_marker = True
        return pieces

    def _refuse_page(self) -> None:
        shown = self.content_type.partition(";")[0].strip().lower() or "a web page"
        hint = "Check base_url: it must point to the API (often it ends in /v1). A proxy or a login page may answer."
        self.reply.failure = failure("malformed", f"This is not an LLM API: it answered with {shown}", hint=hint)

    def _fail(self, kind: Literal["malformed"], reason: str) -> None:
        self.reply.failure = failure(kind, reason)
