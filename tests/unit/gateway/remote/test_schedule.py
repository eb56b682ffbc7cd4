"""Polls: cheap ones often, dear ones rarely, one at a time, later and later after errors, never in a chat's way."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.fakes.clock import FakeClock
from tui.domain.errors import CallError, ConnectError, McpTuiError
from tui.gateway.remote.reader import KeyRefusedError, StatusError
from tui.gateway.remote.schedule import ABSENT_REST_S, LONGEST_REST_S, Schedule, Topic

DOWN = ConnectError("Nothing listens there.", "Start it.")
BROKEN = CallError("It answered 500.", "Look there.")


@dataclass
class Endpoint:
    """Answers with how often it was asked, or with `trouble`."""

    asked: int = 0
    trouble: Exception | None = None
    gate: asyncio.Event | None = None

    async def read(self) -> object:
        self.asked += 1
        asked = self.asked
        if self.gate:
            await self.gate.wait()
        if self.trouble:
            raise self.trouble
        return asked


@dataclass
class Stage:
    """A schedule whose time goes on by each rest of its loop; it ends once `until` seconds have passed."""

    endpoints: dict[str, Endpoint]
    every_s: dict[str, float] = field(default_factory=dict)
    hushed: Callable[[], bool] = lambda: False
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        topics = [Topic(name, one.read, self.every_s.get(name, 1.0)) for name, one in self.endpoints.items()]
        self.end = self.clock.monotonic()
        self.schedule = Schedule(topics, self.clock, hushed=self.hushed, sleep=self._rest, chance=lambda: 1.0)

    async def _rest(self, seconds: float) -> None:
        if self.clock.monotonic() >= self.end:
            raise asyncio.CancelledError
        self.clock.advance(seconds)

    async def run(self, seconds: float) -> None:
        self.end = self.clock.monotonic() + seconds
        with pytest.raises(asyncio.CancelledError):
            await self.schedule.run()


async def test_each_topic_is_read_as_often_as_it_may_be():
    stage = Stage({"cheap": Endpoint(), "dear": Endpoint()}, {"cheap": 2.0, "dear": 20.0})
    await stage.run(39.0)
    assert (stage.endpoints["cheap"].asked, stage.endpoints["dear"].asked) == (20, 2)


async def test_what_was_read_last_is_kept_with_its_age_through_errors():
    endpoint = Endpoint()
    stage = Stage({"a": endpoint}, {"a": 100.0})
    assert (stage.schedule.last("a").document, stage.schedule.last("a").age_s) == (None, None)
    await stage.schedule.fresh("a")
    endpoint.trouble = DOWN
    stage.clock.advance(30.0)
    reading = await stage.schedule.heard("a")
    assert (reading.document, reading.age_s, reading.trouble) == (1, 30.0, DOWN)
    with pytest.raises(ConnectError):
        await stage.schedule.fresh("a")


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [(DOWN, 6), (BROKEN, 6), (KeyRefusedError(403, "no", ""), 1), (StatusError(404, "no", ""), 1)],
)
async def test_after_errors_the_next_try_is_later_and_later(trouble: McpTuiError, expected: int):
    # 2, 4, 8, 16 and 32 seconds, or ten minutes where nothing is there for this key.
    stage = Stage({"a": Endpoint(trouble=trouble)})
    await stage.run(63.0)
    assert stage.endpoints["a"].asked == expected


async def test_no_rest_is_longer_than_the_longest():
    stage = Stage({"a": Endpoint(trouble=BROKEN), "b": Endpoint(trouble=StatusError(404, "no", ""))})
    await stage.run(1_000.0)
    before = stage.endpoints["a"].asked
    await stage.run(LONGEST_REST_S + 1)
    assert stage.endpoints["a"].asked == before + 1
    await stage.run(ABSENT_REST_S)
    assert stage.endpoints["b"].asked == 3


async def test_one_endpoint_out_of_reach_keeps_all_from_being_asked():
    stage = Stage({"a": Endpoint(trouble=DOWN), "b": Endpoint()})
    await stage.run(1.0)
    assert (stage.endpoints["a"].asked, stage.endpoints["b"].asked) == (1, 0)
    stage.endpoints["a"].trouble = None
    await stage.run(4.0)
    assert stage.endpoints["b"].asked > 0


async def test_a_fault_of_the_program_in_one_topic_leaves_the_others_polled():
    stage = Stage({"a": Endpoint(trouble=ZeroDivisionError()), "b": Endpoint()})
    await stage.run(5.0)
    assert stage.endpoints["b"].asked >= 5
    assert isinstance(stage.schedule.last("a").trouble, CallError)


async def test_polls_wait_while_a_chat_waits_for_its_first_words_but_not_for_ever():
    stage = Stage({"a": Endpoint()}, hushed=lambda: True)
    await stage.run(29.0)
    assert stage.endpoints["a"].asked == 0
    await stage.run(3.0)
    assert stage.endpoints["a"].asked > 0


async def test_polls_are_one_at_a_time():
    gate = asyncio.Event()
    stage = Stage({"a": Endpoint(gate=gate), "b": Endpoint()})
    polling = asyncio.create_task(stage.run(1.0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (stage.endpoints["a"].asked, stage.endpoints["b"].asked) == (1, 0)
    gate.set()
    await polling
    assert stage.endpoints["b"].asked > 0


async def test_who_asks_for_the_same_meanwhile_shares_the_answer():
    endpoint = Endpoint(gate=asyncio.Event())
    stage = Stage({"a": endpoint})
    both = asyncio.gather(stage.schedule.fresh("a", 2.0), stage.schedule.fresh("a", 2.0))
    await asyncio.sleep(0)
    assert endpoint.gate
    endpoint.gate.set()
    assert [reading.document for reading in await both] == [1, 1]
    assert (await stage.schedule.fresh("a", 2.0)).document == 1


async def test_a_word_from_before_an_order_is_not_taken_for_one_after_it():
    endpoint = Endpoint(gate=asyncio.Event())
    stage = Stage({"a": endpoint})
    earlier = asyncio.ensure_future(stage.schedule.fresh("a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = asyncio.ensure_future(stage.schedule.fresh("a"))
    await asyncio.sleep(0)
    assert endpoint.gate
    endpoint.gate.set()
    assert ((await earlier).document, (await later).document) == (1, 2)


async def test_who_waits_for_a_gateway_that_is_left_is_told_and_not_cancelled():
    endpoint = Endpoint(gate=asyncio.Event())
    stage = Stage({"a": endpoint})
    waiting = asyncio.create_task(stage.schedule.fresh("a"))
    while not endpoint.asked:
        await asyncio.sleep(0)
    await stage.schedule.close()
    with pytest.raises(CallError, match="ended before it was answered"):
        await waiting


async def test_who_stops_waiting_leaves_the_reading_to_others():
    endpoint = Endpoint(gate=asyncio.Event())
    stage = Stage({"a": endpoint})
    first, second = (asyncio.create_task(stage.schedule.fresh("a", 1.0)) for _ in range(2))
    while not endpoint.asked:
        await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait((first,))
    assert first.cancelled()
    assert endpoint.gate
    endpoint.gate.set()
    assert (await second).document == 1


async def test_a_person_who_asks_is_told_of_a_fault_of_the_program_as_of_any_trouble():
    stage = Stage({"a": Endpoint(trouble=ZeroDivisionError())})
    with pytest.raises(CallError, match="a could not be read"):
        await stage.schedule.fresh("a")


async def test_a_word_is_old_once_three_polls_and_the_time_of_one_brought_no_new_one() -> None:
    endpoint = Endpoint()
    stage = Stage({"a": endpoint}, {"a": 5.0})
    assert not (await stage.schedule.fresh("a")).old
    endpoint.trouble = DOWN
    await stage.schedule.heard("a")
    stage.clock.advance(25.0)
    assert not stage.schedule.last("a").old
    stage.clock.advance(0.1)
    assert stage.schedule.last("a").old
    endpoint.trouble = None
    assert not (await stage.schedule.fresh("a")).old


async def test_polls_that_wait_for_a_chat_make_no_word_old() -> None:
    stage = Stage({"a": Endpoint()}, {"a": 5.0})
    await stage.schedule.fresh("a")
    stage.clock.advance(55.0)
    assert not stage.schedule.last("a").old
    stage.clock.advance(0.1)
    assert stage.schedule.last("a").old


def test_what_was_never_told_is_not_old() -> None:
    assert not Stage({"a": Endpoint()}).schedule.last("a").old


async def test_who_cannot_be_reached_by_one_way_is_out_of_reach_by_all() -> None:
    """What is asked for often is not asked at all while everything rests."""
    reached, lost = Endpoint(), Endpoint(trouble=DOWN)
    stage = Stage({"a": reached, "b": lost}, {"a": 2.0})
    await stage.schedule.fresh("a")
    await stage.schedule.heard("b")
    stage.clock.advance(16.1)
    assert (stage.schedule.last("a").trouble, stage.schedule.last("a").old) == (DOWN, True)
    await stage.schedule.fresh("a")
    assert stage.schedule.last("a").trouble is None
    lost.trouble = BROKEN
    await stage.schedule.heard("b")
    assert stage.schedule.last("a").trouble is None
