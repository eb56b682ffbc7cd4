"""Blocks of Markdown drawn as lines: bold headings, `•` bullets, raised code, aligned tables, links as plain text.

Nothing here becomes a terminal hyperlink or markup; HTML is shown as it was written.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from tui.domain.text import clean
from tui.ui.widgets.transcript.code_lines import code_lines
from tui.ui.widgets.transcript.look import Look
from tui.ui.widgets.transcript.markdown_blocks import Block
from tui.ui.widgets.transcript.table_lines import Align, Table, natural_widths, table_lines
from tui.ui.widgets.transcript.wrapping import Line, indented, wrap

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

BOLD = Style(bold=True)
ITALIC = Style(italic=True)
STRUCK = Style(strike=True)
_EMPHASIS = {"strong_open": BOLD, "em_open": ITALIC, "s_open": STRUCK}


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    # Imported with the first reply: the first paint needs none of it.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


class MarkdownRenderer:
    """Draws blocks in their order; remembers a table's columns for its further pieces."""

    def __init__(self, width: int, look: Look) -> None:
        self._width = width
        self._look = look
        self._columns: list[int] = []

    def lines(self, block: Block) -> list[Line]:
        """Returns the lines of one block, without the gap before it."""
        if block.kind == "fence":
            return code_lines(block.text, block.language, self._width, self._look)
        tokens = _parser().parse(block.text)
        if block.kind == "table" and tokens and tokens[0].type == "table_open":
            return self._table(tokens, self._width, continued=block.continued)
        return self._blocks(tokens, self._width)

    def _blocks(self, tokens: Sequence["Token"], width: int, *, tight: bool = False) -> list[Line]:
        """Draws tokens on one level of nesting; blocks are a blank line apart unless `tight`."""
        lines: list[Line] = []
        place = 0
        while place < len(tokens):
            end = _closing(tokens, place)
            drawn = self._block(tokens[place : end + 1], width)
            if lines and drawn and not tight:
                lines.append([])
            lines += drawn
            place = end + 1
        return lines

    def _block(self, tokens: Sequence["Token"], width: int) -> list[Line]:
        look, opening, inside = self._look, tokens[0], tokens[1:-1]
        match opening.type:
            case "paragraph_open":
                return wrap(inline_runs(inside[0], look, look.text), width)
            case "heading_open":
                style = (look.accent if opening.tag in ("h1", "h2") else look.text) + BOLD
                return wrap(inline_runs(inside[0], look, style), width)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(inside, width)
            case "blockquote_open":
                return indented(self._blocks(inside, width - 2), Segment("│ ", look.dim), Segment("│ ", look.dim))
            case "table_open":
                return self._table(tokens, width)
            case "fence" | "code_block":
                language = opening.info.split(" ")[0] if opening.info else ""
                return code_lines(opening.content.rstrip("\n"), language, width, look)
            case "hr":
                return [[Segment("─" * min(width, 40), look.dim)]]
            case _:
                return wrap([Segment(clean(opening.content), look.text)], width) if opening.content else []

    def _list(self, tokens: Sequence["Token"], width: int) -> list[Line]:
        lines: list[Line] = []
        place = 0
        while place < len(tokens):
            end = _closing(tokens, place)
            item = tokens[place : end + 1]
            loose = any(token.type == "paragraph_open" and not token.hidden for token in item)
            sign = f"  {item[0].info}. " if item[0].info else "  • "
            content = self._blocks(item[1:-1], width - len(sign), tight=not loose)
            lines += indented(content or [[]], Segment(sign, self._look.dim))
            place = end + 1
        return lines

    def _table(self, tokens: Sequence["Token"], width: int, *, continued: bool = False) -> list[Line]:
        table = self._read_table(tokens)
        if not continued or len(self._columns) != len(table.aligns):
            self._columns = natural_widths(table)
        return table_lines(table, self._columns, width, self._look, with_head=not continued)

    def _read_table(self, tokens: Sequence["Token"]) -> Table:
        rows: list[list[Line]] = []
        aligns: list[Align] = []
        for place, token in enumerate(tokens):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                style = self._look.text + BOLD if token.type == "th_open" else self._look.text
                rows[-1].append(inline_runs(tokens[place + 1], self._look, style))
                if token.type == "th_open":
                    aligns.append(_alignment(token))
        return Table(rows, aligns)


def inline_runs(token: "Token", look: Look, base: Style) -> Line:
    """Returns an inline token as styled runs; a newline is a hard break."""
    runs: Line = []
    styles = [base]
    links: list[tuple[str, int]] = []
    for child in token.children or []:
        kind = child.type
        if kind in _EMPHASIS:
            styles.append(styles[-1] + _EMPHASIS[kind])
        elif kind == "link_open":
            links.append((str(child.attrGet("href") or ""), len(runs)))
            styles.append(styles[-1] + Style(color=look.accent.color))
        elif kind in ("strong_close", "em_close", "s_close"):
            styles.pop()
        elif kind == "link_close":
            styles.pop()
            _name_link(runs, *links.pop(), look)
        else:
            runs.append(_leaf(child, styles[-1], look))
    return runs


def _leaf(token: "Token", style: Style, look: Look) -> Segment:
    """Cleans again: an entity such as `&#x202E;` is a harmless text until Markdown decodes it."""
    match token.type:
        case "code_inline":
            return Segment(clean(token.content), look.code)
        case "softbreak":
            return Segment(" ", style)
        case "hardbreak":
            return Segment("\n", style)
        case "image":
            return Segment(clean(f"[image {token.content}] {token.attrGet('src') or ''}"), look.dim)
        case _:
            return Segment(clean(token.content), style)


def _name_link(runs: Line, href: str, first: int, look: Look) -> None:
    """Where a link leads is written out behind its text, unless the text says it already."""
    text = "".join(run.text for run in runs[first:])
    if href and href.removeprefix("mailto:") != text:
        runs.append(Segment(clean(f" ({href})"), look.dim))


def _alignment(token: "Token") -> Align:
    style = str(token.attrGet("style") or "")
    return "right" if "right" in style else "center" if "center" in style else "left"


def _closing(tokens: Sequence["Token"], place: int) -> int:
    """Returns where the block that opens at `place` closes; itself when it has no inside."""
    if tokens[place].nesting != 1:
        return place
    level = tokens[place].level
    return next(
        end for end in range(place + 1, len(tokens)) if tokens[end].level == level and tokens[end].nesting == -1
    )
