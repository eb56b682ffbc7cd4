"""When which endpoint is asked: cheap ones often, dear ones rarely, one at a time, and never in a chat's way.

What was read last is kept with its age. After errors the time to the next try doubles, with chance in it.
"""

import asyncio
import logging
import math
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from tui.domain.clock import Clock
from tui.domain.errors import CallError, ConnectError, McpTuiError
from tui.gateway.remote.reader import TIMEOUT_S, KeyRefusedError, NoJsonError, StatusError

LONGEST_REST_S = 120.0
ABSENT_REST_S = 600.0
"""A refused key, or an endpoint that this version does not have, is asked for again after so long."""
OLD_AFTER_POLLS = 3
"""A word is too old to tell how things stand once so many polls, and the time that one may take, passed without a new
one. Polls that were kept back for a chat do not count."""
_IDLE_S = 0.25
_LONGEST_HUSH_S = 30.0
"""A chat that waits for its first words keeps polls back no longer than this."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One endpoint, how it is read (raises McpTuiError), and how many seconds lie between two polls of it."""

    name: str
    read: Callable[[], Awaitable[object]]
    every_s: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What an endpoint last said. `document` is None and `age_s` too while it never answered."""

    topic: str
    document: object = None
    age_s: float | None = None
    trouble: McpTuiError | None = None
    """Why the newest attempt failed, or would; `document` is then what an earlier one read."""
    old: bool = False
    """Whether it is too long ago to tell how things stand now (see `OLD_AFTER_POLLS`)."""


@dataclass(slots=True)
class _Standing:
    topic: Topic
    due: float
    document: object = None
    read_at: float | None = None
    trouble: McpTuiError | None = None
    failures: int = 0
    reading: asyncio.Task[None] | None = field(default=None, repr=False)


class Schedule:
    """Keeps the newest document of each topic. `run` polls until it is cancelled; `fresh` reads for a person."""

    def __init__(
        self,
        topics: Iterable[Topic],
        clock: Clock,
        *,
        hushed: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._clock, self._sleep, self._chance, self._hushed = clock, sleep, chance, hushed
        self._standings = {topic.name: _Standing(topic, due=clock.monotonic()) for topic in topics}
        self._unreachable = 0
        self._out_of_reach: ConnectError | None = None
        """Why nothing can be had now, whatever is asked."""
        self._rest_until = -math.inf
        self._hushed_since: float | None = None

    def last(self, topic: str) -> Reading:
        """Returns what a topic last said; never asks anybody."""
        standing = self._standings[topic]
        trouble = standing.trouble or self._out_of_reach
        if standing.read_at is None:
            return Reading(topic, trouble=trouble)
        age_s = self._clock.monotonic() - standing.read_at
        holds_s = OLD_AFTER_POLLS * standing.topic.every_s + TIMEOUT_S
        # Without a failed attempt since, the polls may have waited for a chat.
        old = age_s > (holds_s if trouble else holds_s + _LONGEST_HUSH_S)
        return Reading(topic, standing.document, age_s, trouble, old)

    async def fresh(self, topic: str, within_s: float = 0.0) -> Reading:
        """Returns what a topic says now, or said less than `within_s` ago. Raises McpTuiError when it says nothing.

        With 0 the endpoint is asked after this call, so that an order that was given before it is seen.
        """
        standing = self._standings[topic]
        reading = self.last(topic)
        if reading.trouble is None and reading.age_s is not None and reading.age_s < within_s:
            return reading
        if not within_s and standing.reading is not None:
            await self._read(standing)
        await self._read(standing)
        if standing.trouble is not None:
            raise standing.trouble
        return self.last(topic)

    async def heard(self, topic: str, within_s: float = 0.0) -> Reading:
        """As `fresh`, but what goes wrong stands in the reading's `trouble`."""
        try:
            return await self.fresh(topic, within_s)
        except McpTuiError:
            return self.last(topic)

    async def run(self) -> None:
        """Polls what is due, one request at a time, until it is cancelled."""
        while True:
            standing = self._next()
            if standing is None:
                await self._sleep(_IDLE_S)
            else:
                await self._read(standing)

    async def close(self) -> None:
        """Ends what is being read."""
        reading = [standing.reading for standing in self._standings.values() if standing.reading]
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)

    def _next(self) -> _Standing | None:
        """The topic that is overdue the longest, None while nothing is due or a chat waits for its first words."""
        now = self._clock.monotonic()
        if now < self._rest_until or self._keeps_quiet(now):
            return None
        due = [standing for standing in self._standings.values() if standing.due <= now]
        return min(due, key=lambda standing: standing.due, default=None)

    def _keeps_quiet(self, now: float) -> bool:
        if not self._hushed():
            self._hushed_since = None
            return False
        if self._hushed_since is None:
            self._hushed_since = now
        return now - self._hushed_since < _LONGEST_HUSH_S

    async def _read(self, standing: _Standing) -> None:
        """Reads a topic; who wants the same meanwhile waits for the same answer. Raises CallError once closed."""
        reading = standing.reading
        if reading is None:
            reading = standing.reading = asyncio.get_running_loop().create_task(self._read_now(standing))
        # Unlike `await`, this ends nobody's task together with the reading: `close` ends only the latter.
        await asyncio.wait((reading,))
        if reading.cancelled():
            raise CallError(f"{standing.topic.name} ended before it was answered.", "Another gateway is in use now.")

    async def _read_now(self, standing: _Standing) -> None:
        try:
            document = await standing.topic.read()
        except McpTuiError as error:
            self._failed(standing, error)
        except Exception as error:  # edge: a poll; whatever broke it, the others go on
            logging.getLogger(__name__).warning("%s could not be read", standing.topic.name, exc_info=error)
            self._failed(standing, CallError(f"{standing.topic.name} could not be read.", "The log (7) says why."))
        else:
            now = self._clock.monotonic()
            standing.document, standing.read_at, standing.trouble, standing.failures = document, now, None, 0
            standing.due = now + standing.topic.every_s
            self._unreachable, self._out_of_reach, self._rest_until = 0, None, -math.inf
        finally:
            standing.reading = None

    def _failed(self, standing: _Standing, error: McpTuiError) -> None:
        standing.trouble, standing.failures = error, standing.failures + 1
        now = self._clock.monotonic()
        if isinstance(error, ConnectError):
            # Who cannot be reached by one way is not to be had by another: all wait.
            self._unreachable, self._out_of_reach = self._unreachable + 1, error
            self._rest_until = now + self._rest(standing.topic.every_s, self._unreachable)
            standing.due = self._rest_until
        elif isinstance(error, KeyRefusedError | NoJsonError) or (isinstance(error, StatusError) and error.not_there):
            standing.due = now + max(self._rest(standing.topic.every_s, standing.failures), ABSENT_REST_S)
        else:
            standing.due = now + self._rest(standing.topic.every_s, standing.failures)

    def _rest(self, every_s: float, failures: int) -> float:
        whole = min(LONGEST_REST_S, max(1.0, every_s) * 2.0 ** min(failures, 16))
        return whole * (0.5 + self._chance() / 2)
