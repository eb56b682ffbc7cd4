"""How long an event loop stood still, and how much memory its process took meanwhile."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from resource import getpagesize

_TICK_S = 0.001
_SAMPLE_S = 0.002


class LoopWatch:
    """What was seen so far."""

    def __init__(self) -> None:
        self.began_bytes = self.most_bytes = resident_bytes()
        self.stall_s = 0.0
        """The longest time in which nothing else could run."""

    @property
    def added_mb(self) -> float:
        """The most memory that was resident above what it was in the beginning."""
        return (self.most_bytes - self.began_bytes) / 1e6


def resident_bytes() -> int:
    """Returns the memory of this process that is resident now (proc(5), statm)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()


@asynccontextmanager
async def watching() -> AsyncIterator[LoopWatch]:
    """Watches the loop, and the memory from a thread, for the length of the block."""
    watch, over = LoopWatch(), threading.Event()

    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_TICK_S)
            watch.stall_s = max(watch.stall_s, time.perf_counter() - began - _TICK_S)

    def sample() -> None:
        while not over.wait(_SAMPLE_S):
            watch.most_bytes = max(watch.most_bytes, resident_bytes())

    sampler, ticker = threading.Thread(target=sample), asyncio.create_task(tick())
    sampler.start()
    try:
        await asyncio.sleep(0.05)
        watch.stall_s = 0.0
        yield watch
        await asyncio.sleep(0.05)
    finally:
        over.set()
        ticker.cancel()
        sampler.join()
