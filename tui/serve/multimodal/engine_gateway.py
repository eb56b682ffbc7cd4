"""The gateway of a running engine, as serving completions needs it."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from tui.domain.completion import AttemptEnded, ChatRequest, ReplyEvent
from tui.domain.gateway import ModelSpec
from tui.domain.gateway_answers import ModelsAnswer
from tui.domain.ids import AttemptId
from tui.engine import Engine


@dataclass(frozen=True, slots=True)
class EngineGateway:
    """Satisfies `ModelGateway`. The engine need not run before the first request.

    Also where a gateway outside answers, requests leave by the one in here: it knows that one as a provider.
    """

    engine: Engine

    def stream(self, request: ChatRequest) -> AsyncGenerator[ReplyEvent, None]:
        """Yields the facts of one request, `ReplyEnded` last."""
        return self.engine.parts.gateway.stream(request)

    def settled(self, attempt_id: AttemptId) -> AttemptEnded | None:
        """Returns how an attempt was settled whose stream was left before it ended, once."""
        return self.engine.parts.gateway.settled(attempt_id)

    def model(self, target: str) -> ModelSpec | None:
        """Returns what is known of a target."""
        return self.engine.parts.gateway.model(target)

    async def models(self) -> ModelsAnswer:
        """Returns the models of all providers."""
        return await self.engine.parts.gateway.models()

    async def known_values(self, parameter: str) -> Sequence[str]:
        """Returns what a request may be sent to."""
        return await self.engine.parts.gateway.known_values(parameter)

    async def price_ceiling(self, request: ChatRequest, more_tokens: int = 0) -> int | None:
        """Returns the most one answer may cost in micro-dollars."""
        return await self.engine.parts.gateway.price_ceiling(request, more_tokens)
