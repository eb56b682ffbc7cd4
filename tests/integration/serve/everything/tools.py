"""Tools that go through the catalog, as the program's own do, and tools that answer what those never need to."""

from collections.abc import Awaitable, Callable, Mapping

import anyio
import mcp_types as t
from mcp import MCPError
from mcp.server.subscriptions import PromptsListChanged, SubscriptionBus, ToolsListChanged

from tui.domain.errors import CallError
from tui.serve.mcp_server import Context
from tui.serve.tool import Call, Hints, ServedTool, ToolAnswer

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="

Answer = t.CallToolResult | t.InputRequiredResult
Special = Callable[[Context, t.CallToolRequestParams], Awaitable[Answer]]


def text(words: str) -> t.CallToolResult:
    return t.CallToolResult(content=[t.TextContent(type="text", text=words)])


# --- through the catalog


async def _simple(call: Call) -> ToolAnswer:
    return ToolAnswer({}, text="This is a simple text response for testing.")


async def _error(call: Call) -> ToolAnswer:
    raise CallError("This tool intentionally returns an error for testing")


_JSON_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {"$anchor": "addressDef", "type": "object", "properties": {"street": {"type": "string"}}},
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}
_HEADER_SCHEMA = {
    "type": "object",
    "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
    "required": ["region"],
}


def served() -> list[ServedTool]:
    schemas = {"json_schema_2020_12_tool": _JSON_SCHEMA, "test_header": _HEADER_SCHEMA}
    handlers = {
        "test_simple_text": _simple,
        "test_error_handling": _error,
        **dict.fromkeys(schemas, _simple),
    }
    nothing = {"type": "object", "properties": {}}
    return [
        ServedTool(
            name=name,
            description=f"Tests {name}",
            input_schema=schemas.get(name, nothing),
            output_schema=nothing,
            hints=Hints(read_only=True),
            scopes=("read:health",),
            handler=handler,
        )
        for name, handler in handlers.items()
    ]


# --- beside it


def _resource(uri: str, mime_type: str, words: str) -> t.EmbeddedResource:
    return t.EmbeddedResource(
        type="resource", resource=t.TextResourceContents(uri=uri, mime_type=mime_type, text=words)
    )


def _contents(*blocks: t.ContentBlock) -> Special:
    async def answer(context: Context, params: t.CallToolRequestParams) -> Answer:
        return t.CallToolResult(content=list(blocks))

    return answer


async def _progress(context: Context, params: t.CallToolRequestParams) -> Answer:
    for done in (0, 50, 100):
        await context.session.report_progress(done, 100, f"step {done} of 100")
        await anyio.sleep(0.01)
    return text("done")


async def _logs(context: Context, params: t.CallToolRequestParams) -> Answer:
    for words in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await context.session.send_log_message("info", words, related_request_id=context.request_id)
    return text("logged")


async def _needs_sampling(context: Context, params: t.CallToolRequestParams) -> Answer:
    if not context.session.check_client_capability(t.ClientCapabilities(sampling=t.SamplingCapability())):
        raise MCPError(
            t.MISSING_REQUIRED_CLIENT_CAPABILITY, "sampling is needed", {"requiredCapabilities": {"sampling": {}}}
        )
    return text("sampling is there")


def _changes(bus: SubscriptionBus, event: ToolsListChanged | PromptsListChanged) -> Special:
    async def answer(context: Context, params: t.CallToolRequestParams) -> Answer:
        await bus.publish(event)
        return text("changed")

    return answer


def special(bus: SubscriptionBus) -> Mapping[str, Special]:
    image = t.ImageContent(type="image", data=PNG, mime_type="image/png")
    words = t.TextContent(type="text", text="Multiple content types test:")
    mixed = _resource("test://mixed-content-resource", "application/json", '{"test": "data", "value": 123}')
    return {
        "test_tool_with_progress": _progress,
        "test_streaming_elicitation": _progress,
        "test_image_content": _contents(image),
        "test_audio_content": _contents(t.AudioContent(type="audio", data=WAV, mime_type="audio/wav")),
        "test_embedded_resource": _contents(
            _resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")
        ),
        "test_multiple_content_types": _contents(words, image, mixed),
        "test_tool_with_logging": _logs,
        "test_logging_tool": _logs,
        "test_missing_capability": _needs_sampling,
        "test_trigger_tool_change": _changes(bus, ToolsListChanged()),
        "test_trigger_prompt_change": _changes(bus, PromptsListChanged()),
    }
