"""Columns of a table: fixed ones keep their width, one takes the rest, the least important go when it is narrow."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.ui.widgets.lists.ink import Piece, fit, right_fit

GAP = 2
"""Blank cells between columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `width` 0 takes what is left; `rank` above 0 may vanish, the highest first."""

    title: str
    width: int = 0
    right: bool = False
    rank: int = 0
    least: int = 12
    """Cells a column of width 0 wants before others vanish."""


class Columns:
    """A table's layout, worked out once a width."""

    def __init__(self, *columns: Column) -> None:
        self._columns = columns
        self._layouts: dict[int, tuple[tuple[int, int], ...]] = {}

    def header(self, width: int) -> list[Piece]:
        """Returns the titles."""
        return self._laid([(column.title, "") for column in self._columns], width)

    def cells(self, pieces: Sequence[Piece], width: int) -> list[Piece]:
        """Returns one row; `pieces` has one piece a column."""
        return self._laid(pieces, width)

    def _laid(self, pieces: Sequence[Piece], width: int) -> list[Piece]:
        row: list[Piece] = []
        for index, cells in self._layout(width):
            text, inks = pieces[index]
            shown = fit(text, cells)
            if self._columns[index].right:
                shown = right_fit(shown.rstrip(" "), cells)
            row += [(shown, inks), (" " * GAP, "")]
        return row[:-1]

    def _layout(self, width: int) -> tuple[tuple[int, int], ...]:
        if width not in self._layouts:
            if len(self._layouts) > 8:
                self._layouts.clear()
            self._layouts[width] = self._worked_out(width)
        return self._layouts[width]

    def _worked_out(self, width: int) -> tuple[tuple[int, int], ...]:
        shown = list(range(len(self._columns)))
        while len(shown) > 1 and self._needed(shown) > width:
            least_important = max(shown, key=lambda index: self._columns[index].rank)
            if not self._columns[least_important].rank:
                break
            shown.remove(least_important)
        open_ended = [index for index in shown if not self._columns[index].width]
        fixed = sum(self._columns[index].width for index in shown) + GAP * (len(shown) - 1)
        share = max(4, (width - fixed) // len(open_ended)) if open_ended else 0
        return tuple((index, self._columns[index].width or share) for index in shown)

    def _needed(self, shown: Sequence[int]) -> int:
        columns = [self._columns[index] for index in shown]
        return sum(column.width or column.least for column in columns) + GAP * (len(columns) - 1)
