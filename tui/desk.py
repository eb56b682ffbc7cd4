"""The desk where questions wait for a person; futures stay here, the question itself travels as an event."""

import asyncio

from tui.bus import Bus
from tui.domain.clock import Clock
from tui.domain.events import QuestionAnswered, QuestionAsked
from tui.domain.ids import QuestionId
from tui.domain.questions import Answer, Question, refusal


class QuestionDesk:
    """Asks, waits, answers. With nobody there (`attended` false) every question gets a no at once."""

    def __init__(self, bus: Bus, clock: Clock, *, attended: bool) -> None:
        self._bus = bus
        self._clock = clock
        self.attended = attended
        self._waiting: dict[QuestionId, asyncio.Future[Answer]] = {}
        self._asking_since = 0.0
        self._asked_s = 0.0

    @property
    def asked_s(self) -> float:
        """Seconds so far in which at least one question waited for the person."""
        return self._asked_s + (self._clock.monotonic() - self._asking_since if self._waiting else 0.0)

    async def ask(self, question: Question) -> Answer:
        """Returns the answer; a cancelled wait takes the question back from the screen."""
        self._bus.publish(QuestionAsked(question))
        if not self.attended:
            answer = refusal(question)
            self._bus.publish(QuestionAnswered(question.id, answer))
            return answer
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        if not self._waiting:
            self._asking_since = self._clock.monotonic()
        self._waiting[question.id] = future
        answered: Answer | None = None
        try:
            answered = await future
            return answered
        finally:
            asked_s = self.asked_s
            self._waiting.pop(question.id, None)
            if not self._waiting:
                self._asked_s = asked_s
            self._bus.publish(QuestionAnswered(question.id, answered))

    def answer(self, question_id: QuestionId, answer: Answer) -> bool:
        """Answers a waiting question. Returns False when it no longer waits."""
        future = self._waiting.get(question_id)
        if future is None or future.done():
            return False
        future.set_result(answer)
        return True

    def withdraw_all(self) -> None:
        """Takes every waiting question back, and ends what waits for it: the program is leaving."""
        for future in list(self._waiting.values()):
            if not future.done():
                future.cancel()
