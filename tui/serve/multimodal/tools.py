"""The multimodal tools of an engine, with what its settings allow callers to have read."""

from collections.abc import Sequence

from tui.domain.addresses import Zone
from tui.engine import Engine
from tui.gateway.fetching import Fetcher
from tui.serve.multimodal.chat_tools import ChatTools
from tui.serve.multimodal.choosing import ModelChoice
from tui.serve.multimodal.engine_gateway import EngineGateway
from tui.serve.multimodal.messages import PictureSource
from tui.serve.multimodal.model_tools import ModelTools
from tui.serve.multimodal.pictures import PictureReader
from tui.serve.multimodal.sources import Sources
from tui.serve.tool import ServedTool


def multimodal_tools(engine: Engine) -> Sequence[ServedTool]:
    """Returns the four tools that ask a model and the three that answer questions about models."""
    choice = model_choice(engine)
    allowed = engine.settings.serve
    pictures = PictureSource(Sources(fetcher(engine).fetch, allowed.files), PictureReader())
    chat = ChatTools(choice.gateway, choice, pictures, engine.settings.chat.request_timeout_s)
    return (*chat.tools(), *ModelTools(choice).tools())


def model_choice(engine: Engine) -> ModelChoice:
    """Returns how a model is chosen for callers: the configured one stands in where they name none."""
    return ModelChoice(EngineGateway(engine), engine.settings.chat.target)


def fetcher(engine: Engine) -> Fetcher:
    """Returns what fetches callers' addresses."""
    return Fetcher(reach=Zone.OWN_MACHINE if engine.settings.serve.fetch == "private" else Zone.PUBLIC)
