"""A deadline that progress moves, kept by one timer, whoever else ends the wait."""

import asyncio

import pytest

from tui.gateway.upstream.events import Timeouts
from tui.gateway.upstream.watchdog import Watchdog

LONG_S, SHORT_S = 60.0, 0.02


def watchdog(first_token_s: float = LONG_S, idle_s: float = LONG_S, total_s: float = LONG_S) -> Watchdog:
    return Watchdog(Timeouts(first_token_s=first_token_s, idle_s=idle_s), total_s)


async def never() -> None:
    await asyncio.Event().wait()


async def soon(value: int) -> int:
    await asyncio.sleep(0)
    return value


@pytest.mark.parametrize(
    ("made", "reason"),
    [({"first_token_s": SHORT_S}, "No answer began"), ({"total_s": SHORT_S}, "The answer was not complete")],
)
async def test_a_wait_ends_at_the_deadline(made: dict[str, float], reason: str) -> None:
    guard = watchdog(**made)
    assert await guard.wait_for(soon(7)) == 7
    async with asyncio.timeout(LONG_S / 2):
        with pytest.raises(TimeoutError):
            await guard.wait_for(never())
    assert guard.expired().reason.startswith(reason)


async def test_after_the_first_progress_the_shorter_limit_holds_at_once() -> None:
    guard = watchdog(idle_s=SHORT_S)
    await guard.wait_for(soon(1))
    guard.progressed()
    async with asyncio.timeout(LONG_S / 2):
        with pytest.raises(TimeoutError):
            await guard.wait_for(never())
    assert guard.expired().reason.startswith("The answer stood still")


async def test_progress_moves_the_deadline_of_a_wait_under_way() -> None:
    guard = watchdog(first_token_s=SHORT_S, idle_s=LONG_S)
    waiting = asyncio.create_task(guard.wait_for(never()))
    await asyncio.sleep(0)
    guard.progressed()
    await asyncio.sleep(4 * SHORT_S)
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_deadline_that_passed_between_two_waits_ends_the_next_one() -> None:
    guard = watchdog(first_token_s=SHORT_S)
    await guard.wait_for(soon(1))
    await asyncio.sleep(4 * SHORT_S)
    async with asyncio.timeout(LONG_S / 2):
        with pytest.raises(TimeoutError):
            await guard.wait_for(never())


async def test_who_cancels_from_elsewhere_gets_a_cancellation() -> None:
    guard = watchdog()
    waiting = asyncio.create_task(guard.wait_for(never()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
