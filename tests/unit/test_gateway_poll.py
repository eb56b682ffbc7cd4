"""The poll behind the gateway's panel goes on, whatever a look at the gateway meets."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.fakes.clock import FakeClock
from tui.domain.errors import StorageError
from tui.domain.events import Event, GatewaySampled, NoticePosted
from tui.domain.gateway import GatewaySnapshot
from tui.domain.text import CleanText
from tui.gateway_poll import watch


def standing(at: float) -> GatewaySnapshot:
    return GatewaySnapshot(CleanText("embedded"), at)


class Gateway:
    """Answers each look with the next entry; the last look ends the test."""

    def __init__(self, looks: Sequence[GatewaySnapshot | Exception]) -> None:
        self._looks = list(looks)

    async def snapshot(self) -> GatewaySnapshot:
        if not self._looks:
            raise asyncio.CancelledError
        look = self._looks.pop(0)
        if isinstance(look, Exception):
            raise look
        return look


async def seen(*looks: GatewaySnapshot | Exception) -> list[Event]:
    events: list[Event] = []

    async def at_once(_seconds: float) -> None:
        pass

    with pytest.raises(asyncio.CancelledError):
        await watch(Gateway(looks), events.append, FakeClock(), at_once)
    return events


async def test_figures_are_told_once_while_only_the_time_moves_on():
    assert await seen(standing(1.0), standing(2.0)) == [GatewaySampled(standing(1.0))]


async def test_figures_of_a_gateway_outside_are_told_again_once_they_are_five_seconds_newer():
    one, soon, later = (GatewaySnapshot(CleanText("omni"), at) for at in (1.0, 5.0, 6.0))
    assert await seen(one, soon, later) == [GatewaySampled(one), GatewaySampled(later)]


@pytest.mark.parametrize("fault", [StorageError("no room left", "Free some."), ZeroDivisionError("oops")])
async def test_a_fault_is_told_once_and_the_next_look_is_taken(fault: Exception):
    notice, sampled = await seen(fault, fault, standing(3.0))
    assert isinstance(notice, NoticePosted)
    assert str(fault) in notice.text
    assert notice.hint
    assert sampled == GatewaySampled(standing(3.0))
