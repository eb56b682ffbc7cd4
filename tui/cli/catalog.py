"""`mcp-tui tools`, `resources` and `prompts`: what servers offer, used by hand."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from tui.cli.addressing import connected, only_server, parse_arguments, settled, split_name
from tui.cli.invocation import Invocation
from tui.cli.output import Output
from tui.domain.errors import UsageError
from tui.domain.ids import ServerName
from tui.domain.servers import (
    AudioBlock,
    ImageBlock,
    PromptInfo,
    ResourceBlock,
    ResourceInfo,
    ResourceLinkBlock,
    ResultBlock,
    TextBlock,
    ToolInfo,
)
from tui.domain.text import clean_line
from tui.engine import Engine

Offers = Literal["tools", "resources", "prompts"]


def list_tools(call: Invocation) -> int:
    """Prints the tools of all servers, or of one."""
    return _list(call, "tools")


def list_resources(call: Invocation) -> int:
    """Prints the resources and templates of all servers, or of one."""
    return _list(call, "resources")


def list_prompts(call: Invocation) -> int:
    """Prints the prompts of all servers, or of one."""
    return _list(call, "prompts")


def _list(call: Invocation, kind: Offers) -> int:
    """Servers that fail are told on stderr; 3 when none could be reached."""
    output = call.output
    chosen = only_server(call.settings, call.given.only) if call.given.only else call.settings

    async def verb(engine: Engine) -> int:
        statuses = await settled(engine)
        offers = [offer for catalog in engine.parts.pool.catalogs() for offer in getattr(catalog, kind)]
        for status in statuses:
            if status.state not in ("ready", "disabled"):
                output.say(f"mcp-tui: {status.name} is {status.state}: {status.error or status.hint}")
        if output.as_json:
            output.document({kind: offers})
        else:
            output.table([_row(offer) for offer in offers])
        reached = any(status.state == "ready" for status in statuses)
        return 0 if reached or not chosen.servers else 3

    return call.on_engine(verb, chosen)


def _row(offer: ToolInfo | ResourceInfo | PromptInfo) -> tuple[str, ...]:
    summary = clean_line(offer.description, 100)
    if isinstance(offer, ResourceInfo):
        return (offer.server, clean_line(offer.uri, 120), summary or offer.name)
    return (f"{offer.server}.{clean_line(offer.name, 120)}", summary or offer.title)


def show_tool(call: Invocation) -> int:
    """Prints a tool's description and schema."""
    output = call.output
    server, name = split_name(call.given.tool, call.settings.servers)

    async def use(engine: Engine) -> int:
        tool = engine.servers.tool(server, name)
        if output.as_json:
            output.document(tool)
            return 0
        output.text(f"{tool.server}.{clean_line(tool.name)}  {tool.title}\n{tool.description}\n")
        output.document(tool.input_schema)
        return 0

    return _with_server(call, server, use)


def call_tool(call: Invocation) -> int:
    """Calls a tool and prints its result; 1 when the result is an error, 4 when the tool is held back."""
    output = call.output
    server, name = split_name(call.given.tool, call.settings.servers)

    async def use(engine: Engine) -> int:
        tool = engine.servers.tool(server, name)
        arguments = parse_arguments(call.given.arguments, call.given.args, tool.input_schema)
        result = await engine.servers.call_tool(server, name, arguments)
        if output.as_json:
            output.document({"server": server, "tool": name, "arguments": arguments, "result": result})
        else:
            _print_blocks(output, result.blocks)
            if result.outcome != "ok":
                output.say(f"mcp-tui: {result.outcome} after {result.duration_ms} ms")
        return {"ok": 0, "denied": 4}.get(result.outcome, 1)

    return _with_server(call, server, use)


def read_resource(call: Invocation) -> int:
    """Prints a resource's contents."""
    server, uri, output = ServerName(call.given.server), call.given.uri, call.output

    async def use(engine: Engine) -> int:
        blocks = await engine.servers.read_resource(server, uri)
        if output.as_json:
            output.document({"server": server, "uri": uri, "contents": blocks})
        else:
            _print_blocks(output, blocks)
        return 0

    return _with_server(call, server, use)


def get_prompt(call: Invocation) -> int:
    """Prints a prompt's messages."""
    output = call.output
    server, name = split_name(call.given.prompt, call.settings.servers)
    arguments = dict(_pair(pair) for pair in call.given.arguments)

    async def use(engine: Engine) -> int:
        messages = await engine.servers.get_prompt(server, name, arguments)
        if output.as_json:
            output.document({"server": server, "prompt": name, "messages": messages})
        else:
            for message in messages:
                output.text(f"[{message.role}]\n{message.text}")
        return 0

    return _with_server(call, server, use)


def _pair(pair: str) -> tuple[str, str]:
    key, equals, value = pair.partition("=")
    if not equals or not key:
        raise UsageError(f"{pair!r} is not KEY=VALUE.", "Write a prompt's arguments as key=value.")
    return key, value


def _with_server(call: Invocation, server: ServerName, use: Callable[[Engine], Awaitable[int]]) -> int:
    """Runs `use` once this one server is connected; the others are not started for it."""

    async def verb(engine: Engine) -> int:
        await connected(engine, server)
        return await use(engine)

    return call.on_engine(verb, only_server(call.settings, server))


def _print_blocks(output: Output, blocks: Sequence[ResultBlock]) -> None:
    for block in blocks:
        output.text(_block_text(block))


def _block_text(block: ResultBlock) -> str:
    match block:
        case TextBlock():
            return block.text
        case ImageBlock() | AudioBlock():
            return f"[{block.mime_type}, {block.size:,} bytes; --json prints the data]"
        case ResourceLinkBlock():
            return f"[resource {block.uri} {block.name}]".rstrip()
        case ResourceBlock():
            return block.text if block.text is not None else f"[{block.mime_type}, {block.size:,} bytes]"
