"""What serving completions needs of the program's gateway; the engine's orders satisfy it."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from tui.domain.completion import AttemptEnded, ChatRequest, ReplyEvent
from tui.domain.gateway import ModelSpec
from tui.domain.gateway_answers import ModelsAnswer
from tui.domain.ids import AttemptId


class ModelGateway(Protocol):
    """The one way to any model: with its budget guard, ledger, breakers and decisions."""

    def stream(self, request: ChatRequest) -> AsyncGenerator[ReplyEvent, None]:
        """Yields the facts of one request, `ReplyEnded` last; raises nothing but CancelledError.

        Closing the iterator closes the socket and settles the cost.
        """
        ...

    def settled(self, attempt_id: AttemptId) -> AttemptEnded | None:
        """Returns how an attempt was settled whose stream was left before it ended, once; None for any other."""
        ...

    def model(self, target: str) -> ModelSpec | None:
        """Returns what is known of the model a request to `target` would reach first; None for an unknown target."""
        ...

    async def models(self) -> ModelsAnswer:
        """Returns the models of all providers, after asking those whose list is missing or old."""
        ...

    async def known_values(self, parameter: str) -> Sequence[str]:
        """Returns, for `model`, what a request may be sent to: chains, then `provider/model`."""
        ...

    async def price_ceiling(self, request: ChatRequest, more_tokens: int = 0) -> int | None:
        """Returns the most one answer may cost in micro-dollars, None when a price is unknown.

        `more_tokens` are input tokens besides those of the request.
        """
        ...
