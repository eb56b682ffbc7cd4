"""HTTP MCP servers over real sockets: the SDK's own (both HTTP transports), and one that answers what it is told."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)
from pydantic import BaseModel
from starlette.types import ASGIApp


class Name(BaseModel):
    """What the fixture asks the person."""

    name: str


def make_server() -> MCPServer:
    """Returns a small server on the SDK."""
    server = MCPServer("fixture", instructions="Be brief.")

    @server.tool()
    async def add(a: int, b: int) -> int:
        """Adds two numbers."""
        return a + b

    @server.tool()
    async def wait(seconds: float, ctx: Context) -> str:
        """Waits, and reports progress first."""
        await ctx.report_progress(1, 2, "waiting")
        await asyncio.sleep(seconds)
        return "waited"

    @server.tool()
    async def grow(ctx: Context) -> str:
        """Adds a tool and announces it."""
        server.add_tool(lambda: "new", name="grown", description="Was not there before.")
        await ctx.notify_tools_changed()
        return "grown"

    @server.tool()
    async def edit(uri: str, ctx: Context) -> str:
        """Announces that a resource changed."""
        await ctx.notify_resource_updated(uri)
        return "edited"

    @server.resource("note://today")
    def note() -> str:
        return "buy \x1b[31mmilk"

    @server.prompt()
    def greet(who: str) -> str:
        """Greets somebody."""
        return f"Say hello to {who}."

    @server.resource("note://{year}/{month}")
    def notes(year: str, month: str) -> str:
        return f"notes of {month} {year}"

    @server.completion()
    async def suggest(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        """Suggests what was typed and what it was told of the other arguments."""
        others = (context.arguments if context else None) or {}
        return Completion(values=[f"{argument.value}:{name}={value}" for name, value in others.items()])

    return server


@asynccontextmanager
async def serving(app: ASGIApp, port: int = 0) -> AsyncIterator[int]:
    """Serves `app` on a loopback port for the length of the block; yields the port."""
    # IPPROTO_TCP spelled out, or asyncio leaves Nagle's algorithm on.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    config = uvicorn.Config(app, lifespan="on", log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        await task
        listener.close()


Reply = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""


def rpc(request_id: Any, **outcome: Any) -> Reply:
    """Returns an ordinary JSON answer."""
    body = json.dumps({"jsonrpc": "2.0", "id": request_id, **outcome}).encode()
    return 200, {"content-type": "application/json"}, body


def greeting(message: dict[str, Any]) -> Reply | None:
    """Answers the requests every session begins with; None for all others."""
    request_id, method = message.get("id"), message.get("method")
    tool = {"name": "echo", "inputSchema": {"type": "object"}}
    if method == "initialize":
        info = {
            "protocolVersion": "2025-11-25",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "raw", "version": "1"},
        }
        return rpc(request_id, result=info)
    if method == "tools/list":
        return rpc(request_id, result={"tools": [tool]})
    if request_id is None:
        return 202, {}, b""
    if method != "tools/call":
        return rpc(request_id, error={"code": -32601, "message": "no such method"})
    return None


@asynccontextmanager
async def answering(reply: Callable[[dict[str, Any]], Awaitable[Reply | None]]) -> AsyncIterator[int]:
    """Answers each POST with what `reply` returns for its JSON, hangs up on None; yields the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
                )
                body = await reader.readexactly(length)
                answer = await reply(json.loads(body)) if head.startswith(b"POST") else (405, {}, b"")
                if answer is None:
                    break
                status, headers, data = answer
                lines = [
                    f"HTTP/1.1 {status} X",
                    *(f"{k}: {v}" for k, v in headers.items()),
                    f"content-length: {len(data)}",
                ]
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
