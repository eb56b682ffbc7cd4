"""Which model answers a served request: the caller's, else the default, else the free one with the largest window."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from tui.domain.errors import UsageError
from tui.domain.gateway_answers import ModelView
from tui.domain.messages import AudioPart, ImagePart, Message
from tui.domain.text import clean_line
from tui.serve.multimodal.ports import ModelGateway

AUTO = "auto"
"""What clients name that leave the choice of a model to the gateway."""
Need = Literal["vision", "audio"]
"""What a model must take besides text."""


def needs_of(messages: Iterable[Message]) -> tuple[Need, ...]:
    """Returns what a model must take to read these messages."""
    kinds = {type(part) for message in messages for part in message.parts}
    return (*(("vision",) if ImagePart in kinds else ()), *(("audio",) if AudioPart in kinds else ()))


class NoSuchModelError(UsageError):
    """No provider is known to serve what a caller named."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Chooses targets. `default` is the target a person configured, empty when nobody did."""

    gateway: ModelGateway
    default: str = ""

    async def choose(self, wanted: str | None, needs: Collection[Need] = ()) -> str:
        """Returns the target to send to. Raises NoSuchModelError, UsageError when nothing was named and none is free.

        `auto` names nothing, unless a chain is called so. The default steps aside where it is known not to take what
        the request holds.
        """
        if wanted and (wanted != AUTO or self.gateway.model(AUTO)):
            return await self.find(wanted)
        if self.default and self._takes(self.default, needs):
            return self.default
        views = (await self.gateway.models()).models
        free = largest_free(views, needs)
        if free is None:
            raise UsageError(
                "No model was named, none is configured, and none that is free and open takes this.",
                "Name one as `model`, or set chat.model in config.toml.",
            )
        return target_of(free)

    async def find(self, name: str) -> str:
        """Returns a name that the gateway takes: of a chain, as `provider/model`, or a model's own id.

        Raises NoSuchModelError. Lists that were never fetched are fetched before a name is given up.
        """
        if self.gateway.model(name) is None:
            await self.gateway.models()
        if self.gateway.model(name) is None:
            known = await self.gateway.known_values("model")
            near = get_close_matches(name, known, n=5, cutoff=0.4) or list(known)[:5]
            hint = f"There are: {clean_line(', '.join(near))}." if near else "No provider has named a model yet."
            raise NoSuchModelError(f"There is no model {clean_line(name, 100)!r}.", hint)
        return name

    async def listed(self, name: str) -> str | None:
        """Returns the name that a model is listed by, of its own id at the first provider; None for one that is not."""
        found = _listed(name, await self.gateway.known_values("model"))
        if found is None:
            await self.gateway.models()
            found = _listed(name, await self.gateway.known_values("model"))
        return found

    def _takes(self, target: str, needs: Collection[Need]) -> bool:
        model = self.gateway.model(target)
        return model is not None and all(getattr(model, need) is not False for need in needs)


def target_of(view: ModelView) -> str:
    """Returns what a request for this very model is sent to."""
    return f"{view.provider}/{view.id}"


def largest_free(views: Iterable[ModelView], needs: Collection[Need]) -> ModelView | None:
    """Returns the open, free model with the largest window that is known to take what is needed."""
    free = [
        view
        for view in views
        if view.open
        and view.input_usd_per_million == view.output_usd_per_million == 0
        and all(getattr(view, need) for need in needs)
    ]
    return max(free, key=lambda view: view.context_tokens or 0, default=None)


def _listed(name: str, targets: Sequence[str]) -> str | None:
    if name in targets:
        return name
    return next((target for target in targets if target.partition("/")[2] == name), None)
