"""A transcript of 5 000 messages beside one of 100: loading, paging, resizing, appending."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from textual.pilot import Pilot

from tests.bench.made_text import section
from tests.bench.measurement import Measurement
from tests.ui.widgets.transcript_app import TranscriptApp, arrive, reply, user
from tui.domain.transcript import AnyEntry

LONG, SHORT = 5_000, 100
STEPS = 20
"""Fewer than the pages of the short transcript, so that every page step moves."""


def measure_long_transcript() -> list[Measurement]:
    """Returns the row. Steps are lower quartiles of processor time: pauses and neighbours would hide what they cost."""
    asyncio.run(_measure(SHORT))  # loads the libraries
    short, long = asyncio.run(_measure(SHORT)), asyncio.run(_measure(LONG))
    figures = [Measurement(f"load {LONG} messages", "s", long["load"], short["load"], f"{SHORT} messages", 0.6)]
    return figures + [
        Measurement(
            f"{name} in {LONG} messages", "CPU ms", long[name] * 1e3, short[name] * 1e3, f"{SHORT} messages", None, 1.2
        )
        for name in ("page", "resize", "append", "stream")
    ]


def made_entries(count: int) -> list[AnyEntry]:
    """Returns questions and replies in turn."""
    return [
        user(f"question {number}", f"user_{number}") if number % 2 else reply(section(number), f"attempt_{number}")
        for number in range(count)
    ]


async def _measure(count: int) -> dict[str, float]:
    entries = made_entries(count)
    app = TranscriptApp()
    async with app.run_test(size=(120, 40)) as pilot:
        began = time.perf_counter()
        app.entries = entries
        app.show(epoch=1)
        await pilot.pause()
        seconds = {"load": time.perf_counter() - began}
        seconds["page"] = await _typical(pilot, lambda _: pilot.press("pageup"))
        app.transcript.follow_end()
        seconds["resize"] = await _typical(pilot, lambda step: pilot.resize_terminal(100 + step % 2 * 20, 40))

        async def append(step: int) -> None:
            app.entries.append(user(f"new {step}", f"new_{step}"))
            app.show(epoch=1)

        seconds["append"] = await _typical(pilot, append)
        open_reply = reply("", "open", streaming=True)
        app.entries.append(open_reply)

        async def stream(step: int) -> None:
            arrive(open_reply, f"words of step {step} and more ")
            app.show(epoch=1)

        seconds["stream"] = await _typical(pilot, stream)
    return seconds


async def _typical(pilot: Pilot[None], step: Callable[[int], Awaitable[object]]) -> float:
    taken: list[float] = []
    for number in range(STEPS):
        began = time.process_time()
        await step(number)
        await pilot.pause()
        taken.append(time.process_time() - began)
    return sorted(taken)[STEPS // 4]
