"""Which providers a chat is waiting for: until the first words come, nothing else should be asked of them."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.domain.completion import AttemptStarted, ReplyEnded, ReplyEvent
from tui.domain.ids import AttemptId, ProviderName


class FirstWords:
    """Watches the facts of requests go by."""

    def __init__(self) -> None:
        self._awaited: dict[AttemptId, ProviderName] = {}

    def awaited_from(self, provider: ProviderName) -> bool:
        """Returns whether a request to a provider has no first word yet."""
        return provider in self._awaited.values()

    async def watched(self, facts: AsyncGenerator[ReplyEvent, None]) -> AsyncGenerator[ReplyEvent, None]:
        """Yields the facts of one request as they are."""
        attempt: AttemptId | None = None
        try:
            async with aclosing(facts):
                async for fact in facts:
                    if isinstance(fact, AttemptStarted):
                        attempt = fact.attempt_id
                        self._awaited[attempt] = fact.provider
                    elif attempt and not isinstance(fact, ReplyEnded):
                        self._awaited.pop(attempt, None)
                    yield fact
        finally:
            if attempt:
                self._awaited.pop(attempt, None)
