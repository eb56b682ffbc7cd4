"""The gateway's chains as rows, and one of them in detail."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.content import Content

from tui.domain.gateway_answers import ComboMetricsAnswer, CombosAnswer, ComboStep, ComboView
from tui.domain.gateway_figures import CallFigures
from tui.domain.text import clean_line
from tui.ui.format import UNKNOWN, age, duration, percent, plural, whole
from tui.ui.widgets.gateway.cost_tables import cost_words
from tui.ui.widgets.gateway.reading import Reading, freshness
from tui.ui.widgets.gateway.route_tree import behind, hung
from tui.ui.widgets.lists.columns import Column, Columns
from tui.ui.widgets.lists.detail import heading, lines
from tui.ui.widgets.lists.ink import Piece

COMBO_COLUMNS = Columns(
    Column("Combo", least=12),
    Column("Switch", 7),
    Column("Strategy", 17),
    Column("Usable", 6, right=True),
    Column("Requests", 8, right=True, rank=1),
    Column("Ok", 6, right=True, rank=2),
    Column("p50", 8, right=True, rank=3),
    Column("p95", 8, right=True, rank=5),
    Column("Fallbacks", 9, right=True, rank=4),
    Column("Cost", 11, right=True, rank=2),
)
STEP_WIDTH = 34
_INDENT = " " * 5
_FIGURES_WIDTH = 58
"""Cells of what a provider did for a chain, behind its name."""


@dataclass(frozen=True, slots=True)
class ComboRow:
    """A chain as it stands, and what went through it as far as that is known."""

    combo: ComboView
    metrics: ComboMetricsAnswer | None


def combo_rows(combos: CombosAnswer | None, metrics: CombosAnswer | None) -> list[ComboRow]:
    """Returns the chains in the configuration's order."""
    known = {one.name: one.metrics for one in metrics.combos} if metrics else {}
    return [ComboRow(one, known.get(one.name)) for one in combos.combos] if combos else []


def combo_cells(row: ComboRow, width: int) -> list[Piece]:
    """Returns one row of the table."""
    combo, figures = row.combo, row.metrics.figures if row.metrics else None
    usable = sum(step.open for step in combo.steps)
    ink = "ok" if usable == len(combo.steps) else "warn" if usable else "bad"
    return COMBO_COLUMNS.cells(
        [
            (clean_line(combo.name), "bold" if combo.enabled else "dim"),
            ("● on", "ok") if combo.enabled else ("○ off", "warn"),
            (clean_line(combo.strategy), ""),
            (f"{usable}/{len(combo.steps)}", ink if combo.enabled else "dim"),
            *_figures(figures),
        ],
        width,
    )


def _figures(figures: CallFigures | None) -> list[Piece]:
    if figures is None:
        return [*[(UNKNOWN, "dim")] * 5, ("$?", "dim")]
    unused = figures.requests == 0
    return [
        (whole(figures.requests), "dim" if unused else ""),
        ("–" if unused else percent(figures.success_rate), ""),
        ("–" if unused else duration(figures.p50_ms), ""),
        ("–" if unused else duration(figures.p95_ms), ""),
        (whole(figures.fallbacks), "dim"),
        (cost_words(figures.cost), ""),
    ]


def combo_detail(row: ComboRow | None, metrics: Reading[CombosAnswer], now: float, width: int) -> Content:
    """Returns a chain's steps and what each provider did for it, in so many cells; `now` is the wall clock."""
    if row is None:
        return Content("")
    combo = row.combo
    state = ("on", "$text-success") if combo.enabled else ("off: nothing is routed through it", "$text-warning")
    parts: list[Content | None] = [
        heading(clean_line(combo.name)) + Content.assemble((f"   {clean_line(combo.strategy)}   ", "$dim"), state),
        *(line for number, step in enumerate(combo.steps, 1) for line in _step(number, step, width)),
        None,
        *_told(row, metrics, now, width),
    ]
    if row.metrics is not None:
        parts += [_share(one.provider, one.figures, width) for one in row.metrics.providers]
    return lines(parts)


def _step(number: int, step: ComboStep, width: int) -> Iterable[Content]:
    """One line; a reason that does not fit behind the step stands below it."""
    sign, style = ("●", "$text-success") if step.open else ("○", "$text-error")
    weight = f"weight {step.weight}   " if step.weight is not None else ""
    name = clean_line(step.step, STEP_WIDTH)
    why, why_style = ("usable", "$dim") if step.open else (step.reason or "not usable now", "$text-error")
    begun = Content.assemble(
        (f"{number:>2} ", "$dim"), (f"{sign} ", style), f"{name:<{STEP_WIDTH}}  ", (weight, "$dim")
    )
    return behind(begun, why, _INDENT, width, why_style)


def _told(row: ComboRow, metrics: Reading[CombosAnswer], now: float, width: int) -> Iterable[Content]:
    """How fresh the figures are; who disagrees or was relied on stands below, each on lines of its own."""
    style = {"dim": "$dim", "warn": "$text-warning", "bad": "$text-error", "": ""}
    (text, ink), *more = freshness(metrics, now)
    since = row.metrics.since if row.metrics else None
    first = "" if since is None else f"   first request {age(max(0.0, now - since))}"
    yield heading("What went through it") + Content.assemble("   ", (text, style[ink]), (first, "$dim"))
    for text, ink in more:
        yield from hung(_INDENT, text.strip(), width, style[ink])


def _share(provider: str, figures: CallFigures, width: int) -> Content:
    room = max(12, min(STEP_WIDTH, width - len(_INDENT) - _FIGURES_WIDTH))
    counted = f"{plural(figures.requests, 'call'):>11}  {percent(figures.success_rate):>4} ok"
    quick = f"p50 {duration(figures.p50_ms):>6}  p95 {duration(figures.p95_ms):>6}"
    cost = f"{cost_words(figures.cost):>10}"
    return Content(f"{_INDENT}{clean_line(provider, room):<{room}}{counted}  {quick}  {cost}")
