"""Runs a verb on an engine without a screen, and leaves no child behind whatever ends it."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from tui.bus import Bus
from tui.config.paths import Paths
from tui.config.schema import Settings
from tui.domain.events import NoticePosted
from tui.engine import Engine, running

Verb = Callable[[Engine], Awaitable[int]]
Say = Callable[[str], None]


def run_headless(settings: Settings, paths: Paths, verb: Verb, say: Say) -> int:
    """Returns the verb's exit code, or 128 + the signal that ended it. `say` is told what the start had to report."""
    return asyncio.run(_run(settings, paths, verb, say))


async def _run(settings: Settings, paths: Paths, verb: Verb, say: Say) -> int:
    ended_by: list[int] = []
    task = asyncio.create_task(_with_engine(settings, paths, verb, say))

    def leave(number: int) -> None:
        ended_by.append(number)
        task.cancel()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, leave, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not ended_by:
            raise
        return 128 + ended_by[0]


async def _with_engine(settings: Settings, paths: Paths, verb: Verb, say: Say) -> int:
    bus = Bus()
    start = bus.subscribe()
    async with running(settings, paths, bus) as engine:
        bus.unsubscribe(start)
        for event in start.drain():
            if isinstance(event, NoticePosted):
                say(f"mcp-tui: {event.text} {event.hint}".rstrip())
        return await verb(engine)
