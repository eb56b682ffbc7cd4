"""One request relayed: its facts followed to their end, and told the caller whole or as a stream."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

from tui.domain.clock import Clock
from tui.domain.completion import (
    AttemptEnded,
    AttemptStarted,
    ChatRequest,
    ReasoningDelta,
    ReplyEnded,
    ReplyEvent,
    TextDelta,
    ToolCallReady,
)
from tui.domain.money import Cost, total_cost
from tui.domain.text import CleanText
from tui.serve.multimodal.answers import paid
from tui.serve.multimodal.ports import ModelGateway
from tui.serve.openai_api.answers import DONE, Chunks, Way, completion, event
from tui.serve.openai_api.refusals import Refusal, broken_off, of_end
from tui.serve.openai_api.wire import Wire
from tui.serve.tool import FREE

LastAct = Callable[[], Awaitable[None]]
"""Sends the end of an answer: to be done once the request is on record."""


@dataclass(slots=True)
class Relay:
    """Follows one request."""

    gateway: ModelGateway
    request: ChatRequest
    way: Way
    wire: Wire
    clock: Clock
    failed: bool = False
    _costs: list[Cost] = field(default_factory=list)
    _reasoning: list[CleanText] = field(default_factory=list)
    _began: float = 0.0

    async def whole(self) -> LastAct:
        """Waits for the whole answer."""
        self._began = self.clock.monotonic()
        async with aclosing(self.gateway.stream(self.request)) as facts:
            async for fact in facts:
                self._note(fact)
                if isinstance(fact, ReplyEnded):
                    return self._answered(fact)
        raise AssertionError("every request ends")

    async def stream(self, *, include_usage: bool) -> LastAct:
        """Passes the answer on as it comes. Nothing is sent before the first piece, so that a failure has a status."""
        self._began = self.clock.monotonic()
        chunks = Chunks(self.way)
        async with aclosing(self.gateway.stream(self.request)) as facts:
            async for fact in facts:
                self._note(fact)
                match fact:
                    case ReplyEnded():
                        return await self._last_chunks(fact, chunks, include_usage=include_usage)
                    case AttemptEnded(will_retry=True, reason=reason) if self.wire.begun:
                        # Another provider's answer would begin anew; what was sent cannot be taken back.
                        return self._broken(broken_off(reason), chunks)
                    case TextDelta() | ReasoningDelta() | ToolCallReady():
                        await self._pass_on(fact, chunks)
        raise AssertionError("every request ends")

    @property
    def cost(self) -> Cost | None:
        """What all attempts cost, also that of one that was left; None when nobody knows what that one cost."""
        attempt = self.way.attempt
        if attempt is None:
            return FREE
        left = self.gateway.settled(attempt.attempt_id)
        if left is not None:
            self._costs.append(left.cost)
        return total_cost(self._costs) if self._costs else None

    # --- following

    def _note(self, fact: ReplyEvent) -> None:
        match fact:
            case AttemptStarted():
                self.way.attempt = fact
                self._reasoning.clear()
            case AttemptEnded():
                self._costs.append(fact.cost)
                self.way.status = fact.status
            case ReasoningDelta():
                self._reasoning.append(fact.text)
            case ReplyEnded():
                self.way.cost, self.way.latency_ms = paid(fact), self._elapsed_ms()
                self.failed = fact.outcome != "complete"

    def _elapsed_ms(self) -> int:
        return round((self.clock.monotonic() - self._began) * 1_000)

    # --- whole

    def _answered(self, end: ReplyEnded) -> LastAct:
        if self.failed:
            return self._refused(end)
        return partial(self.wire.whole, completion(end, self.way, "".join(self._reasoning)), self.way.headers)

    def _refused(self, end: ReplyEnded) -> LastAct:
        return partial(self.wire.refuse, of_end(end, self.way.status), self.way.headers)

    # --- streamed

    async def _pass_on(self, fact: TextDelta | ReasoningDelta | ToolCallReady, chunks: Chunks) -> None:
        begin = await self._open(chunks)
        match fact:
            case TextDelta():
                piece = chunks.text(fact.text)
            case ReasoningDelta():
                piece = chunks.reasoning(fact.text)
            case ToolCallReady():
                piece = chunks.call(fact.call, fact.position)
        await self.wire.piece(begin + piece)

    async def _open(self, chunks: Chunks) -> bytes:
        if self.wire.begun:
            return b""
        self.way.first_token_ms = self._elapsed_ms()
        await self.wire.open_stream(self.way.headers)
        return chunks.begin()

    async def _last_chunks(self, end: ReplyEnded, chunks: Chunks, *, include_usage: bool) -> LastAct:
        if self.failed:
            return self._broken(of_end(end, self.way.status), chunks) if self.wire.begun else self._refused(end)
        begin = await self._open(chunks)
        await self.wire.piece(begin + chunks.end(end, include_usage=include_usage))
        return partial(self.wire.close_stream, DONE)

    def _broken(self, refusal: Refusal, chunks: Chunks) -> LastAct:
        """Ends a stream without the end marker, so that nobody takes it for whole."""
        self.failed = True
        return partial(self.wire.close_stream, chunks.summary() + event(refusal.document))
