"""How each kind of thing a server offers is called by hand."""

from collections.abc import Mapping
from typing import Literal

from tui.domain.errors import McpTuiError
from tui.domain.ids import CallId
from tui.domain.messages import FilePart, ImagePart, Json, Message, TextPart
from tui.domain.servers import ImageBlock, ResultBlock, TextBlock, ToolResult, error_result
from tui.domain.text import CleanText, clean_line
from tui.engine import Engine
from tui.ui.widgets.form.uri_template import expand
from tui.ui.widgets.tools.catalog_list import CatalogEntry


async def carry_out(engine: Engine, entry: CatalogEntry, values: Mapping[str, Json], call_id: CallId) -> ToolResult:
    """Calls the tool, reads the resource or gets the prompt; a refusal becomes an error result."""
    began = engine.clock.monotonic()
    try:
        if entry.kind == "tool":
            return await engine.servers.call_tool(entry.server, entry.raw_name, dict(values), call_id)
        blocks = await _blocks(engine, entry, {name: str(value) for name, value in values.items()})
    except McpTuiError as error:
        took = round((engine.clock.monotonic() - began) * 1000)
        return error_result("error", CleanText(f"{error.message}\n{error.hint}".strip()), took)
    took = round((engine.clock.monotonic() - began) * 1000)
    return ToolResult("ok", blocks, duration_ms=took, size=sum(_size(block) for block in blocks))


async def suggestions(
    engine: Engine, entry: CatalogEntry, argument: str, typed: str, filled: Mapping[str, Json]
) -> list[str]:
    """Returns what the server suggests for an argument of a prompt or a template; nothing when it cannot."""
    if entry.kind not in ("prompt", "template"):
        return []
    kind: Literal["prompt", "resource"] = "prompt" if entry.kind == "prompt" else "resource"
    try:
        others = {name: str(value) for name, value in filled.items()}
        found = await engine.servers.complete(entry.server, kind, entry.raw_name, argument, typed, filled=others)
    except McpTuiError:
        return []  # a help to typing, not an order: the call itself will say what is wrong
    # What is shown is what would be sent: a suggestion that needs cleaning is left out.
    return [text for text in found if clean_line(text) == text]


async def _blocks(engine: Engine, entry: CatalogEntry, texts: dict[str, str]) -> tuple[ResultBlock, ...]:
    if entry.kind == "prompt":
        messages = await engine.servers.get_prompt(entry.server, entry.raw_name, texts)
        return tuple(block for message in messages for block in _message_blocks(message))
    uri = expand(entry.raw_name, texts) if entry.kind == "template" else entry.raw_name
    return await engine.servers.read_resource(entry.server, uri)


def _message_blocks(message: Message) -> list[ResultBlock]:
    blocks: list[ResultBlock] = []
    for part in message.parts:
        match part:
            case TextPart():
                blocks.append(TextBlock(CleanText(f"{message.role}: {part.text}")))
            case ImagePart():
                mime_type = clean_line(part.mime_type, 80)
                blocks.append(ImageBlock(mime_type, part.data_base64, len(part.data_base64) * 3 // 4))
            case FilePart():
                blocks.append(TextBlock(CleanText(f"{message.role}: {part.name}\n{part.text}")))
    return blocks


def _size(block: ResultBlock) -> int:
    text = getattr(block, "text", None)
    return len(text.encode("utf-8", "replace")) if isinstance(text, str) else int(getattr(block, "size", 0))
