"""What a period cost: in words, by provider and model, how each figure was found, and what it leads to."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from tui.domain.gateway_accounts import BudgetForecast, BudgetScope, CostAnswer
from tui.domain.gateway_figures import CostFigures
from tui.domain.money import BY_CERTAINTY, format_usd
from tui.domain.text import clean_line
from tui.ui.format import UNKNOWN, percent, plural, tokens, whole
from tui.ui.widgets.gateway.spend_plot import SpendCurve
from tui.ui.widgets.lists.columns import Column, Columns
from tui.ui.widgets.lists.detail import lines
from tui.ui.widgets.lists.ink import Piece

COST_COLUMNS = Columns(
    Column("Provider, model", least=24),
    Column("Cost", 12, right=True),
    Column("Share", 6, right=True, rank=2),
    Column("Requests", 8, right=True, rank=3),
    Column("Calls", 6, right=True, rank=1),
    Column("In", 6, right=True, rank=4),
    Column("Out", 6, right=True, rank=5),
    Column("How found", 30, rank=6),
)
FEWEST_STEPS = 15
"""A plot shows at least so many stretches."""
SCOPE_OF: dict[str, BudgetScope] = {"session": "session", "day": "day", "month": "month"}
"""The limit that belongs to a period; a week has none."""


@dataclass(frozen=True, slots=True)
class CostRow:
    """A provider, or one of its models below it."""

    provider: str
    model: str
    figures: CostFigures
    share: float | None

    @property
    def key(self) -> tuple[str, str]:
        """What the cursor stays on."""
        return self.provider, self.model


def cost_rows(cost: CostAnswer) -> list[CostRow]:
    """Returns each provider and its models, the dearest first."""
    rows: list[CostRow] = []
    for part in cost.providers:
        rows.append(CostRow(part.provider, "", part.figures, _share(part.figures, cost.total)))
        rows += [
            CostRow(one.provider, one.model, one.figures, _share(one.figures, cost.total))
            for one in cost.models
            if one.provider == part.provider
        ]
    return rows


def cost_cells(row: CostRow, width: int) -> list[Piece]:
    """Returns one row of the table."""
    figures = row.figures
    ink = "" if row.model else "bold"
    name = f"  {clean_line(row.model)}" if row.model else clean_line(row.provider)
    return COST_COLUMNS.cells(
        [
            (name, ink),
            (cost_words(figures), ink),
            (percent(row.share), "dim"),
            (whole(figures.requests), ""),
            (whole(figures.calls), ""),
            (tokens(figures.input_tokens), "dim"),
            (tokens(figures.output_tokens), "dim"),
            (found_words(figures), "dim"),
        ],
        width,
    )


def cost_words(figures: CostFigures) -> str:
    """Returns `$0.0231`, with `~` before what is partly estimated and `+?` behind what lacks unknown costs."""
    estimated = any(share.source == "estimated" for share in figures.shares)
    return f"{'~' if estimated else ''}{format_usd(figures.microusd)}{'+?' if figures.unknown_calls else ''}"


def found_words(figures: CostFigures) -> str:
    """Returns how a figure was found, the surest first: `reported 12, unknown 1` (calls)."""
    found = {share.source: share.calls for share in figures.shares}
    return ", ".join(f"{source} {whole(found[source])}" for source in BY_CERTAINTY if source in found) or UNKNOWN


def cost_summary(cost: CostAnswer) -> Content:
    """Returns the sum, what it is made of, and how it was found."""
    total = cost.total
    counted = f"{plural(total.requests, 'request')}, {plural(total.calls, 'call')}"
    used = f"{tokens(total.input_tokens)} tokens in, {tokens(total.output_tokens)} out"
    shares = {share.source: share for share in total.shares}
    found: list[str | tuple[str, str]] = []
    for source in BY_CERTAINTY:
        if source in shares:
            amount = "" if source == "unknown" else f"{format_usd(shares[source].microusd)} of "
            style = "$text-warning" if source == "unknown" else "$dim"
            found += ["   " if found else "", (f"{source} {amount}{plural(shares[source].calls, 'call')}", style)]
    return lines(
        [
            Content.assemble((cost_words(total), "bold"), *_whose(cost.total_of), (f"   {counted}   {used}", "$dim")),
            Content.assemble(*(found or [("nothing was spent", "$dim")])),
        ]
    )


def spend_curve(cost: CostAnswer, until: float, *, running: bool) -> SpendCurve | None:
    """Returns what is plotted; None when nobody tells what was spent when."""
    if cost.step_s is None:
        return None
    since = cost.since if cost.since is not None else _session_since(cost, until)
    scope = SCOPE_OF.get(cost.period)
    limit = next((line.limit_microusd for line in cost.budget.lines if line.scope == scope), None)
    spent = tuple(step for step in cost.over_time if step.microusd)
    return SpendCurve(spent, cost.step_s, since, max(until, since + cost.step_s), limit, running)


def _session_since(cost: CostAnswer, until: float) -> float:
    """A young session stands at the right end of a few stretches in which it did not yet spend."""
    first, step_s = min((step.since for step in cost.over_time), default=until), cost.step_s or 1.0
    before = max(0, math.ceil(FEWEST_STEPS - (until - first) / step_s))
    return first - before * step_s


def plot_title(curve: SpendCurve | None, whose: str = "") -> Content:
    """Returns what the plot below shows, and of whom."""
    if curve is None or not curve.steps:
        return Content.styled("Spend over time", "bold")
    if not curve.running:
        peak = format_usd(max(step.microusd for step in curve.steps))
        each = f"   each {span(curve.step_s)}, peak {peak}"
        return Content.assemble(("Spend over time", "bold"), *_whose(whose), (each, "$dim"))
    parts = [("Running total", "bold"), *_whose(whose)]
    if curve.limit is not None:
        place = "drawn" if curve.limit_drawn else "far above"
        parts.append((f"   limit {format_usd(curve.limit)}, {place}", "$text-warning" if curve.limit_drawn else "$dim"))
    return Content.assemble(*parts)


def forecast_text(cost: CostAnswer, now: float) -> Content:
    """Returns one line a limit: when it is reached at the pace of late; `now` is the wall clock."""
    if cost.step_s is None:
        return Content.styled("Forecast: not exposed by this gateway", "$dim")
    if not cost.forecasts:
        return Content.styled("No limit is set: Q, then b sets one.", "$dim")
    spent = {line.scope: line.spent_microusd for line in cost.budget.lines}
    whose = [Content.assemble(("Forecast", "bold"), *_whose(cost.over_time_of))] if cost.over_time_of else []
    return lines([*whose, *(_forecast_line(one, spent.get(one.scope), now) for one in cost.forecasts)])


def _whose(whose: str) -> list[tuple[str, str]]:
    return [(f" of {whose}", "")] if whose else []


def _forecast_line(one: BudgetForecast, spent: int | None, now: float) -> Content:
    name = Content.assemble((f"{one.scope:<8}", "bold"), f"{format_usd(spent)} of {format_usd(one.limit_microusd)}   ")
    over = span(one.measured_over_s)
    pace = f"{format_usd(one.per_hour_microusd)}/h over {over}"
    if one.reached_at is not None and one.reached_at <= now:
        return name + Content.styled("✗ reached", "$text-error")
    if one.per_hour_microusd is None:
        return name + Content.styled("? too early to tell when it is reached", "$dim")
    if one.reached_at is not None:
        left = span(one.reached_at - now)
        style = "$text-warning" if one.reached_at - now < 86_400 else ""
        return name + Content.assemble((f"reached in {left}, {moment(one.reached_at)}", style), (f"   {pace}", "$dim"))
    if not one.per_hour_microusd:
        return name + Content.styled(f"not at this pace: nothing spent in the last {over}", "$dim")
    end = f", about {format_usd(one.expected_microusd)} at its end" if one.expected_microusd is not None else ""
    return name + Content.styled(f"not within the {one.scope}{end}   {pace}", "$dim")


def span(seconds: float) -> str:
    """Returns a length of time by its greatest unit: `5 min`, `3 h`, `7 d`; `2 h` stands for anything from 90 min."""
    for size, unit in ((86_400, "d"), (3_600, "h")):
        if seconds >= 1.5 * size or seconds == size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(1, round(seconds / 60))} min"


def moment(at: float) -> str:
    """Returns a moment to come, with its day unless it is near."""
    return time.strftime("%a %d %b %H:%M", time.localtime(at)) if abs(at) < 1e11 else UNKNOWN


def _share(part: CostFigures, total: CostFigures) -> float | None:
    if part.microusd is None or not total.microusd:
        return None
    return part.microusd / total.microusd


def rows_of(answer: CostAnswer | None) -> Sequence[CostRow]:
    """Returns the rows of an answer, none before there is one."""
    return cost_rows(answer) if answer else ()
