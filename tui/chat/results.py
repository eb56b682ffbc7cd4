"""A tool's result as it enters the conversation: shortened, told in words, pictures behind it."""

import asyncio
import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from tui.chat.context import PICTURES_FOLLOW, message_tokens, picture_tokens
from tui.config.paths import make_private
from tui.domain.errors import ConfigError
from tui.domain.ids import CallId
from tui.domain.messages import ImagePart, Message, Part, TextPart
from tui.domain.servers import (
    AudioBlock,
    ImageBlock,
    ResourceBlock,
    ResourceLinkBlock,
    ResultBlock,
    TextBlock,
    ToolResult,
)
from tui.domain.text import CleanText, clean

_MAX_BLOCKS = 256
_FULL_PARTS = 4
"""So many parts of a result may each be as long as one part may be; more share that room."""
_PREFIXES = {
    "denied": "The call was not allowed. ",
    "cancelled": "The call was cancelled. ",
    "timeout": "The call timed out. ",
    "invalid": "The call was not sent. ",
    "error": "Error: ",
}


async def shortened(result: ToolResult, limit: int, directory: Path, call_id: CallId) -> ToolResult:
    """Returns the result with long texts cut to `limit` bytes each; the whole is kept in a file of the person (0600).

    When the file cannot be written the texts are cut all the same and say so.
    """
    limit = min(limit, _FULL_PARTS * limit // max(1, len(result.blocks)))
    if len(result.blocks) <= _MAX_BLOCKS and not any(_size(_text(block)) > limit for block in result.blocks):
        return result
    spill_path = await asyncio.to_thread(_spilled, result, directory, call_id)
    where = "the whole is kept in a file" if spill_path else "the rest could not be kept"
    blocks: list[ResultBlock] = [_cut(block, limit, where) for block in result.blocks[:_MAX_BLOCKS]]
    if len(result.blocks) > _MAX_BLOCKS:
        blocks.append(TextBlock(CleanText(f"[{len(result.blocks) - _MAX_BLOCKS:,} more parts left out; {where}]")))
    return replace(result, blocks=tuple(blocks), spill_path=spill_path)


def result_message(call_id: CallId, result: ToolResult, *, vision: bool, note: str = "") -> Message:
    """Returns the tool message: all a model is told as text, never base64. `note` stands first."""
    lines = [line for block in result.blocks if (line := _in_words(block))]
    if not vision and any(isinstance(block, ImageBlock) for block in result.blocks):
        lines.append("[this model cannot see pictures]")
    if not any(_text(block) for block in result.blocks) and result.structured is not None:
        lines.append(clean(json.dumps(result.structured, ensure_ascii=False, default=str), limit=64 * 1024))
    text = "\n".join(lines) or "(no output)"
    prefix = _PREFIXES.get(result.outcome, "")
    return Message("tool", (TextPart(CleanText(f"{note}{prefix}{text}")),), tool_call_id=call_id)


def pictures_message(results: Iterable[ToolResult]) -> Message | None:
    """Returns the message with the pictures of a round's results, None when there are none."""
    pictures: list[Part] = [
        ImagePart(block.mime_type, block.data_base64)
        for result in results
        for block in result.blocks
        if isinstance(block, ImageBlock)
    ]
    return Message("user", (TextPart(PICTURES_FOLLOW), *pictures)) if pictures else None


def result_tokens(message: Message, result: ToolResult, *, vision: bool) -> int:
    """Returns the estimated tokens a result adds to the conversation."""
    pictures = sum(picture_tokens(block.size) for block in result.blocks if isinstance(block, ImageBlock))
    return message_tokens(message) + (pictures if vision else 0)


def _text(block: ResultBlock) -> str:
    return (block.text or "") if isinstance(block, TextBlock | ResourceBlock) else ""


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def _cut(block: ResultBlock, limit: int, where: str) -> ResultBlock:
    text = _text(block)
    total = _size(text)
    if total <= limit or not isinstance(block, TextBlock | ResourceBlock):
        return block
    data = text.encode("utf-8", "replace")
    head = data[: limit * 2 // 3].decode("utf-8", "ignore")
    tail = data[-(limit // 3) :].decode("utf-8", "ignore") if limit >= 3 else ""
    left_out = total - _size(head) - _size(tail)
    notice = f"\n[… {left_out:,} of {total:,} bytes left out here; {where} …]\n"
    return replace(block, text=CleanText(head + notice + tail))


def _in_words(block: ResultBlock) -> str:
    match block:
        case TextBlock():
            return block.text
        case ImageBlock():
            return f"[picture {block.mime_type}, {block.size:,} bytes]"
        case AudioBlock():
            return f"[sound {block.mime_type}, {block.size:,} bytes, not passed on]"
        case ResourceLinkBlock():
            return f"[resource {block.name} at {block.uri}] {block.description}".rstrip()
        case ResourceBlock():
            return block.text or f"[resource {block.uri}, {block.mime_type}, {block.size:,} bytes, not passed on]"


def _spilled(result: ToolResult, directory: Path, call_id: CallId) -> str | None:
    """Writes all texts of a result to a new file that only its owner can read; returns where, None on failure."""
    path = directory / f"{''.join(char for char in call_id if char.isalnum() or char in '_-')[:80]}.txt"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        make_private(directory)
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", errors="replace") as file:
            file.writelines(f"{_in_words(block)}\n" for block in result.blocks)
    except (OSError, ConfigError):
        return None
    return str(path)
