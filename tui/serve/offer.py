"""What is served: tools and routes around one engine, over stdio or HTTP."""

from dataclasses import dataclass
from typing import Any

from mcp.server.lowlevel import Server
from starlette.applications import Starlette

from tui.domain.audit import Transport
from tui.engine import Engine
from tui.serve.admission import Admission
from tui.serve.app import http_app
from tui.serve.auth import KeyCallers
from tui.serve.caller import local_caller
from tui.serve.calls import Calls
from tui.serve.catalog import Catalog, Naming, all_tools
from tui.serve.mcp_server import mcp_server
from tui.serve.openai_api.routes import openai_routes


@dataclass(frozen=True, slots=True)
class Offer:
    """How to serve. `local_scopes` are those of the person at this machine, who shows no key."""

    engine: Engine
    naming: Naming = "own"
    local_scopes: frozenset[str] = frozenset({"*"})

    @property
    def catalog(self) -> Catalog:
        """The tools."""
        return Catalog(all_tools(self.engine), self.naming)

    def admission(self, transport: Transport) -> Admission:
        """Returns the way in for calls."""
        return Admission(self.engine.audit, self.engine.access, self.engine.clock, transport)

    def stdio_server(self) -> Server[Any]:
        """Returns the server for the program that started this one."""
        return mcp_server(Calls(self.catalog, self.admission("stdio")), local_caller(self.local_scopes))

    def http_app(self, *, keyless: bool, names: tuple[str, ...] = ()) -> Starlette:
        """Returns the HTTP side. `keyless` lets callers without a key in as the person at this machine."""
        admission = self.admission("http")
        return http_app(
            mcp_server(Calls(self.catalog, admission), None),
            KeyCallers(self.engine.access),
            admission,
            keyless=local_caller(self.local_scopes) if keyless else None,
            names=names,
            routes=openai_routes(self.engine, admission),
        )
