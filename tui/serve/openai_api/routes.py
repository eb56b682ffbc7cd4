"""The routes of the OpenAI-compatible endpoint, to stand beside /mcp."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from tui.engine import Engine
from tui.serve.admission import Admission
from tui.serve.multimodal.messages import PictureSource
from tui.serve.multimodal.pictures import PictureReader
from tui.serve.multimodal.sources import Sources
from tui.serve.multimodal.tools import fetcher, model_choice
from tui.serve.openai_api import chat, listing
from tui.serve.openai_api.chat import ChatCompletions
from tui.serve.openai_api.listing import Models
from tui.serve.openai_api.refusals import Refusal


def openai_routes(engine: Engine, admission: Admission) -> Sequence[BaseRoute]:
    """Returns the routes. Their pictures come from data URLs and the web, never from files: a path is no URL."""
    choice = model_choice(engine)
    pictures = PictureSource(Sources(fetcher(engine).fetch), PictureReader())
    completions = ChatCompletions(
        choice.gateway, admission, choice, pictures, engine.clock, engine.settings.chat.request_timeout_s
    )
    models = Models(choice.gateway, admission, engine.clock)
    return (
        Route(chat.PATH, completions),
        Route(listing.PATH, models.answer, methods=["GET"]),
        Route(f"{listing.PATH}/{{model:path}}", models.answer, methods=["GET"]),
        Route("/v1/{rest:path}", _not_served, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
    )


async def _not_served(request: Request) -> JSONResponse:
    asked = f"{request.method} {request.url.path[:100]}"
    words = f"{asked} is not served here; there are POST {chat.PATH} and GET {listing.PATH}."
    refused = Refusal(404, "invalid_request_error", "unknown_url", words)
    return JSONResponse(refused.document, refused.status, refused.headers)
