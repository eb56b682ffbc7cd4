"""The JSON-RPC stream seen whole: every message is shown, broken answers are mended, the end is announced."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import Context
from functools import partial
from types import TracebackType
from typing import Protocol, Self

import anyio
from mcp.shared.message import SessionMessage
from mcp.types import ErrorData, JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from tui.domain.clock import Clock
from tui.domain.events import FrameSeen
from tui.domain.ids import ServerName
from tui.domain.messages import Json
from tui.domain.text import clean_line
from tui.servers.transports.framing import UNREADABLE, SizedMessage
from tui.servers.transports.preview import body_of, label_of, preview
from tui.servers.transports.rate import Allowance
from tui.servers.transports.repair import repair
from tui.servers.transports.threaded import at_length

_CHANGES = frozenset(f"notifications/{noun}/list_changed" for noun in ("tools", "resources", "prompts"))
STATE_CHARS = 1_000_000
"""The longest `requestState` that is sent back."""
ASKING_CAP = 32
"""Requests of a server that may wait for our answer at the same time; the rest of a flood is dropped."""
_FLOOD_PER_S, _FLOOD_BURST = 1_000, 1_000
"""What a server may say unasked before it is read more slowly; the pipe or the socket then holds it back."""
_FLOOD_PAUSE_S = 0.02
_LOGGED = "notifications/message"
_CANCELLED = "notifications/cancelled"
_UPDATED = "notifications/resources/updated"
_WISHES = {"sampling/createMessage": "sampling", "roots/list": "roots"}


class Reading(Protocol):
    """The read half of a transport, as the SDK defines it."""

    async def receive(self) -> SessionMessage | Exception: ...
    async def aclose(self) -> None: ...


class Writing(Protocol):
    """The write half of a transport, as the SDK defines it."""

    async def send(self, item: SessionMessage, /) -> None: ...
    async def aclose(self) -> None: ...


class Tap:
    """Watches one connection. What it calls is called on the loop and must not wait."""

    def __init__(
        self,
        server: ServerName,
        *,
        show: Callable[[FrameSeen], None],
        issue: Callable[[str], None],
        junk: Callable[[str], None],
        logged: Callable[[Mapping[str, Json]], None],
        unpacked: Callable[[SessionMessage], SessionMessage],
        lists_changed: Callable[[], None],
        resource_changed: Callable[[str], None],
        lost: Callable[[], None],
        clock: Clock,
        allow: Collection[str] = (),
    ) -> None:
        self._server = server
        self._show = show
        self._issue = issue
        self._junk = junk
        self._logged = logged
        self._unpacked = unpacked
        self._lists_changed = lists_changed
        self._resource_changed = resource_changed
        self.lost = lost
        self._clock = clock
        self._refused = {method: wish for method, wish in _WISHES.items() if wish not in allow}
        self._methods: dict[int | str, str] = {}
        self._asking: set[int | str] = set()
        """The server's own requests that were not answered yet."""
        self._frames = Allowance(per_second=200, burst=400, clock=clock)
        self._unasked = Allowance(per_second=_FLOOD_PER_S, burst=_FLOOD_BURST, clock=clock)

    def sent(self, item: SessionMessage) -> None:
        """Notes a message on its way out."""
        message = item.message
        if isinstance(message, JSONRPCRequest):
            self._methods[message.id] = message.method
        elif isinstance(message, JSONRPCNotification) and message.method == _CANCELLED:
            self._methods.pop((message.params or {}).get("requestId", ""), None)
        self._publish("sent", item, None)

    def delivered(self, item: SessionMessage) -> None:
        """Notes that a message has left: an answer nobody fetches still takes its place."""
        if isinstance(item.message, JSONRPCResponse | JSONRPCError) and item.message.id is not None:
            self._asking.discard(item.message.id)

    async def received(self, item: SessionMessage | Exception) -> SessionMessage | Exception | None:
        """Returns what the session should see; None for what ends here."""
        method: str | None = None
        item = item if isinstance(item, Exception) else self._unpacked(item)
        if not isinstance(item, Exception) and isinstance(item.message, JSONRPCResponse | JSONRPCError):
            method = self._answered(item.message)
        if method is None and not self._unasked.take():
            await anyio.sleep(_FLOOD_PAUSE_S)
        if isinstance(item, Exception):
            self._junk(str(item)[:2_000])
            return None
        message = item.message
        self._publish("received", item, method)
        if isinstance(message, JSONRPCResponse) and _state_chars(message.result) > STATE_CHARS:
            self._issue("wanted too much kept for it between two rounds; its call was given up")
            return _given_up(message)
        if isinstance(message, JSONRPCResponse) and method:
            message.result = await at_length(
                _length(message.result), partial(repair, method, message.result), self._issue
            )
        elif isinstance(message, JSONRPCNotification):
            return None if self._heard(message) else item
        elif isinstance(message, JSONRPCRequest) and not self._may_ask(message):
            return None
        return item

    def _heard(self, message: JSONRPCNotification) -> bool:
        """Returns whether an announcement ends here: a storm is one flag then, not thousands of tasks."""
        params = message.params or {}
        if message.method == _CANCELLED and isinstance(given_up := params.get("requestId"), int | str):
            self._asking.discard(given_up)
        elif message.method == _LOGGED:
            self._logged(params)
            return True
        elif message.method in _CHANGES:
            self._lists_changed()
            return True
        elif message.method == _UPDATED:
            self._resource_changed(str(params.get("uri", "")))
            return True
        return False

    def _may_ask(self, message: JSONRPCRequest) -> bool:
        """Returns whether a request of the server is handed on: the session makes a task of each."""
        if message.id in self._asking or len(self._asking) >= ASKING_CAP:
            self._issue("asked for more at once than anybody could answer; the rest was dropped")
            return False
        self._asking.add(message.id)
        if wish := self._refused.get(message.method):
            self._issue(f"asked for {wish}, which it is not allowed")
        return True

    def _answered(self, message: JSONRPCResponse | JSONRPCError) -> str | None:
        key = message.id
        if isinstance(key, str) and key not in self._methods and key.isdecimal() and len(key) < 19:
            key = int(key)
        method = self._methods.pop(key, None) if key is not None else None
        if method is None:
            self._issue("answered a request nobody made, or nobody waits for any more")
        return method

    def _publish(self, direction: str, item: SessionMessage, method: str | None) -> None:
        if not self._frames.take():
            return
        message = item.message
        frame_id = getattr(message, "id", None)
        self._show(
            FrameSeen(
                server=self._server,
                direction="sent" if direction == "sent" else "received",
                label=label_of(message, method),
                request_id=clean_line("" if frame_id is None else frame_id, 60),
                size=_size(item),
                preview=preview(body_of(message)),
                at=self._clock.wall(),
            )
        )


def _size(item: SessionMessage) -> int:
    if isinstance(item, SizedMessage):
        return item.size
    return len(item.message.model_dump_json(by_alias=True, exclude_unset=True))


def _length(result: dict[str, Json]) -> int:
    return max((len(value) for value in result.values() if isinstance(value, list)), default=0)


def _state_chars(result: dict[str, Json]) -> int:
    state = result.get("requestState")
    return len(state) if isinstance(state, str) else 0


def _given_up(message: JSONRPCResponse) -> SessionMessage:
    said = f"The server wanted more than {STATE_CHARS:,} characters kept for it."
    error = ErrorData(code=UNREADABLE, message=said)
    return SessionMessage(JSONRPCError(jsonrpc="2.0", id=message.id, error=error))


class _Half:
    def __init__(self, inner: Reading | Writing) -> None:
        self._inner = inner

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class TappedReading(_Half):
    """The read half with the tap in it."""

    def __init__(self, inner: Reading, tap: Tap) -> None:
        super().__init__(inner)
        self._reading = inner
        self._tap = tap

    @property
    def last_context(self) -> Context | None:
        """The sender's context variables, which the SDK hands on to callbacks."""
        context: Context | None = getattr(self._reading, "last_context", None)
        return context

    async def receive(self) -> SessionMessage | Exception:
        while True:
            try:
                item = await self._reading.receive()
            except (anyio.EndOfStream, anyio.ClosedResourceError):
                self._tap.lost()
                raise
            seen = await self._tap.received(item)
            if seen is not None:
                return seen

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None


class TappedWriting(_Half):
    """The write half with the tap in it."""

    def __init__(self, inner: Writing, tap: Tap) -> None:
        super().__init__(inner)
        self._writing = inner
        self._tap = tap

    async def send(self, item: SessionMessage, /) -> None:
        self._tap.sent(item)
        try:
            await self._writing.send(item)
            self._tap.delivered(item)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            self._tap.lost()
            raise


@asynccontextmanager
async def tapped(
    transport: AbstractAsyncContextManager[tuple[Reading, Writing]], tap: Tap
) -> AsyncIterator[tuple[TappedReading, TappedWriting]]:
    """Puts `tap` between a transport and the session that uses it."""
    async with transport as (reading, writing):
        yield TappedReading(reading, tap), TappedWriting(writing, tap)
