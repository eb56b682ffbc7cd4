"""The resources of one server that somebody watches, and what the server says to each."""

import asyncio
from collections.abc import Callable

from tui.domain.errors import CallError

WATCH_CAP = 100


class Watches:
    """Outlives the server's connections: each new one takes them up again."""

    def __init__(self, told: Callable[[str, bool], None]) -> None:
        self._told = told
        """Hears of each URI whether it is watched from now on."""
        self._granted: set[str] = set()
        self._asked: dict[str, asyncio.Future[str]] = {}
        """Not answered yet by the server; the answer is why it refuses, empty when it does not."""
        self._changed = asyncio.Event()

    # --- a person

    async def watch(self, uri: str) -> None:
        """Returns once the server agreed to tell of changes. Raises CallError when it refuses, or 100 are watched."""
        if uri in self._granted:
            return
        if len(self.uris) >= WATCH_CAP:
            raise CallError(f"{WATCH_CAP} resources are watched already.", "Stop watching one first.")
        answer = self._asked.setdefault(uri, asyncio.get_running_loop().create_future())
        self._changed.set()
        try:
            problem = await asyncio.shield(answer)
        except asyncio.CancelledError:
            self.unwatch(uri)
            raise
        if problem:
            raise CallError(f"The server does not tell when {uri} changes: {problem}.", "Read it again instead.")

    def unwatch(self, uri: str) -> None:
        """Ends to watch a resource."""
        if uri in self._granted:
            self._granted.discard(uri)
            self._told(uri, False)
        asked = self._asked.pop(uri, None)
        if asked is not None and not asked.done():
            asked.set_result("nobody wants to know any more")
        self._changed.set()

    def unwatch_all(self) -> None:
        """Ends to watch everything: the server is gone."""
        for uri in self.uris:
            self.unwatch(uri)

    # --- whoever asks the server

    @property
    def uris(self) -> frozenset[str]:
        """All that is watched, or asked for."""
        return frozenset(self._granted) | frozenset(self._asked)

    def covering(self, uri: str) -> str | None:
        """Returns what is watched of a resource that changed: itself, or what it is part of; None when neither is.

        Source: MCP specification, resources: an update may name a sub-resource of what was subscribed to.
        """
        if uri in self.uris:
            return uri
        above = (each for each in self.uris if uri.startswith(each.rstrip("/") + "/"))
        return max(above, key=len, default=None)

    def begin(self) -> frozenset[str]:
        """Returns what is to be asked for now; `changed` tells of whatever comes after."""
        self._changed.clear()
        return self.uris

    async def changed(self) -> None:
        """Returns when something else is watched than `begin` said."""
        await self._changed.wait()

    def answer(self, uri: str, problem: str) -> None:
        """Notes the server's answer; a resource it says nothing about any more is no longer watched."""
        asked = self._asked.pop(uri, None)
        if problem:
            if uri in self._granted:
                self._granted.discard(uri)
                self._told(uri, False)
        elif uri not in self._granted and asked is not None:
            self._granted.add(uri)
            self._told(uri, True)
        if asked is not None and not asked.done():
            asked.set_result(problem)

    def refuse_new(self, problem: str) -> bool:
        """Refuses all that was not granted before. Returns whether there was any."""
        new = list(self._asked)
        for uri in new:
            self.answer(uri, problem)
        return bool(new)
