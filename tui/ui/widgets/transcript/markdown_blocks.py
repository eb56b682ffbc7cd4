"""Markdown text that is still arriving, cut into blocks: whatever can no longer change is cut off once and for all.

Every line is looked at once, so a reply of any length costs time proportional to its length. A list is one block an
item; long fences, tables and paragraphs are cut into pieces, so that the open block always stays small.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

BlockKind = Literal["text", "heading", "item", "table", "fence"]

FENCE_PIECE = 24
"""Lines after which an open fence is cut; the pieces are joined again when it closes."""
FENCE_JOIN = 400
"""Fences longer than this many lines stay in pieces: joining colours them anew from their first line."""
TABLE_PIECE = 30
TEXT_PIECE = 6_000
"""Characters after which a paragraph without an end is cut."""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([^`\s]*)[^`]*$")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_ITEM = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_TABLE_RULE = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of Markdown that is drawn by itself."""

    kind: BlockKind
    text: str
    """The source; of a fence only what is inside."""
    gap: bool
    """A blank line stands before it."""
    language: str = ""
    continued: bool = False
    """A further piece of the block before it."""


class BlockCutter:
    """Takes text as it arrives; `blocks` are complete, `open_blocks` are what may still grow or change."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._kind: BlockKind | None = None
        self._lines: list[str] = []
        self._size = 0
        self._rest = ""
        """The last line, until its newline arrives."""
        self._blank = False
        """Blank lines came before the line that is looked at."""
        self._gap = True
        self._after: BlockKind | None = None
        self._fence = self._language = ""
        self._first_piece: int | None = None
        """Where the pieces of the open block begin in `blocks`."""
        self._changed = 0

    def feed(self, text: str) -> int:
        """Takes more text. Returns the place of the first block that is new or was replaced."""
        self._changed = len(self.blocks)
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._take(line)
        while len(self._rest) > TEXT_PIECE:
            cut = self._rest.rfind(" ", TEXT_PIECE // 2, TEXT_PIECE) + 1 or TEXT_PIECE
            line, self._rest = self._rest[:cut], self._rest[cut:]
            self._take(line)
        return self._changed

    def finish(self) -> int:
        """Closes the last block: the text is over. Returns what `feed` does."""
        changed = self.feed("\n" if self._rest else "")
        if self._kind:
            self._close()
        return min(changed, self._changed)

    @property
    def open_blocks(self) -> list[Block]:
        """What is not complete: the open block, and the last line by itself where it seems to begin another."""
        rest = self._rest if self._rest.strip() else ""
        if not rest:
            return [self._block(self._lines)] if self._kind else []
        if self._kind and not self._ends_open(rest):
            return [self._block([*self._lines, rest])]
        kind = _kind_of(rest)
        begun = Block(kind, "" if kind == "fence" else rest, self._gap_before(kind, self._kind or self._after))
        return [self._block(self._lines), begun] if self._kind else [begun]

    def _take(self, line: str) -> None:
        if self._kind == "fence":
            self._take_code(line)
            return
        if not line.strip():
            if self._kind and self._kind != "item":
                self._close()
            self._blank = True
            return
        if self._kind and self._ends_open(line):
            self._close()
        if self._kind:
            self._grow(line)
        else:
            self._begin(line)
        self._blank = False

    def _take_code(self, line: str) -> None:
        mark = line.strip()
        if mark.startswith(self._fence) and not mark.strip(self._fence[0]) and not line.startswith("    "):
            self._close()
            return
        self._lines.append(line)
        if len(self._lines) >= FENCE_PIECE:
            self._cut([])

    def _ends_open(self, line: str) -> bool:
        """Whether `line` can not belong to the open block."""
        if self._kind == "fence":
            return False
        if self._kind == "item":
            inside = line.startswith(("  ", "\t"))
            return not inside and (self._blank or _kind_of(line) != "text")
        if self._kind == "table":
            return "|" not in line
        return _kind_of(line) != "text"

    def _begin(self, line: str) -> None:
        kind = _kind_of(line)
        self._gap, self._kind = self._gap_before(kind, self._after), kind
        if fence := _FENCE.match(line) if kind == "fence" else None:
            self._fence, self._language = fence[1], fence[2]
            return
        self._lines, self._size = [line], len(line)
        if kind == "heading":
            self._close()
        elif self._size >= TEXT_PIECE // 2:
            self._cut([])

    def _grow(self, line: str) -> None:
        if self._kind == "item" and self._blank:
            self._lines.append("")
        self._lines.append(line)
        self._size += len(line)
        if self._kind == "text" and len(self._lines) == 2 and "|" in self._lines[0] and _TABLE_RULE.match(line):
            self._kind = "table"
        elif self._kind == "table" and len(self._lines) >= TABLE_PIECE + 2:
            self._cut(self._lines[:2])
        elif self._kind == "text" and self._size > TEXT_PIECE:
            self._cut([])

    def _cut(self, head: list[str]) -> None:
        """Completes a piece of the open block; the next piece begins with `head`."""
        piece = self._block(self._lines)
        if self._first_piece is None:
            self._first_piece = len(self.blocks)
        self.blocks.append(piece)
        self._lines, self._size, self._gap = head, 0, False

    def _close(self) -> None:
        pieces = [] if self._first_piece is None else self.blocks[self._first_piece :]
        if self._kind == "fence" and pieces and len(pieces) * FENCE_PIECE <= FENCE_JOIN:
            self._join(pieces)
        elif len(self._lines) > (2 if pieces and self._kind == "table" else 0) or not pieces:
            self.blocks.append(self._block(self._lines))
        self._after, self._kind, self._first_piece = self._kind, None, None
        self._lines, self._size = [], 0

    def _join(self, pieces: list[Block]) -> None:
        """Replaces the pieces of a closed fence by the whole, whose colours are right across the cuts."""
        texts = [piece.text for piece in pieces] + ["\n".join(self._lines)] * bool(self._lines)
        first = len(self.blocks) - len(pieces)
        self.blocks[first:] = [replace(pieces[0], text="\n".join(texts))]
        self._changed = min(self._changed, first)

    def _block(self, lines: list[str]) -> Block:
        language = self._language if self._kind == "fence" else ""
        continued = self._first_piece is not None
        return Block(self._kind or "text", "\n".join(lines), self._gap, language, continued)

    def _gap_before(self, kind: BlockKind, after: BlockKind | None) -> bool:
        """Blank lines are drawn between blocks, not inside a tight list and not under a heading."""
        return self._blank if kind == "item" == after else after != "heading"


def _kind_of(line: str) -> BlockKind:
    if _FENCE.match(line):
        return "fence"
    if _HEADING.match(line):
        return "heading"
    return "item" if _ITEM.match(line) and not _RULE.match(line) else "text"
