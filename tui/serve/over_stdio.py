"""Serving MCP to the program that started this one, over its standard streams."""

from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server


async def serve_stdio(server: Server[Any]) -> None:
    """Serves until the other side closes. Meanwhile whatever writes to stdout ends up on stderr: the wire is MCP's."""
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())
