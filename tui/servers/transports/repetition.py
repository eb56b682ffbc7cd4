"""When a refused call is sent a second time: only after an answer that says it was not carried out, and only once."""

from collections.abc import Awaitable, Callable

import anyio
from mcp import MCPError
from mcp import types as mcp_types
from mcp.shared.exceptions import UrlElicitationRequiredError
from pydantic import ValidationError

from tui.domain.servers import ToolInfo
from tui.servers.connection import Connection
from tui.servers.faults import URL_ELICITATION_REQUIRED, forgot_session

REOPEN_S = 10.0
"""How long a call waits for its server to be opened again."""
_PAGE_CAP = 5


async def insist(
    connection: Connection, tool: ToolInfo, send: Callable[[], Awaitable[mcp_types.CallToolResult]]
) -> mcp_types.CallToolResult:
    """Returns what `send` returns. Raises what it raises.

    A server that wants a page visited first refused the call (-32042): it is sent again after the visit. One that
    forgot the session (HTTP 404) did so too: a call that may be repeated is sent again on the new session.
    """
    try:
        return await send()
    except MCPError as error:
        if error.code == URL_ELICITATION_REQUIRED and await _visited(connection, error):
            return await send()
        if forgot_session(error) and (tool.read_only or tool.idempotent) and await _open_again(connection):
            return await send()
        raise


async def _visited(connection: Connection, error: MCPError) -> bool:
    """Puts every page to the person. Returns whether all were visited."""
    try:
        wanted = UrlElicitationRequiredError.from_error(error.error).elicitations
    except (ValidationError, ValueError, TypeError):
        return False
    for each in wanted[:_PAGE_CAP]:
        if not await connection.requests.page_visited(each):
            return False
    return 0 < len(wanted) <= _PAGE_CAP


async def _open_again(connection: Connection) -> bool:
    with anyio.move_on_after(REOPEN_S):
        await connection.reopened()
        return True
    return False
