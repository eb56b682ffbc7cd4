"""The pages of a gateway's management, read as facts, each with who told it and how long ago."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from tui.domain.errors import McpTuiError, NotExposedError
from tui.domain.gateway_witness import Witness
from tui.gateway.remote.adapter import Surroundings
from tui.gateway.remote.schedule import Reading, Schedule, Topic
from tui.gateway.remote.witnesses import relied_on, silent

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One endpoint that is read by GET, what its JSON says, and how many seconds lie between two polls of it."""

    path: tuple[str, ...]
    facts: Callable[[object], T]
    """Raises McpTuiError for another shape; runs in a thread, since a list of models may have many megabytes."""
    every_s: float
    query: Callable[[float], Mapping[str, str | int]] | None = None
    """What is asked for at a moment (wall clock); None: the page as it is."""

    @property
    def name(self) -> str:
        """As a person knows it."""
        return f"GET /{'/'.join(self.path)}"


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What a page said; `facts` is None while it never said anything."""

    facts: T | None
    witness: Witness
    trouble: McpTuiError | None = None
    old: bool = False
    """Whether the facts are too old to tell how things stand now (see `schedule.OLD_AFTER_POLLS`)."""

    @property
    def held(self) -> T | None:
        """The facts while they are new enough to rely on for how things stand."""
        return None if self.old else self.facts

    @property
    def heard(self) -> T:
        """The facts, however old. Raises why there are none."""
        if self.facts is None:
            raise self.trouble or NotExposedError(f"{self.witness.source} was not asked yet.", "Try again shortly.")
        return self.facts


class Pages:
    """Polls pages and remembers what they said. `get` asks the gateway; it raises McpTuiError."""

    def __init__(self, pages: Iterable[Page[Any]], get: Callable[..., Awaitable[object]], around: Surroundings) -> None:
        self._get, self._clock = get, around.clock
        self._schedule = Schedule(
            [Topic(page.name, self._reader(page), page.every_s) for page in pages], around.clock, hushed=around.hushed
        )

    async def run(self) -> None:
        """Polls until it is cancelled."""
        await self._schedule.run()

    async def close(self) -> None:
        """Ends what is being read."""
        await self._schedule.close()

    def last(self, page: Page[T]) -> Told[T]:
        """Returns what a page last said; asks nobody."""
        return _told(page, self._schedule.last(page.name))

    async def told(self, page: Page[T], within_s: float = 0.0) -> Told[T]:
        """Returns what a page says now, or said at most `within_s` ago; an older word where it says nothing now."""
        return _told(page, await self._schedule.heard(page.name, within_s))

    def _reader(self, page: Page[T]) -> Callable[[], Awaitable[object]]:
        async def read() -> object:
            query = page.query(self._clock.wall()) if page.query else {}
            return await asyncio.to_thread(page.facts, await self._get(*page.path, **query))

        return read


def _told(page: Page[T], reading: Reading) -> Told[T]:
    trouble = reading.trouble
    witness = (
        relied_on(page.name, reading.age_s)
        if trouble is None and reading.age_s is not None
        else silent(page.name, trouble.message if trouble else "not asked yet", age_s=reading.age_s)
    )
    return Told(cast("T | None", reading.document), witness, trouble, reading.old)
