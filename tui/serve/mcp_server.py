"""The served tools as an MCP server, over any transport and in both eras of the protocol."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp import MCPError
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel import Server
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from pydantic import ValidationError

from tui import __version__
from tui.domain.errors import McpTuiError
from tui.serve.auth import caller_of_request
from tui.serve.caller import Caller
from tui.serve.calls import Calls, NoSuchToolError
from tui.serve.tool import ServedTool
from tui.serve.unheard import heard

Context = ServerRequestContext[Any, Any]

INSTRUCTIONS = (
    "Tools of an LLM gateway: its health, chains of models, quotas, cost and budget, and requests routed through it. "
    "Amounts are US dollars; a figure that nobody knows is null and named in `unknown`."
)


def mcp_server(calls: Calls, local: Caller | None) -> Server[Any]:
    """Returns a server of the tools.

    `local` is who calls over a transport that has no requests of its own (stdio); over HTTP callers show keys.
    """
    answers = _Answers(calls, local)
    server = Server[Any](
        "mcp-tui",
        version=__version__,
        instructions=INSTRUCTIONS,
        get_tool_input_schema=lambda name: _schema(calls.catalog.find(name)),
        on_list_tools=answers.list_tools,
        on_call_tool=answers.call_tool,
    )
    server.middleware.append(answers.record_refusal)
    return server


@dataclass(frozen=True, slots=True)
class _Answers:
    """Answers the server's requests."""

    calls: Calls
    local: Caller | None

    async def list_tools(self, context: Context, _: PaginatedRequestParams | None) -> ListToolsResult:
        # Each caller sees what it may use, so no answer may be kept for another.
        tools = [_described(tool) for tool in self.calls.catalog.listed(self._caller(context))]
        return ListToolsResult(tools=tools, ttl_ms=0, cache_scope="private")

    async def call_tool(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        try:
            answer = await self.calls.carry_out(self._caller(context), params.name, params.arguments or {})
        except NoSuchToolError as error:
            # MCP, Tools, Error Handling: an unknown tool is a protocol error, everything else a result.
            raise MCPError(INVALID_PARAMS, error.message) from error
        except McpTuiError as error:
            return CallToolResult(content=[_text(f"{error.message} {error.hint}".strip())], is_error=True)
        text = answer.text if answer.text is not None else json.dumps(answer.structured, ensure_ascii=False)
        return CallToolResult(content=[_text(text)], structured_content=dict(answer.structured), is_error=answer.failed)

    async def record_refusal(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Lets requests through, and records calls that end before there is a tool: malformed, too early, unknown."""
        if ctx.request is not None:
            heard(ctx.request)
        try:
            return await call_next(ctx)
        except (MCPError, ValidationError):
            if ctx.method == "tools/call":
                asked = ctx.params or {}
                named = asked.get("name")
                name = named if isinstance(named, str) and named else ctx.method
                await self.calls.admission.turned_away(self._caller(ctx), name, asked.get("arguments"))
            raise

    def _caller(self, context: Context) -> Caller:
        caller = self.local if context.request is None else caller_of_request(context.request)
        if caller is None:
            raise MCPError(INVALID_PARAMS, "Nobody is known to call.")
        return caller


def _schema(tool: ServedTool | None) -> Mapping[str, Any] | None:
    return tool.input_schema if tool else None


def _described(tool: ServedTool) -> Tool:
    return Tool(
        name=tool.name,
        title=tool.title or None,
        description=tool.description,
        input_schema=dict(tool.input_schema),
        output_schema=dict(tool.output_schema),
        annotations=ToolAnnotations(
            read_only_hint=tool.hints.read_only,
            destructive_hint=tool.hints.destructive,
            idempotent_hint=tool.hints.idempotent,
            open_world_hint=tool.hints.open_world,
        ),
    )


def _text(text: str) -> TextContent:
    return TextContent(type="text", text=text)
