"""Content blocks of the protocol turned into the program's own, cleaned on the way in."""

import asyncio
import base64
import binascii
from collections.abc import Iterable

from mcp import types as mcp_types
from pydantic_core import to_json

from tui.domain.messages import ImagePart, Json, Message, Part, TextPart
from tui.domain.servers import (
    AudioBlock,
    ImageBlock,
    ResourceBlock,
    ResourceLinkBlock,
    ResultBlock,
    TextBlock,
    ToolResult,
)
from tui.domain.text import CleanText, clean, clean_line
from tui.servers.transports.repair import STRUCTURED_META, Untouched

_SLICE_CHARS = 256 * 1024
_URI_CHARS = 2_000


async def tool_result(answer: mcp_types.CallToolResult, duration_ms: int) -> ToolResult:
    """Returns the answer as a result: `ok`, or `error` when the tool says it failed."""
    blocks = [await result_block(block) for block in answer.content]
    structured: Json = None
    told = _structured(answer)
    if told is not None:
        # In a thread: a hundred thousand small values take a second.
        structured = await asyncio.to_thread(_cleaned, told)
        if not any(isinstance(block, TextBlock) for block in blocks):
            # A model is told text only; without this a purely structured answer would look empty.
            blocks.append(TextBlock(CleanText(to_json(structured).decode())))
    if answer.is_error and not blocks:
        blocks.append(TextBlock(CleanText("The tool failed and did not say why.")))
    size = sum(block_size(block) for block in blocks)
    return ToolResult("error" if answer.is_error else "ok", tuple(blocks), structured, duration_ms, size)


async def result_block(block: mcp_types.ContentBlock) -> ResultBlock:
    """Returns one content block, cleaned; data that is no base64 becomes a sentence."""
    match block:
        case mcp_types.TextContent():
            return TextBlock(await clean_long(block.text))
        case mcp_types.ImageContent() | mcp_types.AudioContent():
            return _media(block)
        case mcp_types.ResourceLink():
            return ResourceLinkBlock(
                clean_line(block.uri, _URI_CHARS),
                clean_line(block.title or block.name, 200),
                clean(block.description or "", 2_000),
                clean_line(block.mime_type or "", 100),
            )
        case _:
            return await resource_block(block.resource)


def _media(block: mcp_types.ImageContent | mcp_types.AudioContent) -> ResultBlock:
    mime_type = clean_line(block.mime_type, 100)
    size = _decoded_size(block.data)
    if size is None:
        return TextBlock(clean(f"[{mime_type}: the data is damaged and was left out]"))
    kind = ImageBlock if isinstance(block, mcp_types.ImageContent) else AudioBlock
    return kind(mime_type, block.data, size)


async def resource_block(item: mcp_types.TextResourceContents | mcp_types.BlobResourceContents) -> ResourceBlock:
    """Returns a resource's contents, text or base64 data."""
    uri, mime_type = clean_line(item.uri, _URI_CHARS), clean_line(item.mime_type or "", 100)
    if isinstance(item, mcp_types.TextResourceContents):
        text = await clean_long(item.text)
        return ResourceBlock(uri, mime_type, text, size=len(text.encode()))
    size = _decoded_size(item.blob)
    if size is None:
        return ResourceBlock(uri, mime_type, CleanText("[the data is damaged and was left out]"))
    return ResourceBlock(uri, mime_type, None, item.blob, size)


def _decoded_size(data: str) -> int | None:
    try:
        return len(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        return None


def block_size(block: ResultBlock) -> int:
    """Returns a block's bytes of text or data."""
    match block:
        case TextBlock():
            return len(block.text.encode())
        case ImageBlock() | AudioBlock() | ResourceBlock():
            return block.size
        case _:
            return 0


async def prompt_messages(items: Iterable[mcp_types.PromptMessage]) -> tuple[Message, ...]:
    """Returns a prompt's messages; what a model cannot be sent is described in words."""
    return tuple([Message(item.role, (_part(await result_block(item.content)),)) for item in items])


def _part(block: ResultBlock) -> Part:
    match block:
        case TextBlock():
            return TextPart(block.text)
        case ImageBlock():
            return ImagePart(block.mime_type, block.data_base64)
        case ResourceBlock() if block.text is not None:
            return TextPart(CleanText(f"[{block.uri}]\n{block.text}"))
        case ResourceLinkBlock() | ResourceBlock():
            return TextPart(CleanText(f"[resource {block.uri} {block.mime_type}]"))
        case AudioBlock():
            return TextPart(CleanText(f"[sound, {block.mime_type}, {block.size:,} bytes]"))


async def clean_long(text: str) -> CleanText:
    """Returns `text` cleaned; megabytes are cleaned in slices between which the loop goes on."""
    if len(text) <= _SLICE_CHARS:
        return clean(text)
    pieces = []
    start = 0
    while start < len(text):
        end = _slice_end(text, start)
        pieces.append(clean(text[start:end]))
        start = end
        await asyncio.sleep(0)
    return CleanText("".join(pieces))


def _slice_end(text: str, start: int) -> int:
    """A slice ends after a newline, so that no sequence of characters that belong together is cut."""
    end = start + _SLICE_CHARS
    newline = text.rfind("\n", start, end)
    if newline > start:
        return newline + 1
    while end < len(text) and not text[end].isascii():
        end += 1
    return end


def _cleaned(value: Json) -> Json:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in value.items()}
    return value


def _structured(answer: mcp_types.CallToolResult) -> Json:
    aside = (answer.meta or {}).get(STRUCTURED_META)
    return aside.value if isinstance(aside, Untouched) else answer.structured_content
