"""GET /v1/models: what requests can be sent to, as OpenAI's clients list it."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from tui.domain.clock import Clock
from tui.domain.errors import McpTuiError
from tui.domain.gateway_answers import ModelView
from tui.serve.admission import Admission
from tui.serve.auth import caller_of_request, refusal
from tui.serve.multimodal.choosing import NoSuchModelError, target_of
from tui.serve.multimodal.ports import ModelGateway
from tui.serve.openai_api.refusals import of_error

PATH = "/v1/models"
SCOPES = ("read:models",)


@dataclass(frozen=True, slots=True)
class Models:
    """The list, and one entry of it."""

    gateway: ModelGateway
    admission: Admission
    clock: Clock

    async def answer(self, request: Request) -> JSONResponse:
        """Answers with all entries, or with the one that the path names."""
        caller = caller_of_request(request)
        if caller is None:
            return refusal("Nobody is known to call.", "invalid_api_key")
        wanted = request.path_params.get("model")
        try:
            async with self.admission.admitted(caller, PATH, SCOPES, {"model": wanted}):
                entries = await self._entries()
                return JSONResponse({"object": "list", "data": entries} if wanted is None else _one(entries, wanted))
        except McpTuiError as error:
            refused = of_error(error)
            return JSONResponse(refused.document, refused.status, refused.headers)

    async def _entries(self) -> list[dict[str, Any]]:
        views = (await self.gateway.models()).models
        targets = {target_of(view) for view in views}
        chains = [name for name in await self.gateway.known_values("model") if name not in targets]
        now = int(self.clock.wall())
        return [*(_entry(name, "mcp-tui", now) for name in chains), *(_model(view, now) for view in views)]


def _model(view: ModelView, now: int) -> dict[str, Any]:
    """`created` is when the list was fetched that names it: nobody says when it was made."""
    return _entry(target_of(view), view.provider, now - int(view.age_s or 0)) | {
        "context_length": view.context_tokens,
        "max_output_tokens": view.max_output_tokens,
        "open": view.open,
    }


def _entry(name: str, owner: str, created: int) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": created, "owned_by": owner}


def _one(entries: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    for entry in entries:
        if entry["id"] == wanted:
            return entry
    raise NoSuchModelError(f"There is no model {wanted[:100]!r}.", "GET /v1/models lists them.")
