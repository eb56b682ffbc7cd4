"""Time limits that a person's thinking does not use up, and allowances that a flood does."""

import asyncio

import anyio
import pytest

from tests.fakes.clock import FakeClock
from tui.servers.calling.deadline import Deadlines
from tui.servers.transports.rate import Allowance


async def never_ending(deadlines: Deadlines) -> None:
    with deadlines.limit(0.02):
        await anyio.sleep_forever()


async def test_a_block_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TimeoutError):
        await never_ending(Deadlines())


async def test_the_clock_stands_still_while_a_person_thinks() -> None:
    deadlines = Deadlines()
    answered = asyncio.Event()

    async def think() -> None:
        with deadlines.paused():
            await anyio.sleep(0.1)
        answered.set()

    with deadlines.limit(0.05):
        thinking = asyncio.create_task(think())
        await answered.wait()
    await thinking


@pytest.mark.parametrize("limited_first", [True, False], ids=["running-before", "begun-meanwhile"])
async def test_the_clock_runs_again_after_the_last_answer(limited_first: bool) -> None:
    deadlines = Deadlines()
    call = asyncio.create_task(never_ending(deadlines)) if limited_first else None
    await asyncio.sleep(0)
    with deadlines.paused(), deadlines.paused():
        call = call or asyncio.create_task(never_ending(deadlines))
        await anyio.sleep(0.05)
        assert not call.done()
    with pytest.raises(TimeoutError):
        await call


def test_an_allowance_is_used_up_and_comes_back() -> None:
    clock = FakeClock()
    allowance = Allowance(per_second=10, burst=3, clock=clock)
    assert [allowance.take() for _ in range(5)] == [True, True, True, False, False]
    assert allowance.refused == 2
    clock.advance(0.1)
    assert [allowance.take() for _ in range(2)] == [True, False]
