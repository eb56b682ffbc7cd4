"""One reply of the model, read as it streams: text goes out at once, calls begin as soon as it is safe."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from tui.chat.calls import CallRun
from tui.chat.scope import Scope
from tui.domain.completion import (
    AttemptEnded,
    AttemptStarted,
    ChatRequest,
    ReasoningDelta,
    ReplyEnded,
    ReplyEvent,
    TextDelta,
    ToolCallReady,
    Usage,
)
from tui.domain.events import AttemptBegan, AttemptFinished, ReasoningArrived, TextArrived
from tui.domain.ids import AttemptId, CallId
from tui.domain.messages import ToolCall
from tui.domain.money import NO_COST, Cost, total_cost
from tui.domain.text import CleanText

TRUNCATED = CleanText("The reply was truncated here, so the arguments may be incomplete. Ask for the call again.")
CHANGED = CleanText("More arguments came after the call had seemed complete; it was not made. Ask for the call again.")
_OVERTAKEN = CleanText("Another attempt took over.")
_CUT_SHORT = ("length", "content_filter", "error")


class Reply:
    """The text and the calls of the attempt that counts; earlier attempts are left behind, never spliced."""

    def __init__(self, scope: Scope, round_number: int) -> None:
        self.runs: list[CallRun] = []
        self.ended: ReplyEnded | None = None
        self.attempt: AttemptStarted | None = None
        self.settled_early = False
        """A call took effect and then the attempt failed: what was said stands, no other attempt may redo it."""
        self._ends: dict[AttemptId, AttemptEnded | None] = {}
        """The attempts, oldest first, with how each ended."""
        self._scope = scope
        self._round = round_number
        self._fragments: list[CleanText] = []
        self._left_behind: list[CallRun] = []
        self._announced: dict[CallRun, ToolCall] = {}
        self._seen: set[tuple[CallId, int]] = set()

    @property
    def text(self) -> CleanText:
        """The answer so far."""
        return (self.ended.text if self.ended else None) or CleanText("".join(self._fragments))

    @property
    def cut(self) -> bool:
        """Whether the end of the reply is missing."""
        ended = self.ended
        return ended is None or ended.outcome != "complete" or ended.finish_reason in _CUT_SHORT

    @property
    def usage(self) -> Usage:
        """Tokens used; unknown while nobody said."""
        last = next(reversed(self._ends.values()), None)
        return self.ended.usage if self.ended else last.usage if last else Usage()

    @property
    def cost(self) -> Cost:
        """What all its attempts cost; unknown while nobody said."""
        if self.ended or not self._ends:
            return self.ended.cost if self.ended else Cost.unknown()
        ends = self._ends.values()
        return total_cost((NO_COST, *(end.cost if end else Cost.unknown() for end in ends)))

    async def read(self, request: ChatRequest) -> None:
        """Reads the reply to its end; its calls may still run afterwards."""
        stream = self._scope.outside.model.stream(request)
        try:
            async for event in stream:
                self._take(event)
                if self.settled_early:
                    break
        finally:
            await _close(stream)
        self._match_calls()

    def abort(self, reason: CleanText) -> None:
        """Ends every call that still runs, and tells how an attempt was settled that was left in the middle."""
        for run in (*self.runs, *self._left_behind):
            run.abort("cancelled", reason)
        for attempt_id in [attempt_id for attempt_id, end in self._ends.items() if end is None]:
            if settled := self._scope.outside.model.settled(attempt_id):
                self._end_attempt(replace(settled, reason=reason))

    async def settle(self, timeout_s: float) -> None:
        """Returns once every aborted call has its result, its server willing or not."""
        runs = (*self.runs, *self._left_behind)
        if runs:
            await asyncio.wait({run.task for run in runs}, timeout=timeout_s)
        for run in runs:
            run.let_go()
        for run in self._left_behind:
            await run.settled()

    def _take(self, event: ReplyEvent) -> None:
        publish, turn_id, now = self._scope.outside.publish, self._scope.turn_id, self._scope.outside.clock.wall()
        match event:
            case AttemptStarted():
                self._begin_attempt(event)
                publish(AttemptBegan(turn_id, self._round, event, now))
            case TextDelta():
                self._fragments.append(event.text)
                publish(TextArrived(turn_id, event.attempt_id, event.text))
            case ReasoningDelta():
                publish(ReasoningArrived(turn_id, event.attempt_id, event.text))
            case ToolCallReady():
                self._begin_call(event)
            case AttemptEnded():
                self._end_attempt(event)
                self.settled_early = event.will_retry and any(run.sent and run.side_effects for run in self.runs)
            case ReplyEnded():
                self.ended = event

    def _begin_attempt(self, attempt: AttemptStarted) -> None:
        for run in self.runs:
            run.abort("cancelled", _OVERTAKEN)
        self._left_behind += self.runs
        self.attempt, self.runs, self._fragments = attempt, [], []
        self._ends[attempt.attempt_id] = None
        self._seen.clear()

    def _end_attempt(self, end: AttemptEnded) -> None:
        outside = self._scope.outside
        self._ends[end.attempt_id] = end
        outside.publish(AttemptFinished(self._scope.turn_id, end, outside.clock.wall()))

    def _begin_call(self, ready: ToolCallReady) -> None:
        key = (ready.call.id, ready.position)
        if key in self._seen:
            return
        self._seen.add(key)
        for run in self.runs:
            run.release()
        self._start(ready.call)

    def _start(self, call: ToolCall) -> CallRun:
        run = CallRun(self._scope, self._scope.memory.own_call(call))
        self._announced[run] = call
        self.runs.append(run)
        return run

    def _match_calls(self) -> None:
        """Puts the calls in the reply's order, begins those that were not announced, holds back what was cut."""
        waiting, ordered = list(self.runs), []
        for call in self.ended.tool_calls if self.ended else ():
            run = next((run for run in waiting if self._announced[run].id == call.id), None)
            if run is None:
                run = self._start(call)
            else:
                waiting.remove(run)
                if self._announced[run].arguments_json != call.arguments_json:
                    run.refuse(CHANGED)
            ordered.append(run)
        self.runs = ordered + waiting
        for run in self.runs:
            if self.cut:
                run.refuse(TRUNCATED)
            else:
                run.release()


async def _close(stream: AsyncIterator[ReplyEvent]) -> None:
    """Closes a stream that was left early, which closes its socket."""
    close = getattr(stream, "aclose", None)
    if close is not None:
        await close()
