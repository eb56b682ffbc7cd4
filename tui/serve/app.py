"""The HTTP side as one ASGI app: MCP at /mcp, further routes beside it, all behind the same checks and keys."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from tui.serve.admission import Admission
from tui.serve.auth import Authentication
from tui.serve.caller import Caller
from tui.serve.front_door import FrontDoor
from tui.serve.ports import CallerFinder
from tui.serve.shares import FairShare, SharedSessions
from tui.serve.unheard import Unheard

MCP_PATH = "/mcp"
BODY_LIMIT_BYTES = 16 * 1024 * 1024
"""Room for a few pictures in a message."""
SESSIONS_LIMIT = 1_000


def http_app(
    server: Server[Any],
    callers: CallerFinder,
    admission: Admission,
    *,
    keyless: Caller | None = None,
    names: Iterable[str] = (),
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """Returns the app.

    `keyless` is who calls without a key, None when nobody may. `names` are hosts the server is reached by besides
    this machine's own loopback. `routes` stand beside /mcp; their handlers read `caller_of_request` and bound the
    bodies they read.
    """
    manager = SharedSessions(server, max_request_body_size=BODY_LIMIT_BYTES, max_sessions=SESSIONS_LIMIT)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with manager.run():
            yield

    return Starlette(
        routes=[Route(MCP_PATH, StreamableHTTPASGIApp(manager)), *routes],
        middleware=[
            Middleware(FrontDoor, names=tuple(names)),
            Middleware(Authentication, callers=callers, keyless=keyless),
            Middleware(Unheard, admission=admission),
            Middleware(FairShare),
        ],
        lifespan=lifespan,
    )
