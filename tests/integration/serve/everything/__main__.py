"""Serves everything on a free port of loopback and prints its address; callers need no key.

Run as `python -m tests.integration.serve.everything`.
"""

import asyncio
import json
from typing import Any

import mcp_types as t
from mcp.server.lowlevel import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler

from tests.integration.serve.everything.asking import asking
from tests.integration.serve.everything.kept import NothingKept
from tests.integration.serve.everything.offers import add_offers
from tests.integration.serve.everything.tools import Answer, served, special
from tui.domain.clock import SystemClock
from tui.serve.admission import Admission
from tui.serve.app import http_app
from tui.serve.caller import local_caller
from tui.serve.calls import Calls
from tui.serve.catalog import Catalog
from tui.serve.listening import Place, bound, listen, url_of
from tui.serve.mcp_server import Context, mcp_server


def everything(admission: Admission) -> Server[Any]:
    """The program's server with its tools exchanged, and the rest of the protocol beside it."""
    bus = InMemorySubscriptionBus()
    server = mcp_server(Calls(Catalog(served()), admission), None)
    more = {**special(bus), **asking()}
    listed, called = (server.get_request_handler(method) for method in ("tools/list", "tools/call"))
    assert listed is not None
    assert called is not None

    async def list_tools(context: Context, params: t.PaginatedRequestParams) -> t.ListToolsResult:
        own = await listed.handler(context, params)
        assert isinstance(own, t.ListToolsResult)
        beside = [t.Tool(name=name, description=f"Tests {name}", input_schema={"type": "object"}) for name in more]
        return own.model_copy(update={"tools": [*own.tools, *beside]})

    async def call_tool(context: Context, params: t.CallToolRequestParams) -> Any:
        answer: Answer | Any = await more.get(params.name, called.handler)(context, params)
        return answer

    server.add_request_handler("tools/list", t.PaginatedRequestParams, list_tools)
    server.add_request_handler("tools/call", t.CallToolRequestParams, call_tool)
    server.add_request_handler("subscriptions/listen", t.SubscriptionsListenRequestParams, ListenHandler(bus))
    server.middleware.append(RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience=server.name))
    add_offers(server)
    return server


async def main() -> None:
    listener = bound(Place(port=0))
    url = url_of(listener)
    kept = NothingKept()
    admission = Admission(kept, kept, SystemClock(), "http")
    app = http_app(everything(admission), kept, admission, keyless=local_caller())
    await listen(app, listener, lambda: print(json.dumps({"mcp": f"{url}/mcp"}), flush=True))


if __name__ == "__main__":
    asyncio.run(main())
