"""`mcp-tui gateways`: which gateways there are, which one is in use, and how each is."""

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.cli.invocation import Invocation
from tui.engine import Engine

if TYPE_CHECKING:
    from tui.gateway.switchboard import SeenGateway


def list_gateways(call: Invocation) -> int:
    """Asks each gateway how it is and prints a line for it."""

    async def verb(engine: Engine) -> int:
        seen = await engine.gateway.look_at_gateways()
        if call.output.as_json:
            call.output.document({"gateways": seen})
            return 0
        call.output.table([_row(one) for one in seen])
        return 0

    return call.on_engine(verb, replace(call.settings, servers=(), follow_session=True))


def _row(seen: "SeenGateway") -> tuple[str, ...]:
    gateway = seen.gateway
    return "*" if gateway.in_use else " ", gateway.name, gateway.kind, seen.verdict, gateway.url, seen.note
