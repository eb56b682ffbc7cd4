"""What a server writes beside the protocol: shown as events, at a bounded rate, the last lines kept."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Literal

from tui.domain.clock import Clock
from tui.domain.events import Event, ServerLogged
from tui.domain.ids import ServerName
from tui.domain.messages import Json
from tui.domain.text import CleanText, clean, clean_line
from tui.servers.transports.preview import mask_values, preview
from tui.servers.transports.rate import Allowance

Channel = Literal["stderr", "log", "junk", "http"]
TAIL_LINES = 40
_LINE_CHARS = 4_000


class ServerLog:
    """One server's lines."""

    def __init__(self, server: ServerName, publish: Callable[[Event], None], clock: Clock) -> None:
        self._server = server
        self._publish = publish
        self._clock = clock
        self._allowance = Allowance(per_second=100, burst=300, clock=clock)
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._last_http: str | None = None

    @property
    def tail(self) -> tuple[CleanText, ...]:
        """The last lines of its stderr, oldest first."""
        return tuple(map(_line, self._tail))

    @property
    def last_http(self) -> CleanText | None:
        """The newest HTTP failure."""
        return None if self._last_http is None else _line(self._last_http)

    def told(self, notification: Mapping[str, Json]) -> None:
        """Shows the params of a log notification."""
        if not self._granted("log"):
            return
        data, source = notification.get("data"), notification.get("logger")
        text = data if isinstance(data, str) else preview(data, _LINE_CHARS)
        level = str(notification.get("level", "info"))
        self._show("log", level, _line(f"{str(source)[:200]}: {text}" if source else text))

    def add(self, channel: Channel, text: str, level: str = "info") -> None:
        """Shows one line; of a flood only the count is shown."""
        # Nothing is cleaned that nobody will see: a flood is thousands of lines a second.
        if channel == "stderr":
            self._tail.append(text[:_LINE_CHARS])
        elif channel == "http":
            self._last_http = text[:_LINE_CHARS]
        if self._granted(channel):
            self._show(channel, level, _line(text))

    def _granted(self, channel: Channel) -> bool:
        left_out = self._allowance.refused
        if not self._allowance.take():
            return False
        if left_out:
            self._show(channel, "warning", CleanText(f"… {left_out:,} lines left out"))
        return True

    def _show(self, channel: Channel, level: str, text: CleanText) -> None:
        self._publish(ServerLogged(self._server, channel, clean_line(level, 20), text, self._clock.wall()))


def _line(text: str) -> CleanText:
    return clean(mask_values(text[:_LINE_CHARS]).rstrip())
