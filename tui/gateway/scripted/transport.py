"""A transport that answers like an endpoint on the network: client, parser and gateway run as they always do."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2

from tui.domain.clock import Clock, SystemClock
from tui.gateway.scripted.model import answer
from tui.gateway.scripted.providers import Behaviour
from tui.gateway.scripted.wire import events


class ScriptedTransport(httpx2.AsyncBaseTransport):
    """One scripted provider; its schedule of failures starts when it is made."""

    def __init__(self, behaviour: Behaviour, clock: Clock | None = None) -> None:
        self._behaviour = behaviour
        self._clock = clock or SystemClock()
        self._started = self._clock.monotonic()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answers `POST …/chat/completions` and `GET …/models`."""
        spells = self._behaviour.spells
        if spells and spells.down(self._clock.monotonic() - self._started):
            message = f"{self._behaviour.provider} is having one of its scheduled bad spells (this is the demo)"
            return _json(503, {"error": {"message": message, "code": 503}})
        if request.method == "GET":
            return _json(200, {"object": "list", "data": [{"id": self._behaviour.model.id, "object": "model"}]})
        body = json.loads(await request.aread())
        stream = _PacedStream(tuple(events(answer(body), body, self._behaviour)), self._behaviour)
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=stream)


class _PacedStream(httpx2.AsyncByteStream):
    """Events at the provider's pace."""

    def __init__(self, pieces: tuple[bytes, ...], behaviour: Behaviour) -> None:
        self._pieces = pieces
        self._behaviour = behaviour

    async def __aiter__(self) -> AsyncIterator[bytes]:
        await asyncio.sleep(self._behaviour.first_token_s)
        pause_s = 1 / self._behaviour.tokens_per_s if self._behaviour.tokens_per_s else 0.0
        for piece in self._pieces:
            yield piece
            await asyncio.sleep(pause_s)


def _json(status: int, document: Any) -> httpx2.Response:
    return httpx2.Response(status, json=document)
