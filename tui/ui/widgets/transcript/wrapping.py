"""Styled text laid into lines of a given width, and lines made into strips."""

import re
from collections.abc import Iterable, Sequence

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.ui.widgets.transcript.look import GUTTER_COLUMNS, Sheet

Line = list[Segment]

_PIECES = re.compile(r"\n|[ \t]+|[^ \t\n]+")
TAB_COLUMNS = 4


def cells(text: str) -> int:
    """Returns the columns `text` takes."""
    return len(text) if text.isascii() else cell_len(text)


def line_cells(line: Iterable[Segment]) -> int:
    """Returns the columns a line takes."""
    return sum(cells(segment.text) for segment in line)


def shorten(text: str, width: int) -> str:
    """Returns `text` in at most `width` columns, the end replaced by `…` when it is longer."""
    if width <= 0:
        return ""
    return text if cells(text) <= width else split(text, width - 1)[0] + "…"


def split(text: str, width: int) -> tuple[str, str]:
    """Returns the part of `text` that fits into `width` columns and the rest; no character is torn or lost."""
    if text.isascii():
        return text[:width], text[width:]
    used = 0
    for place, char in enumerate(text):
        used += get_character_cell_size(char)
        if used > width:
            return text[:place], text[place:]
    return text, ""


def wrap(runs: Iterable[Segment], width: int) -> list[Line]:
    """Lays runs into lines at spaces; a word wider than a line is cut. Newlines in a run begin a new line."""
    wrapper = _Wrapper(max(1, width))
    for run in runs:
        for piece in _PIECES.findall(run.text):
            wrapper.add(piece, run.style)
    return wrapper.finish()


def fold(runs: Iterable[Segment], width: int) -> list[Line]:
    """Lays one line of code or output into lines of exactly `width` columns, keeping every space."""
    lines: list[Line] = [[]]
    free = width = max(1, width)
    for text, style, _ in runs:
        rest = text.expandtabs(TAB_COLUMNS) if "\t" in text else text
        while rest:
            head, rest = split(rest, free)
            if not head and free == width:
                # A double-width character in a single column: too wide is better than never done.
                head, rest = rest[:1], rest[1:]
            lines[-1].append(Segment(head, style))
            free -= cells(head)
            if rest:
                lines.append([])
                free = width
    return lines


def indented(lines: Sequence[Line], first: Segment, rest: Segment | None = None) -> list[Line]:
    """Returns lines with `first` before the first and `rest` (or as many spaces) before the others."""
    hang = rest or Segment(" " * cells(first.text), first.style)
    return [[hang if position else first, *line] for position, line in enumerate(lines)]


def strip_of(line: Sequence[Segment], sheet: Sheet, fill: Style | None = None) -> Strip:
    """Returns a line as a strip of the sheet's full width, the gutter for the marker left blank."""
    used = GUTTER_COLUMNS + line_cells(line)
    segments = [Segment(" " * GUTTER_COLUMNS, sheet.look.text), *line]
    if used < sheet.width:
        segments.append(Segment(" " * (sheet.width - used), fill or sheet.look.text))
    return Strip(segments, max(used, sheet.width))


class _Wrapper:
    """Collects pieces into words and words into lines; a word may change its style halfway."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._lines: list[Line] = []
        self._line: Line = []
        self._used = 0
        self._space: Segment | None = None
        self._word: Line = []
        self._word_cells = 0

    def add(self, piece: str, style: Style | None) -> None:
        if piece == "\n":
            self._end_word()
            self._end_line()
        elif piece[0] in " \t":
            self._end_word()
            self._space = Segment(piece.expandtabs(TAB_COLUMNS), style)
        else:
            self._word.append(Segment(piece, style))
            self._word_cells += cells(piece)

    def finish(self) -> list[Line]:
        self._end_word()
        if self._line or not self._lines:
            self._end_line()
        return self._lines

    def _end_word(self) -> None:
        if not self._word:
            return
        gap = len(self._space.text) if self._space else 0
        if self._used + gap + self._word_cells <= self._width:
            self._place_space()
            self._line += self._word
            self._used += self._word_cells
        elif self._word_cells <= self._width:
            self._end_line()
            self._line, self._used = self._word, self._word_cells
        else:
            self._cut_word(gap)
        self._space, self._word, self._word_cells = None, [], 0

    def _place_space(self) -> None:
        if self._space:
            self._line.append(self._space)
            self._used += len(self._space.text)

    def _cut_word(self, gap: int) -> None:
        """A word wider than a line fills what is left of this line first."""
        if self._used + gap < self._width - 1:
            self._place_space()
        else:
            self._end_line()
        filler = Segment(" " * self._used)
        first, *others = fold([filler, *self._word], self._width)
        self._line += first[1:] if self._used else first
        for line in others:
            self._end_line()
            self._line = line
        self._used = line_cells(self._line)

    def _end_line(self) -> None:
        self._lines.append(self._line)
        self._line, self._used, self._space = [], 0, None
