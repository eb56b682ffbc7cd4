"""What OpenRouter is asked for, and how often: a key's figures each other minute, the credits rarely."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from tui.domain.errors import NotExposedError
from tui.gateway.remote.adapter import Surroundings
from tui.gateway.remote.openrouter.account import account_from, key_from
from tui.gateway.remote.openrouter.endpoints import Endpoint, Offers, endpoints_from
from tui.gateway.remote.openrouter.generation import Generation, generation_from
from tui.gateway.remote.pages import Page, Pages
from tui.gateway.remote.reader import TIMEOUT_S, KeyRefusedError, StatusError

MOST_MODELS = 3
"""Of so many models, those used most dearly today, the providers are watched."""

KEY = Page(("v1", "key"), key_from, 120.0)
CREDITS = Page(("v1", "credits"), account_from, 900.0)


def _as_offers(told: object) -> Offers:
    return told if isinstance(told, dict) else {}


OFFERS = Page(("v1", "models", "…", "endpoints"), _as_offers, 60.0)
"""The endpoints of the models in use."""


class Management:
    """OpenRouter's pages. `in_use` returns the models whose providers are watched."""

    def __init__(self, around: Surroundings, in_use: Callable[[], Awaitable[Sequence[str]]]) -> None:
        self._around = around
        self._in_use = in_use
        self.pages = Pages((KEY, CREDITS, OFFERS), self._get, around)

    async def endpoints(self, model: str) -> tuple[Endpoint, ...]:
        """Returns the providers that serve a model. Raises McpTuiError."""
        author, _, slug = model.partition("/")
        return endpoints_from(await self._read("v1", "models", author, slug, "endpoints"))

    async def generation(self, generation_id: str) -> Generation | None:
        """Returns OpenRouter's record of an answer, None when it has none yet. Raises McpTuiError."""
        return generation_from(await self._read("v1", "generation", id=generation_id))

    async def _get(self, *path: str) -> object:
        if path == OFFERS.path:
            return await self._offers()
        try:
            return await self._read(*path)
        except KeyRefusedError as error:
            if path != CREDITS.path or error.status != 403:
                raise
            hint = "Name a management key's variable in admin_key_env."
            raise NotExposedError("GET /v1/credits: told to management keys only.", hint) from None

    async def _offers(self) -> Offers:
        models = (await self._in_use())[:MOST_MODELS]
        offered = await asyncio.gather(*map(self._endpoints_if_there, models))
        return {model: endpoints for model, endpoints in zip(models, offered, strict=True) if endpoints}

    async def _endpoints_if_there(self, model: str) -> tuple[Endpoint, ...]:
        """One model that is not there any more must not hide the others."""
        try:
            return await self.endpoints(model)
        except StatusError as error:
            if error.not_there or error.status == 400:
                return ()
            raise

    async def _read(self, *path: str, **query: str | int) -> object:
        reader = self._around.own_reader if path == KEY.path else self._around.reader
        return await reader.get(*path, timeout_s=TIMEOUT_S, **query)
