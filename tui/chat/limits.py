"""A turn's limits: at each a person is asked, a yes allows the same amount once more, a no ends the turn.

Of the budgets that other turns spend from too, those of a session, a day and a month, a yes allows a part more.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from tui.chat.guard import Ceiling, Repeats, shown_name
from tui.chat.ports import Gatekeeper
from tui.config.schema import ChatSettings
from tui.domain.clock import Clock
from tui.domain.ids import QuestionId, TurnId, new_id
from tui.domain.money import MicroUsd, OverBudget, format_usd
from tui.domain.questions import LimitKind, LimitQuestion, YesNoAnswer
from tui.domain.servers import ToolInfo
from tui.domain.text import CleanText

RAISED_BY = 4
"""A yes raises a budget by one part in so many of it, and by no less than the call that was refused needs."""


class Limits:
    """Counts what a turn uses and asks at a limit; `refused` is the reason after a no.

    The time in which a person is being asked something is nobody's use of it.
    """

    def __init__(
        self,
        settings: ChatSettings,
        gatekeeper: Gatekeeper,
        clock: Clock,
        turn_id: TurnId,
        max_cost_microusd: MicroUsd | None,
        *,
        raise_limit: Callable[[OverBudget, MicroUsd], None],
    ) -> None:
        self.refused: CleanText | None = None
        self._gatekeeper = gatekeeper
        self._clock = clock
        self._turn_id = turn_id
        self._raise_limit = raise_limit
        self._began = clock.monotonic() - gatekeeper.asked_s
        self._repeats = Repeats(settings.max_identical_calls)
        self._text: Ceiling | None = None
        self._rounds = Ceiling(settings.max_rounds)
        self._bytes = Ceiling(settings.max_turn_bytes)
        self._time = Ceiling(settings.turn_timeout_s)
        self._money = None if max_cost_microusd is None else Ceiling(max_cost_microusd)
        self._one_at_a_time = asyncio.Lock()

    def add_round(self) -> None:
        """Counts one request to the model."""
        self._rounds.used += 1

    def add_result(self, size: int) -> None:
        """Counts the bytes of one result."""
        self._bytes.used += size

    def add_cost(self, microusd: int | None) -> None:
        """Counts money; what is unknown cannot be counted."""
        if self._money is not None:
            self._money.used += microusd or 0

    def add_text(self, text: str) -> None:
        """Counts what the model said beside its calls."""
        self._text = self._repeats.of_text(text) if text.strip() else None
        if self._text is not None:
            self._text.used += 1

    @property
    def money_left(self) -> MicroUsd | None:
        """What the turn may still cost, None without a limit."""
        return None if self._money is None else MicroUsd(max(0, int(self._money.limit - self._money.used)))

    async def next_round_allowed(self) -> bool:
        """Asks for every limit that is reached. Returns False after a no."""
        self._time.used = self._clock.monotonic() - self._gatekeeper.asked_s - self._began
        checks: tuple[tuple[Ceiling | None, LimitKind, str], ...] = (
            (self._rounds, "rounds", f"The turn has asked the model {self._rounds.used:.0f} times."),
            (self._time, "time", f"The turn has run for {_span(self._time.used)}."),
            (self._bytes, "bytes", f"The tools' results add up to {self._bytes.used / 1_000:.0f} kB."),
            (self._money, "money", f"The turn has cost {format_usd(int(self._money.used))}." if self._money else ""),
            (self._text, "repeats", "The model keeps saying the same."),
        )
        for ceiling, limit, message in checks:
            if ceiling is not None and ceiling.reached and not await self._allowed(ceiling, limit, message):
                return False
        return self.refused is None

    async def call_allowed(self, tool: ToolInfo, arguments_json: str) -> bool:
        """Counts a call and asks when the same one was made too often. Returns False after a no."""
        ceiling = self._repeats.of_call(tool, arguments_json)
        async with self._one_at_a_time:
            message = f"The model made the same call of {shown_name(tool)} {ceiling.used:.0f} times and wants it again."
            if ceiling.reached and not await self._allowed(ceiling, "repeats", message):
                return False
            ceiling.used += 1
        return True

    async def more_money(self, beyond: OverBudget) -> bool:
        """Asks whether a call may pass a budget and raises it after a yes. Returns False after a no."""
        if beyond.scope == "request" and self._money is not None:
            return await self._more_for_turn(beyond, self._money)
        raised = MicroUsd(max(beyond.limit + beyond.limit // RAISED_BY, beyond.needed))
        if not await self._agreed("money", f"{beyond}", f"Raise it to {format_usd(raised)} until the program ends?"):
            return False
        self._raise_limit(beyond, raised)
        return True

    async def _more_for_turn(self, beyond: OverBudget, money: Ceiling) -> bool:
        """To the gateway what is left of the turn's money is the limit of one request, whose cost is counted here."""
        whole = replace(beyond, scope="turn", limit=MicroUsd(int(money.limit)), spent=MicroUsd(int(money.used)))
        raised = max(whole.limit + int(money.step), whole.needed)
        if not await self._agreed("money", f"{whole}", f"Raise it to {format_usd(raised)} for this turn?"):
            return False
        money.limit = raised
        return True

    async def _allowed(self, ceiling: Ceiling, limit: LimitKind, message: str) -> bool:
        if not await self._agreed(limit, message, "Should it go on?"):
            return False
        ceiling.lift()
        return True

    async def _agreed(self, limit: LimitKind, message: str, wish: str) -> bool:
        if self.refused is not None:
            return False
        question = LimitQuestion(QuestionId(new_id("question")), self._turn_id, limit, CleanText(f"{message} {wish}"))
        answer = await self._gatekeeper.ask(question)
        if isinstance(answer, YesNoAnswer) and answer.yes:
            return True
        self.refused = CleanText(f"Stopped at a limit. {message}")
        return False


def _span(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"
