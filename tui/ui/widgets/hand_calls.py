"""Calls made by hand: how each kind is carried out, and the list of recent ones."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.content import Content

from tui.domain.errors import McpTuiError
from tui.domain.ids import CallId
from tui.domain.messages import FilePart, ImagePart, Json, Message, TextPart
from tui.domain.servers import ImageBlock, ResourceInfo, ResultBlock, TextBlock, ToolInfo, ToolResult, error_result
from tui.domain.text import CleanText, clean_line
from tui.engine import Engine
from tui.ui.format import duration, tokens
from tui.ui.widgets.catalog_list import CatalogEntry
from tui.ui.widgets.detail import lines
from tui.ui.widgets.ink import Piece, fit, right_fit
from tui.ui.widgets.uri_template import expand


@dataclass(frozen=True, slots=True)
class HandCall:
    """A call that is over."""

    entry: CatalogEntry
    values: Mapping[str, Json]
    result: ToolResult
    at: float


async def carry_out(engine: Engine, entry: CatalogEntry, values: Mapping[str, Json], call_id: CallId) -> ToolResult:
    """Calls the tool, reads the resource or gets the prompt; a refusal becomes an error result."""
    began = engine.clock.monotonic()
    try:
        if entry.kind == "tool":
            return await engine.call_tool(entry.server, entry.raw_name, dict(values), call_id)
        blocks = await _blocks(engine, entry, {name: str(value) for name, value in values.items()})
    except McpTuiError as error:
        took = round((engine.clock.monotonic() - began) * 1000)
        return error_result("error", CleanText(f"{error.message}\n{error.hint}".strip()), took)
    took = round((engine.clock.monotonic() - began) * 1000)
    return ToolResult("ok", blocks, duration_ms=took, size=sum(_size(block) for block in blocks))


async def _blocks(engine: Engine, entry: CatalogEntry, texts: dict[str, str]) -> tuple[ResultBlock, ...]:
    if entry.kind == "prompt":
        messages = await engine.get_prompt(entry.server, entry.raw_name, texts)
        return tuple(block for message in messages for block in _message_blocks(message))
    uri = expand(entry.raw_name, texts) if entry.kind == "template" else entry.raw_name
    return await engine.read_resource(entry.server, uri)


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


def call_cells(call: HandCall, width: int) -> list[Piece]:
    """Draws one recent call."""
    sign, ink = ("✓", "ok") if call.result.outcome == "ok" else ("✗", "bad")
    took = duration(call.result.duration_ms)
    return [(f"{sign} ", ink), (fit(call.entry.label, width - 11), ""), (right_fit(took, 9), "dim")]


def entry_text(entry: CatalogEntry) -> Content:
    """Returns name, kind, what it may do, and the description."""
    thing = entry.thing
    title = Content.assemble((entry.label, "bold"), (f"   {entry.kind} of {clean_line(entry.server)}", "$dim"))
    parts: list[Content | None] = [title]
    if isinstance(thing, ToolInfo):
        parts.append(_annotations(thing))
    if isinstance(thing, ResourceInfo):
        size = "" if thing.size is None else f"   {thing.size} B"
        parts.append(Content.assemble((clean_line(thing.uri), "$code"), (f"   {thing.mime_type}{size}", "$dim")))
    elif thing.title and thing.title != entry.label:
        parts.append(Content(thing.title))
    if thing.description:
        parts += [None, Content(thing.description)]
    return lines(parts)


def _annotations(tool: ToolInfo) -> Content:
    if tool.read_only:
        says = Content.styled("says it only reads", "$text-success")
    else:
        says = Content.styled("may destroy things" if tool.destructive else "may change things", "$text-warning")
    extras = "   only as a task" if tool.task_required else ""
    return says + Content.styled(f"   definition costs {tokens(tool.schema_tokens)} tokens a request{extras}", "$dim")


def recent_title(call_count: int) -> Content:
    """Returns the heading of the recent calls."""
    return Content.assemble(("Recent calls", "bold"), (f"  {call_count}" if call_count else "", "$dim"))
