"""Where the next messages go: one place to change it, and everybody is told."""

from collections.abc import Callable
from dataclasses import dataclass

from tui.chat.room import Room
from tui.domain.errors import McpTuiError
from tui.domain.events import Event, TargetChanged
from tui.gateway.embedded.gateway import EmbeddedGateway


@dataclass(frozen=True, slots=True)
class Aim:
    """The chat's target; satisfies `gateway.jobs.heal.Chats`."""

    room: Room
    gateway: EmbeddedGateway
    publish: Callable[[Event], None]

    @property
    def target(self) -> str:
        """A combo or `provider/model`; empty when there is none."""
        return self.room.target

    async def set_target(self, target: str) -> None:
        """Sends the next messages elsewhere. Raises McpTuiError when nothing is called so."""
        if self.gateway.model(target) is None:
            raise McpTuiError(f"No model or combo is called {target!r}.", "Choose one from the model list (ctrl+p).")
        self.take(target)

    def take(self, target: str) -> None:
        """Sends the next messages to `target`, known or not."""
        model = self.gateway.model(target)
        self.room.target = target
        self.publish(TargetChanged(target, model.context_tokens if model else None))
