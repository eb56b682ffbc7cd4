"""Work that is finished once it was begun, whoever stops waiting for it: settlements, decisions, saved states."""

import asyncio
from collections.abc import Coroutine


class Chores:
    """Keeps hold of running tasks until they end. What is added handles its own errors."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def add(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Starts `work` and returns its task; shield it when waiting."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def close(self) -> None:
        """Returns once all work is done, also what is added meanwhile."""
        while self._running:
            await asyncio.wait(self._running)
