"""Inks: the few named colours all hand-drawn widgets write with, and rows made of inked pieces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

Piece = tuple[str, str]
"""A text (clean, one line) and the inks it is written with, as in `("OPEN", "bad bold")`."""

INKS: frozenset[str] = frozenset({"plain", "dim", "bold", "ok", "warn", "bad", "live", "user", "code", "cursor"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line: pieces from the left, pieces at the right edge; the left gives way when there is no room."""

    left: Sequence[Piece] = ()
    right: Sequence[Piece] = ()
    ink: str = ""
    """Ink of the whole line, as for the cursor."""


class InkedWidget(Widget):
    """A widget that draws its own lines; subclasses answer `row`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"ink--{name}" for name in INKS}
    DEFAULT_CSS = """
    InkedWidget {
        .ink--plain { color: $foreground; }
        .ink--dim { color: $dim; }
        .ink--bold { text-style: bold; }
        .ink--ok { color: $text-success; }
        .ink--warn { color: $text-warning; }
        .ink--bad { color: $text-error; }
        .ink--live { color: $live; }
        .ink--user { color: $user; }
        .ink--code { color: $code; }
        .ink--cursor { background: $primary-muted; }
        &:ansi .ink--cursor { background: ansi_default; text-style: reverse; }
    }
    """

    def row(self, y: int, width: int) -> Row:
        """Returns what line `y` of the widget shows, `width` cells wide."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        row = self.row(y, width)
        base = self.rich_style + self.ink(row.ink)
        faint = row.ink == "cursor"
        right = self._segments(row.right, base, faint)
        room = width - sum(segment.cell_length for segment in right)
        left = Strip(_fitted(self._segments(row.left, base, faint), max(0, room), base))
        return Strip([*left, *right], None).crop(0, width)

    def ink(self, names: str) -> Style:
        """Returns the style of some inks, none of them when `names` is empty."""
        style = Style.null()
        for name in names.split():
            style += self.get_component_rich_style(f"ink--{name}", partial=True)
        return style

    def _segments(self, pieces: Iterable[Piece], base: Style, faint: bool) -> list[Segment]:
        # On the cursor's ground secondary text would be too faint to read.
        return [Segment(text, base + (base if faint and inks == "dim" else self.ink(inks))) for text, inks in pieces]


def _fitted(segments: list[Segment], width: int, base: Style) -> list[Segment]:
    """Pads to `width`, or cuts there with an ellipsis."""
    used = sum(segment.cell_length for segment in segments)
    if used <= width:
        return [*segments, Segment(" " * (width - used), base)]
    cut = Strip(segments).crop(0, max(0, width - 1))
    return [*cut, Segment("…", base)] if width else []


def fit(text: str, width: int) -> str:
    """Returns `text` in exactly `width` cells, cut with an ellipsis or padded."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def right_fit(text: str, width: int) -> str:
    """Returns `text` at the right end of `width` cells."""
    return " " * max(0, width - cell_len(text)) + text
