"""One attempt: one request sent to one provider, from the first byte to the facts the ledger books."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import assert_never

from tui.domain.clock import Clock
from tui.domain.completion import (
    AttemptEnded,
    AttemptStarted,
    ChatRequest,
    ReasoningDelta,
    TextDelta,
    ToolCallReady,
    Usage,
)
from tui.domain.ids import AttemptId, ComboName, RequestId
from tui.domain.messages import ToolCall
from tui.domain.money import Cost, MicroUsd
from tui.domain.spend import Charge, Hold
from tui.domain.text import CleanText
from tui.gateway.embedded.money import estimate
from tui.gateway.embedded.money.pricing import PriceBook
from tui.gateway.embedded.providers.catalog import Step
from tui.gateway.embedded.requests.upstreams import Upstream
from tui.gateway.embedded.resilience.breaker import Permit
from tui.gateway.upstream.events import CallReady, Done, Opened, Reasoning, Text, UpstreamEvent, Working

AnswerPiece = TextDelta | ReasoningDelta | ToolCallReady

_CANCELLED = Done("cancelled", reason=CleanText("cancelled"))
_TIMED_OUT = Done(
    "failed",
    "timeout",
    CleanText("the request's time limit passed"),
    CleanText("Try again, or raise chat.request_timeout_s in config.toml."),
)
_SAME_MOMENT_S = 0.1
"""The client keeps the request's limit too; whoever notices first, it is the same limit."""
_SILENT = Done("failed", "malformed", CleanText("the answer ended without saying how"))


@dataclass(slots=True)
class Attempt:
    """What is known of an attempt while it runs; `done` is set exactly once, at its end."""

    id: AttemptId
    request_id: RequestId
    number: int
    step: Step
    combo: ComboName | None
    permit: Permit
    request: ChatRequest
    input_tokens: int
    """Estimated."""
    deadline: float
    """On the monotonic clock."""
    clock: Clock
    started: float = 0.0
    sent: bool = False
    opened: Opened | None = None
    first_token_ms: int | None = None
    texts: list[CleanText] = field(default_factory=list)
    thoughts: list[CleanText] = field(default_factory=list)
    calls: list[ToolCall] = field(default_factory=list)
    done: Done | None = None
    out_of_time: bool = False
    """The request's own time limit ended it: that says nothing about the provider."""
    latency_ms: int = 0
    usage: Usage = Usage()
    cost: Cost = field(default_factory=Cost.unknown)

    @property
    def accepted(self) -> bool:
        """Whether any part of an answer was taken over: from here on the same route is not tried again."""
        return self.first_token_ms is not None

    @property
    def end(self) -> Done:
        """How it ended; an attempt that was abandoned was cancelled."""
        return self.done or _CANCELLED

    # --- running

    async def run(self, upstream: Upstream) -> AsyncGenerator[AnswerPiece | None, None]:
        """Yields the answer's pieces, and None for other signs of life. Closing it closes the socket."""
        self.sent, self.started = True, self.clock.monotonic()
        request = replace(self.request, timeout_s=max(0.0, self.deadline - self.started))
        async with _closing(upstream.stream(request, self.step.model)) as events:
            while self.done is None:
                event = await self._next(events)
                if isinstance(event, Done):
                    self.done = event
                else:
                    yield self._take(event)

    async def _next(self, events: AsyncIterator[UpstreamEvent]) -> UpstreamEvent:
        if self.clock.monotonic() >= self.deadline:
            return self._time_is_up()
        event = await anext(events, _SILENT)
        if isinstance(event, Done) and event.failure == "timeout":
            self.out_of_time = self.deadline - self.clock.monotonic() < _SAME_MOMENT_S
        return event

    def _time_is_up(self) -> Done:
        self.out_of_time = True
        text = CleanText("".join(self.texts))
        return replace(_TIMED_OUT, outcome="partial", text=text) if self.accepted else _TIMED_OUT

    def _take(self, event: Opened | Text | Reasoning | CallReady | Working) -> AnswerPiece | None:
        match event:
            case Opened():
                self.opened = event
                return None
            case Working():
                return None
            case Text():
                self._accept()
                self.texts.append(event.text)
                return TextDelta(self.id, event.text)
            case Reasoning():
                self._accept()
                self.thoughts.append(event.text)
                return ReasoningDelta(self.id, event.text)
            case CallReady():
                self._accept()
                self.calls.append(event.call)
                return ToolCallReady(self.id, event.call, event.position)
            case _:
                assert_never(event)

    def _accept(self) -> None:
        if self.first_token_ms is None:
            self.first_token_ms = self._elapsed_ms()

    # --- ending

    def close_books(self, prices: PriceBook) -> None:
        """Works out latency, usage and cost; call once, when it is over."""
        self.latency_ms = self._elapsed_ms()
        self.usage = self._usage()
        self.cost = self._cost(prices)

    def _cost(self, prices: PriceBook) -> Cost:
        reported = self.end.reported_cost
        if self._was_refused and reported is None:
            return Cost(MicroUsd(0), "computed")
        return prices.cost(self.step, self.usage, reported, self.clock.wall(), self.end.model)

    def _usage(self) -> Usage:
        reported = self.end.usage
        if self._was_refused or (reported.input_tokens is not None and reported.output_tokens is not None):
            return reported
        texts = self.texts or (self.end.text,)
        calls = (*self.end.tool_calls, *self.end.truncated_calls) or self.calls
        output = estimate.output_tokens((*texts, *self.thoughts), calls)
        return replace(
            reported,
            input_tokens=self.input_tokens if reported.input_tokens is None else reported.input_tokens,
            output_tokens=output if reported.output_tokens is None else reported.output_tokens,
            estimated=True,
        )

    @property
    def _was_refused(self) -> bool:
        """Providers bill answers: one that never began, or an error in its place, costs nothing."""
        if not self.sent:
            return True
        if self.accepted or self.end.outcome != "failed":
            return False
        return self.opened is None or self.opened.status >= 400

    def _elapsed_ms(self) -> int:
        return round((self.clock.monotonic() - self.started) * 1_000) if self.sent else 0

    # --- the ledger's view

    def hold(self, amount: MicroUsd, session_id: str) -> Hold:
        """Returns what to set aside before it is sent."""
        return Hold(
            attempt_id=self.id,
            request_id=self.request_id,
            turn_id=self.request.turn_id,
            session_id=session_id,
            provider=self.step.provider,
            model=self.step.model,
            amount=amount,
            at=self.clock.wall(),
        )

    def charge(self, session_id: str) -> Charge:
        """Returns what to book once it is over."""
        return Charge(
            attempt_id=self.id,
            request_id=self.request_id,
            turn_id=self.request.turn_id,
            session_id=session_id,
            provider=self.step.provider,
            model=self.step.model,
            combo=self.combo,
            outcome=self.end.outcome,
            failure=self.end.failure,
            status=self.end.status,
            usage=self.usage,
            cost=self.cost,
            latency_ms=self.latency_ms,
            first_token_ms=self.first_token_ms,
            fallback=self.number > 1,
            at=self.clock.wall(),
        )

    # --- facts

    def started_fact(self) -> AttemptStarted:
        """Returns the fact that it began."""
        return AttemptStarted(self.request_id, self.id, self.step.provider, self.step.model, self.combo, self.number)

    def ended_fact(self, *, will_retry: bool) -> AttemptEnded:
        """Returns the fact that it is over."""
        return AttemptEnded(
            attempt_id=self.id,
            outcome=self.end.outcome,
            failure=self.end.failure,
            reason=self.end.reason,
            status=self.end.status,
            usage=self.usage,
            cost=self.cost,
            latency_ms=self.latency_ms,
            first_token_ms=self.first_token_ms,
            will_retry=will_retry,
        )


def _closing(events: AsyncIterator[UpstreamEvent]) -> "aclosing[AsyncGenerator[UpstreamEvent, None]]":
    assert isinstance(events, AsyncGenerator), "an upstream's stream can be closed"
    return aclosing(events)
