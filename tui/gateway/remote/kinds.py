"""Which adapter speaks to which kind of gateway. Each is imported when a gateway of its kind is used."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from tui.domain.gateway import GatewayKind
from tui.gateway.remote.adapter import NotExposed, Surroundings

ADAPTERS: Mapping[GatewayKind, str] = MappingProxyType(
    {
        "omniroute": "omniroute.gateway.OmniRoute",
        "litellm": "litellm.gateway.LiteLLM",
        "openrouter": "openrouter.gateway.OpenRouter",
        "openai": "measured.MeasuredHere",
    }
)
"""Kind → `module.Class` in `tui.gateway.remote`; the class is made with `Surroundings`."""


def adapter(around: Surroundings) -> NotExposed:
    """Returns the adapter of a gateway's kind; nothing is asked yet."""
    module, _, name = ADAPTERS[around.spec.kind].rpartition(".")
    made: NotExposed = getattr(import_module(f"tui.gateway.remote.{module}"), name)(around)
    return made
