"""What a server writes beside the protocol: shown as events, at a bounded rate, the last lines kept."""

from collections import deque
from collections.abc import Callable
from typing import Literal

from tui.domain.clock import Clock
from tui.domain.events import Event, ServerLogged
from tui.domain.ids import ServerName
from tui.domain.text import CleanText, clean, clean_line
from tui.servers.transports.preview import mask_values
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
        self._tail: deque[CleanText] = deque(maxlen=TAIL_LINES)
        self.last_http: CleanText | None = None
        """The newest HTTP failure."""

    @property
    def tail(self) -> tuple[CleanText, ...]:
        """The last lines of its stderr, oldest first."""
        return tuple(self._tail)

    def add(self, channel: Channel, text: str, level: str = "info") -> None:
        """Shows one line; of a flood only the count is shown."""
        line = clean(mask_values(text[:_LINE_CHARS]).rstrip())
        if channel == "stderr":
            self._tail.append(line)
        elif channel == "http":
            self.last_http = line
        left_out = self._allowance.refused
        if not self._allowance.take():
            return
        if left_out:
            self._show(channel, "warning", CleanText(f"… {left_out:,} lines left out"))
        self._show(channel, level, line)

    def _show(self, channel: Channel, level: str, text: CleanText) -> None:
        self._publish(ServerLogged(self._server, channel, clean_line(level, 20), text, self._clock.wall()))
