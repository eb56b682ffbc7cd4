"""Cost: what a period cost, when, by whom, how each figure was found, and when a limit is reached."""

from collections.abc import Sequence
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from tui.domain.gateway_accounts import CostAnswer
from tui.ui.keys import bindings
from tui.ui.screens.gateway_views.view import GatewayView, Question
from tui.ui.widgets.gateway.choice_line import ChoiceLine
from tui.ui.widgets.gateway.cost_tables import (
    COST_COLUMNS,
    CostRow,
    cost_cells,
    cost_summary,
    forecast_text,
    plot_title,
    rows_of,
    spend_curve,
)
from tui.ui.widgets.gateway.reading import NOT_EXPOSED, Reading, unanswered
from tui.ui.widgets.gateway.spend_plot import SpendPlot
from tui.ui.widgets.lists.row_list import RowList

PERIODS = ("session", "day", "week", "month")


class CostView(GatewayView):
    """One period at a time; each keeps its own answer with its age."""

    AREA = "cost"
    BINDINGS = bindings("cost")
    DEFAULT_CSS = """
    CostView > .summary { height: 2; padding: 0 2; margin-top: 1; }
    CostView > .plot-title { height: 2; padding: 1 2 0 2; background: $surface; }
    CostView > SpendPlot { height: 2fr; max-height: 20; }
    CostView > RowList { height: 3fr; min-height: 4; padding: 1 1 0 1; }
    CostView > .forecast { height: auto; padding: 1 2; background: $surface; }
    CostView > .summary { text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def body(self) -> ComposeResult:
        self._running = False
        self._periods = ChoiceLine("", PERIODS, id="periods")
        self._summary = Static("", classes="summary", markup=False)
        self._title = Static("", classes="plot-title", markup=False)
        self._plot = SpendPlot()
        self._rows: RowList[CostRow] = RowList(cost_cells, key=lambda row: row.key, header=COST_COLUMNS.header)
        self._forecast = Static("", classes="forecast", markup=False)
        yield self._periods
        yield self._summary
        yield self._title
        yield self._plot
        yield self._forecast
        yield self._rows

    @property
    def period(self) -> str:
        """The one in view."""
        return self._periods.choice

    def questions(self) -> Sequence[Question]:
        return (Question(self.period, 5.0, partial(self.operate, "cost", {"period": self.period})),)

    def twin(self) -> str:
        return f"mcp-tui gateway cost {self.period}"

    def enter(self) -> None:
        self._rows.focus()

    def draw(self) -> None:
        reading = self.reading(self.period, CostAnswer)
        self._summary.display = self._forecast.display = reading.answer is not None
        self._rows.empty = ([("Nothing was spent.", "dim")],) if reading.answer else ()
        self._rows.show(rows_of(reading.answer))
        curve = spend_curve(reading.answer, reading.at, running=self._running) if reading.answer else None
        self._plot.empty = self._nothing_to_plot(reading)
        self._plot.show(curve)
        self._title.update(plot_title(curve, reading.answer.over_time_of if reading.answer else ""))
        if reading.answer:
            self._summary.update(cost_summary(reading.answer))
            self._forecast.update(forecast_text(reading.answer, self.engine.clock.wall()))

    @staticmethod
    def _nothing_to_plot(reading: Reading[CostAnswer]) -> str:
        if reading.answer is None:
            return unanswered(reading)[0]
        if reading.answer.step_s is None:
            return NOT_EXPOSED
        known = " of known cost" if reading.answer.total.unknown_calls else ""
        return f"Nothing{known} was spent in this period."

    # --- what can be done

    def action_period(self) -> None:
        self._show_period(self._periods.after(self.period))

    def action_running(self) -> None:
        self._running = not self._running
        self.draw()

    @on(ChoiceLine.Chosen)
    def _chosen(self, event: ChoiceLine.Chosen) -> None:
        self._show_period(event.choice)

    def _show_period(self, period: str) -> None:
        self._periods.show(period)
        self.draw()
        self.refresh_due()
