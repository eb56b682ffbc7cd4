"""The beginning of a tool's result, block by block; pictures, sounds and links as one line each."""

import json
from typing import assert_never

from rich.segment import Segment

from tui.domain.servers import (
    AudioBlock,
    ImageBlock,
    ResourceBlock,
    ResourceLinkBlock,
    ResultBlock,
    TextBlock,
    ToolResult,
)
from tui.domain.text import clean
from tui.ui import format as figures
from tui.ui.widgets.transcript.look import Look
from tui.ui.widgets.transcript.wrapping import Line, fold

LONGEST_PARSED = 64 * 1024
"""Characters; a longer text is not tried as JSON."""


def result_text(result: ToolResult) -> str:
    """Returns all blocks as text, JSON laid out in lines."""
    texts = [block_text(block) for block in result.blocks]
    if result.structured is not None and not any(isinstance(block, TextBlock) for block in result.blocks):
        texts.append(clean(json.dumps(result.structured, indent=2, ensure_ascii=False, default=str)))
    return "\n".join(text for text in texts if text)


def result_lines(result: ToolResult, width: int, look: Look, limit: int) -> list[Line]:
    """Returns at most `limit` lines of the result and one that says how many there are in all."""
    style = look.error if result.outcome in ("error", "timeout", "invalid") else look.text
    texts = result_text(result).split("\n")
    lines: list[Line] = []
    for text in texts[:limit]:
        lines += fold([Segment(text[: width * (limit + 1)], style)], width)
    if len(texts) > limit or len(lines) > limit:
        keys = [("space", "fold"), ("⏎", "open"), ("y", "copy")]
        more: Line = [Segment(f"… {figures.plural(len(texts), 'line')}", look.dim)]
        for key, word in keys:
            more += [Segment(f"  {key} ", look.accent), Segment(word, look.dim)]
        lines = [*lines[:limit], more]
    return lines


def block_text(block: ResultBlock) -> str:
    """Returns one block as text."""
    match block:
        case TextBlock():
            return pretty_json(block.text) or block.text
        case ImageBlock():
            return f"[image {block.mime_type} {figures.byte_size(block.size)}]"
        case AudioBlock():
            return f"[audio {block.mime_type} {figures.byte_size(block.size)}]"
        case ResourceLinkBlock():
            return f"[resource {block.name} {block.uri}]"
        case ResourceBlock():
            label = f"[resource {block.uri} {block.mime_type} {figures.byte_size(block.size)}]"
            return label if block.text is None else f"{label}\n{block.text}"
        case _:
            assert_never(block)


def pretty_json(text: str) -> str | None:
    """Returns a JSON object or list in lines, None when `text` is something else."""
    if len(text) > LONGEST_PARSED or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return clean(json.dumps(json.loads(text), indent=2, ensure_ascii=False))
    except (ValueError, RecursionError):
        return None
