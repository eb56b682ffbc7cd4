"""Sends requests on their way and keeps why each went as it did."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from tui.domain.completion import AttemptEnded, ChatRequest, ReplyEnded, ReplyEvent
from tui.domain.errors import McpTuiError
from tui.domain.events import NoticePosted
from tui.domain.ids import AttemptId, RequestId
from tui.domain.messages import Json
from tui.domain.text import CleanText
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.requests.journey import Journey
from tui.gateway.embedded.routing.decision import decision_document

LEFT_KEPT = 100


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was waited for."""

    end: ReplyEnded
    attempts: tuple[AttemptEnded, ...]
    latency_ms: int


class Sender:
    """The one door through which requests leave."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._served: dict[str, int] = {}
        self._unsaved: dict[RequestId, Mapping[str, Json]] = {}
        self._left: dict[AttemptId, AttemptEnded] = {}

    def served(self, target: str) -> int:
        """Returns how many requests this run has sent to a target."""
        return self._served.get(target, 0)

    async def stream(self, request: ChatRequest, *, detours: bool = True) -> AsyncGenerator[ReplyEvent, None]:
        """Yields the facts of one request, `ReplyEnded` last; raises nothing but CancelledError.

        Closing the iterator closes the socket and settles the cost. Without `detours` it is one call or none: no
        retry, no other place.
        """
        served = self.served(request.target)
        self._served[request.target] = served + 1
        journey = Journey(request, self._parts, served, detours=detours)
        try:
            async with aclosing(journey.events()) as facts:
                async for fact in facts:
                    yield fact
        finally:
            if journey.under_way:
                self._keep_settled(journey.under_way.ended_fact(will_retry=False))
            self._unsaved[journey.id] = decision_document(journey, self._parts.clock)
            self._parts.chores.add(self._keep_decision(journey.id))

    def settled(self, attempt_id: AttemptId) -> AttemptEnded | None:
        """Returns how an attempt was settled whose stream was left before it ended, once; None for any other."""
        return self._left.pop(attempt_id, None)

    def _keep_settled(self, ended: AttemptEnded) -> None:
        """Nobody may ask: the newest are kept."""
        self._left[ended.attempt_id] = ended
        while len(self._left) > LEFT_KEPT:
            del self._left[next(iter(self._left))]

    async def ask(self, request: ChatRequest, *, detours: bool = True) -> Answered:
        """Returns how a request ended, once it did."""
        began = self._parts.clock.monotonic()
        end: ReplyEnded | None = None
        attempts: list[AttemptEnded] = []
        async with aclosing(self.stream(request, detours=detours)) as facts:
            async for fact in facts:
                if isinstance(fact, AttemptEnded):
                    attempts.append(fact)
                elif isinstance(fact, ReplyEnded):
                    end = fact
        assert end is not None, "every request ends"
        return Answered(end, tuple(attempts), round((self._parts.clock.monotonic() - began) * 1_000))

    async def decision(self, request_id: RequestId) -> Mapping[str, Json] | None:
        """Returns why a request of this or an earlier run went as it did. Raises StorageError."""
        return self._unsaved.get(request_id) or await self._parts.store.decision(request_id)

    async def _keep_decision(self, request_id: RequestId) -> None:
        try:
            await self._parts.store.add_decision(request_id, self._unsaved[request_id], self._parts.clock.wall())
        except McpTuiError as error:
            text = CleanText(f"Why the request went this way could not be stored: {error.message}")
            self._parts.publish(NoticePosted("warning", text, error.hint, at=self._parts.clock.wall()))
        finally:
            del self._unsaved[request_id]
