"""The offline demo's providers: a rule-based model behind the wire format of a real endpoint."""

from typing import TYPE_CHECKING

from tui.domain.clock import Clock
from tui.gateway.scripted.providers import BEHAVIOURS, DEMO_COMBOS, DEMO_PROVIDERS

if TYPE_CHECKING:
    import httpx2

__all__ = ["DEMO_COMBOS", "DEMO_PROVIDERS", "demo_transport"]


def demo_transport(provider_name: str, clock: Clock | None = None) -> "httpx2.AsyncBaseTransport | None":
    """Returns the transport of a demo provider, None when no demo provider has this name."""
    from tui.gateway.scripted.transport import ScriptedTransport

    behaviour = next((one for one in BEHAVIOURS if one.provider == provider_name), None)
    return ScriptedTransport(behaviour, clock) if behaviour else None
