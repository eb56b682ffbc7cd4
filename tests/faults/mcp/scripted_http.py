"""A remote MCP server that answers by a script: every POST is recorded, a call is answered by the next reply."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.fakes.mcp_host import Host
from tests.fakes.mcp_http import Reply, answering, rpc
from tui.domain.ids import ServerName
from tui.domain.questions import ElicitationAnswer
from tui.domain.servers import ServerSpec

Message = dict[str, Any]
Script = Callable[[Message, int], Reply | None]
"""Takes a call and its number from 1; None hangs up."""
ECHO = {"name": "echo", "inputSchema": {"type": "object"}}
SAFE = ECHO | {"annotations": {"readOnlyHint": True}}
LONG = ECHO | {"execution": {"taskSupport": "required"}}
OLD, NEW = "2025-11-25", "2026-07-28"


def ok(message: Message, text: str = "done") -> Reply:
    return result(message, content=[{"type": "text", "text": text}])


def result(message: Message, **fields: Any) -> Reply:
    return rpc(message["id"], result={"resultType": "complete", **fields})


def error(message: Message, code: int, said: str, **data: Any) -> Reply:
    return rpc(message["id"], error={"code": code, "message": said, "data": data})


def asks(message: Message, state: str, **requests: Any) -> Reply:
    """Answers a call with another question (multi round-trip requests)."""
    fields = {"resultType": "input_required", "requestState": state, "inputRequests": requests}
    return rpc(message["id"], result=fields)


def form(text: str = "Your name?") -> dict[str, Any]:
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    return {"method": "elicitation/create", "params": {"mode": "form", "message": text, "requestedSchema": schema}}


class ScriptedServer:
    """Speaks one era. `calls` are the tool calls and what belongs to them, in order; `greetings` the handshakes."""

    def __init__(self, script: Script, era: str, tool: dict[str, Any]) -> None:
        self.calls: list[Message] = []
        self.greetings: list[Message] = []
        self._script = script
        self._era = era
        self._tool = tool

    async def reply(self, message: Message) -> Reply | None:
        method = message.get("method", "")
        if method.startswith("notifications/") or "method" not in message:
            return 202, {}, b""
        if method == "server/discover" and self._era == NEW:
            self.greetings.append(message)
            fields = {"supportedVersions": [NEW], "capabilities": {"tools": {}}, "ttlMs": 0, "cacheScope": "private"}
            return result(message, **fields)
        if method == "initialize":
            self.greetings.append(message)
            info = {"protocolVersion": OLD, "capabilities": {"tools": {}}, "serverInfo": {"name": "s", "version": "1"}}
            status, headers, body = rpc(message["id"], result=info)
            return status, headers | {"mcp-session-id": f"session-{len(self.greetings)}"}, body
        if method == "tools/list":
            return result(message, tools=[self._tool], ttlMs=0, cacheScope="private")
        if method.startswith(("tools/call", "tasks/")):
            self.calls.append(message)
            return self._script(message, len(self.calls))
        return error(message, -32601, "no such method")


@asynccontextmanager
async def scripted(
    script: Script, *, era: str = OLD, tool: dict[str, Any] = ECHO, **fields: Any
) -> AsyncIterator[tuple[Host, ScriptedServer]]:
    """Runs a pool with one scripted server called `s`; its questions are accepted with a name."""
    server = ScriptedServer(script, era, tool)
    async with answering(server.reply) as port:
        host = Host()
        host.answer = lambda _: ElicitationAnswer("accept", {"name": "Ada"})
        spec = ServerSpec(
            ServerName("s"), "http", url=f"http://127.0.0.1:{port}/mcp", trusted=True, call_timeout_s=10, **fields
        )
        await host.pool.start([spec])
        try:
            await host.pool.wait_settled(20)
            yield host, server
        finally:
            await host.pool.stop()
