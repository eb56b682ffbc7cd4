"""A plot of spend over time: bars of what each stretch cost, or the running total against its limit.

The dots are plotille's (docs/decisions/0006), the colours the theme's, the figures on the axes the program's own.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import accumulate, pairwise
from typing import Any

from textual import events

from tui.domain.gateway_accounts import SpendStep
from tui.domain.money import format_usd
from tui.ui.widgets.lists.ink import InkedWidget, Piece, Row, right_fit

GUTTER = 10
"""Cells for the amounts at the left."""
FAR_ABOVE = 4
"""A limit more than so many times the running total is not drawn: the total would be a flat line."""
_BLANK = "⠀"
_NO_DOTS = ord(_BLANK)
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class SpendCurve:
    """What is plotted. Amounts are micro-dollars, times wall clock."""

    steps: tuple[SpendStep, ...]
    step_s: float
    since: float
    until: float
    limit: int | None = None
    running: bool = False
    """The running total instead of each stretch by itself."""

    @property
    def top(self) -> int:
        """The greatest amount that is drawn."""
        amounts = [step.microusd for step in self.steps]
        highest = sum(amounts) if self.running else max(amounts, default=0)
        return max(highest, self.limit or 0) if self.limit_drawn else highest

    @property
    def limit_drawn(self) -> bool:
        """Whether the limit stands in the plot."""
        total = sum(step.microusd for step in self.steps)
        return self.running and self.limit is not None and 0 < self.limit <= FAR_ABOVE * total


class SpendPlot(InkedWidget):
    """Draws a curve into whatever place it has; drawn anew when curve or place change."""

    DEFAULT_CSS = """
    SpendPlot { height: 1fr; min-height: 4; padding: 0 2; background: $surface; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._curve: SpendCurve | None = None
        self._rows: list[Row] = []
        self.empty = ""
        """What is written when there is nothing to plot."""

    def show(self, curve: SpendCurve | None) -> None:
        """Shows another curve, None for none."""
        if curve != self._curve:
            self._curve, self._rows = curve, []
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self._rows = []

    def row(self, y: int, width: int) -> Row:
        if self._curve is None or not self._curve.steps:
            return Row([(self.empty, "dim")] if y == 0 else [])
        if not self._rows:
            self._rows = drawn(self._curve, width, self.size.height)
        return self._rows[y] if y < len(self._rows) else Row()


def drawn(curve: SpendCurve, width: int, height: int) -> list[Row]:
    """Returns the plot in so many cells: amounts at the left, times below."""
    # An odd number has a middle line for the middle amount.
    cells, rows = max(8, width - GUTTER - 2), max(1, (height - 2) // 2 * 2 + 1)
    top = nice_above(curve.top)
    layers = [(_dots(_paint(curve, cells), curve, cells, rows, top), "live")]
    if curve.limit_drawn:
        layers.append((_dots(_paint_limit(curve), curve, cells, rows, top), "warn"))
    lines = [
        Row([*_amount(row, rows, top), *_together([(dots[row], ink) for dots, ink in layers])]) for row in range(rows)
    ]
    return [*lines, Row(_times(curve, cells))]


def nice_above(amount: int) -> int:
    """Returns the next of 1, 2, 5, 10, 20, … at or above an amount."""
    unit = 1
    while True:
        for factor in (1, 2, 5):
            if factor * unit >= amount:
                return factor * unit
        unit *= 10


def _dots(paint: Callable[[Any], None], curve: SpendCurve, cells: int, rows: int, top: int) -> Sequence[str]:
    # Its greatest coordinates lie just beyond the last dot: stretched, so that `until` and `top` are the last ones.
    right = curve.since + (curve.until - curve.since) * 2 * cells / (2 * cells - 1)
    canvas: Any = import_module("plotille").Canvas(cells, rows, curve.since, 0, right, top * 4 * rows / (4 * rows - 1))
    paint(canvas)
    return [line.ljust(cells, _BLANK) for line in str(canvas.plot()).split("\n")]


def _paint(curve: SpendCurve, cells: int) -> Callable[[Any], None]:
    return (lambda canvas: _running(canvas, curve)) if curve.running else (lambda canvas: _bars(canvas, curve, cells))


def _bars(canvas: Any, curve: SpendCurve, cells: int) -> None:
    amounts = {round((step.since - curve.since) // curve.step_s): step.microusd for step in curve.steps}
    columns, span = cells * 2, curve.until - curve.since
    for column in range(columns):
        at = curve.since + column / (columns - 1) * span
        amount = amounts.get(int((at - curve.since) // curve.step_s), 0)
        if amount:
            canvas.line(at, 0, at, amount)


def _running(canvas: Any, curve: SpendCurve) -> None:
    totals = list(accumulate(step.microusd for step in curve.steps))
    corners = [(curve.since, 0)]
    for step, total in zip(curve.steps, totals, strict=True):
        corners += [
            (max(step.since, curve.since), corners[-1][1]),
            (min(step.since + curve.step_s, curve.until), total),
        ]
    corners.append((curve.until, totals[-1]))
    for (x0, y0), (x1, y1) in pairwise(corners):
        canvas.line(x0, y0, x1, y1)


def _paint_limit(curve: SpendCurve) -> Callable[[Any], None]:
    return lambda canvas: canvas.line(curve.since, curve.limit, curve.until, curve.limit)


def _together(layers: Sequence[tuple[str, str]]) -> list[Piece]:
    """One line of dots: of two layers in a cell both are seen, in the upper one's ink."""
    pieces: list[Piece] = []
    for column in zip(*(dots for dots, _ in layers), strict=True):
        dots, ink = 0, ""
        for cell, (_, layer) in zip(column, layers, strict=True):
            if ord(cell) > _NO_DOTS:
                dots, ink = dots | (ord(cell) - _NO_DOTS), layer
        text = chr(_NO_DOTS + dots) if dots else " "
        if pieces and pieces[-1][1] == ink:
            pieces[-1] = (pieces[-1][0] + text, ink)
        else:
            pieces.append((text, ink))
    return pieces


def _amount(row: int, rows: int, top: int) -> list[Piece]:
    marked = {0: top, rows // 2: top // 2, rows - 1: 0} if rows >= 5 else {0: top, rows - 1: 0}
    text = format_usd(marked[row]) if row in marked else ""
    return [(right_fit(text, GUTTER), "dim"), ("│" if row not in marked else "┤", "dim"), (" ", "")]


def _times(curve: SpendCurve, cells: int) -> list[Piece]:
    """The begin, the middle and the end."""
    first, middle, last = (_moment(at, curve) for at in (curve.since, (curve.since + curve.until) / 2, curve.until))
    gaps = cells - len(first) - len(middle) - len(last)
    left = max(1, cells // 2 - len(middle) // 2 - len(first))
    return [(" " * (GUTTER + 2), ""), (f"{first}{' ' * left}{middle}{' ' * max(1, gaps - left)}{last}", "dim")]


def _moment(at: float, curve: SpendCurve) -> str:
    if curve.step_s >= _DAY_S:
        return time.strftime("%d %b", time.gmtime(at))  # such stretches are days in UTC
    return time.strftime("%H:%M" if curve.until - curve.since <= 1.5 * _DAY_S else "%a %H:%M", time.localtime(at))
