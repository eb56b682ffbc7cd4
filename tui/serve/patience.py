"""How long a connection may stand without a whole request: who only connects must not use up the places."""

import asyncio
from typing import Any, ClassVar

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState


class ImpatientConnection(H11Protocol):
    """Closes itself when no request was answered between two looks nor is at them, however slowly one trickles in.

    So it does when the body of one is still not whole after a while, and breaks off when its end is not taken.
    """

    headers_s: ClassVar[float] = 10.0
    """Between two looks."""
    body_s: ClassVar[float] = 60.0
    """A body at its bound takes it at 2 Mbit/s."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._idle = True
        self._seen: RequestResponseCycle | None = None
        self._seen_at = 0.0
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._look = self.loop.call_later(self.headers_s, self.look)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._look is not None:
            self._look.cancel()

    def look(self) -> None:
        """Closes the connection if nothing has happened since the look before; else looks again later."""
        idle = self.cycle is None or self.cycle.response_complete
        asked_since = self.cycle is not self._seen
        if (idle and self._idle and not asked_since) or self._is_trickling():
            self.transport.close()
            self._look = self.loop.call_later(self.body_s, self.transport.abort)
            return
        self._idle = idle
        self._look = self.loop.call_later(self.headers_s, self.look)

    def _is_trickling(self) -> bool:
        """Whether the body of the request at hand has been coming for too long."""
        if self.cycle is not self._seen:
            self._seen, self._seen_at = self.cycle, self.loop.time()
        return self._seen is not None and self._seen.more_body and self.loop.time() - self._seen_at >= self.body_s
