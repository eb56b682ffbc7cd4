"""The desk knows for how long a person was being asked."""

import asyncio

from tests.fakes.clock import FakeClock
from tui.bus import Bus
from tui.desk import QuestionDesk
from tui.domain.ids import QuestionId, TurnId
from tui.domain.questions import LimitQuestion, YesNoAnswer
from tui.domain.text import CleanText


def question(name: str) -> LimitQuestion:
    return LimitQuestion(QuestionId(name), TurnId("turn_1"), "rounds", CleanText("Go on?"))


async def test_questions_that_wait_side_by_side_are_timed_once() -> None:
    clock = FakeClock()
    desk = QuestionDesk(Bus(), clock, attended=True)
    clock.advance(100)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(desk.ask(question("a")))
        second = group.create_task(desk.ask(question("b")))
        await asyncio.sleep(0)
        clock.advance(3)
        assert desk.asked_s == 3
        desk.answer(QuestionId("a"), YesNoAnswer(True))
        await first
        clock.advance(4)
        desk.answer(QuestionId("b"), YesNoAnswer(True))
        await second
    clock.advance(100)
    assert desk.asked_s == 7


async def test_with_nobody_there_no_time_passes() -> None:
    desk = QuestionDesk(Bus(), FakeClock(), attended=False)
    assert await desk.ask(question("a")) == YesNoAnswer(False)
    assert desk.asked_s == 0
