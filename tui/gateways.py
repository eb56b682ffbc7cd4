"""The gateways outside this program, given what they need of the rest of it: keys, and their own MCP servers."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from tui.bus import Bus
from tui.config.schema import Settings
from tui.domain.clock import Clock
from tui.domain.errors import CallError
from tui.domain.gateway import GatewaySpec
from tui.domain.ids import CallId, ServerName, new_id
from tui.domain.messages import Json
from tui.domain.text import clean_line
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.gateway.ports import KeyFinder
from tui.gateway.remote.adapter import Surroundings
from tui.gateway.remote.kinds import adapter
from tui.gateway.remote.reader import Reader
from tui.gateway.switchboard import Switchboard
from tui.servers.pool import ServerPool

WITNESS_TIMEOUT_S = 10.0


class ServerWitness:
    """A gateway's own MCP server among the configured ones; satisfies `gateway.remote.adapter.SecondWitness`."""

    def __init__(self, pool: ServerPool, server: ServerName) -> None:
        self._pool = pool
        self._server = server

    async def ask(self, tool: str, arguments: dict[str, Json]) -> object:
        """Returns the JSON in a tool's answer. Raises CallError."""
        found = self._pool.find_tool(self._server, tool)
        if found is None:
            raise self._absent(tool)
        try:
            async with asyncio.timeout(WITNESS_TIMEOUT_S):
                result = await self._pool.call(found, arguments, CallId(new_id("call")))
        except TimeoutError:
            raise CallError(f"{self._server} did not answer {tool} in time.", "Try again shortly.") from None
        if result.outcome != "ok":
            raise CallError(f"{tool}: {result.text[:300]}", "See the log of its server.")
        try:
            return result.structured if result.structured is not None else json.loads(result.text)
        except (ValueError, RecursionError):
            raise CallError(f"{tool} answered with something other than JSON.", "See the log of its server.") from None

    def _absent(self, tool: str) -> CallError:
        """Why a tool is not there. A witness that is silent has one sentence to say, so the next step stands in it."""
        status = next(one for one in self._pool.statuses() if one.name == self._server)
        if status.state == "ready":
            return CallError(f"{self._server} has no tool {tool}.", "See the Servers screen (2).")
        why = clean_line(f"{status.error} {status.hint}")
        return CallError(f"{self._server} is {status.state}{f': {why}' if why else '.'}", "See the Servers screen (2).")


def with_chosen_gateway(settings: Settings) -> Settings:
    """Returns the settings with the gateway in use among the providers, where all chats then go."""
    chosen = next((spec.provider for spec in settings.gateways if spec.name == settings.gateway), None)
    if chosen is None or any(provider.name == chosen.name for provider in settings.providers):
        return settings
    return replace(settings, providers=(*settings.providers, chosen))


def open_switchboard(
    here: EmbeddedGateway,
    specs: Sequence[GatewaySpec],
    *,
    pool: ServerPool,
    keys: KeyFinder,
    clock: Clock,
    bus: Bus,
    watched: bool,
) -> Switchboard:
    """Returns the switchboard; the gateway in here answers until another is used."""

    def surroundings(spec: GatewaySpec) -> Surroundings:
        return Surroundings(
            spec,
            Reader(spec, keys, clock),
            here=here,
            clock=clock,
            chat_reader=Reader(replace(spec, admin_key_env=None), keys, clock) if spec.admin_key_env else None,
            witness=ServerWitness(pool, ServerName(spec.mcp_server)) if spec.mcp_server else None,
            publish=bus.publish,
            hushed=partial(here.awaits_first_words, spec.provider.name),
        )

    return Switchboard(here, specs, lambda spec: adapter(surroundings(spec)), watched=watched)
