"""Tables as aligned columns without boxes; cells too long for their column are wrapped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.segment import Segment

from tui.ui.widgets.transcript.look import Look
from tui.ui.widgets.transcript.wrapping import Line, line_cells, wrap

Align = Literal["left", "right", "center"]
GAP = 2
NARROWEST = 4


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as styled runs; the first row is the head."""

    rows: list[list[Line]]
    aligns: list[Align]


def natural_widths(table: Table) -> list[int]:
    """Returns the columns each column would like to have."""
    return [
        max((line_cells(row[column]) for row in table.rows if column < len(row)), default=0)
        for column in range(len(table.aligns))
    ]


def fitted(widths: Sequence[int], room: int) -> list[int]:
    """Returns widths that fit into `room` columns with their gaps: the widest give way first."""
    fitting = list(widths)
    surplus = sum(fitting) + GAP * (len(fitting) - 1) - room
    while surplus > 0 and max(fitting, default=0) > NARROWEST:
        widest = max(fitting)
        at_widest = [place for place, width in enumerate(fitting) if width == widest]
        next_width = max((width for width in fitting if width < widest), default=NARROWEST)
        step = max(1, min(widest - max(next_width, NARROWEST), -(-surplus // len(at_widest))))
        for place in at_widest:
            fitting[place] -= step
        surplus -= step * len(at_widest)
    return fitting


def table_lines(table: Table, widths: Sequence[int], room: int, look: Look, *, with_head: bool = True) -> list[Line]:
    """Returns the table's lines, at most `room` columns wide unless it has too many columns."""
    columns = fitted(widths, room)
    lines: list[Line] = []
    for number, row in enumerate(table.rows):
        if number == 0 and not with_head:
            continue
        lines += _row_lines(row, columns, table.aligns, look)
        if number == 0:
            lines.append([Segment("─" * (sum(columns) + GAP * (len(columns) - 1)), look.dim)])
    return [_cut(line, room) for line in lines]


def _row_lines(row: list[Line], columns: Sequence[int], aligns: Sequence[Align], look: Look) -> list[Line]:
    cells = [wrap(row[place] if place < len(row) else [], width) for place, width in enumerate(columns)]
    lines: list[Line] = []
    for number in range(max((len(cell) for cell in cells), default=0)):
        line: Line = []
        for place, cell in enumerate(cells):
            content = cell[number] if number < len(cell) else []
            line += _aligned(content, columns[place], aligns[place], look)
            if place < len(columns) - 1:
                line.append(Segment(" " * GAP, look.text))
        lines.append(line)
    return lines


def _aligned(content: Line, width: int, align: Align, look: Look) -> Line:
    free = max(0, width - line_cells(content))
    left = {"left": 0, "right": free, "center": free // 2}[align]
    return [Segment(" " * left, look.text), *content, Segment(" " * (free - left), look.text)]


def _cut(line: Line, room: int) -> Line:
    """A table of more columns than fit loses its right edge, and says so."""
    if line_cells(line) <= room:
        return line
    kept, used = [], 0
    for segment in line:
        size = segment.cell_length
        if used + size > room - 1:
            kept.append(segment.split_cells(room - 1 - used)[0])
            break
        kept.append(segment)
        used += size
    return [*kept, Segment("…", line[0].style)]
