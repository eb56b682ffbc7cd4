"""Quota and budget: what is left for each credential, and of what was set as the most to spend."""

from collections.abc import Sequence
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.events import Resize
from textual.widgets import Static

from tui.domain.gateway_accounts import QuotaAnswer, QuotaView
from tui.ui.keys import bindings
from tui.ui.operating import gateway_table, operate
from tui.ui.screens.gateway_views.view import GatewayView, Question
from tui.ui.widgets.gateway.quota_tables import QUOTA_COLUMNS, budget_text, quota_cells, quota_note
from tui.ui.widgets.gateway.reading import unanswered
from tui.ui.widgets.lists.row_list import RowList

SELDOM_S = 30.0
"""Some endpoints are asked for their account."""


class QuotasView(GatewayView):
    """Credentials above, the budget below."""

    AREA = "quota"
    BINDINGS = bindings("quota")
    DEFAULT_CSS = """
    QuotasView > RowList { height: auto; min-height: 4; max-height: 60%; }
    QuotasView > .note { height: 3; padding: 1 2; }
    QuotasView > .budget { height: 1fr; min-height: 6; padding: 1 2; background: $surface; }
    """

    def body(self) -> ComposeResult:
        self._rows: RowList[QuotaView] = RowList(
            quota_cells, key=lambda one: (one.provider, one.credential), header=QUOTA_COLUMNS.header
        )
        self._note = Static("", classes="note", markup=False)
        self._budget = Static("", classes="budget", markup=False)
        yield self._rows
        yield self._note
        yield self._budget

    def questions(self) -> Sequence[Question]:
        return (Question("quota", SELDOM_S, partial(self.operate, "quota")),)

    def twin(self) -> str:
        return "mcp-tui gateway quota"

    def enter(self) -> None:
        self._rows.focus()

    def draw(self) -> None:
        reading = self.reading("quota", QuotaAnswer)
        answer = reading.answer
        self._budget.display = answer is not None
        if answer is None:
            self._rows.empty = ([unanswered(reading)],)
        else:
            self._rows.empty = ([("No provider, no credential.", "dim")],)
            self._budget.update(budget_text(answer.budget, self.size.width))
        self._rows.show(answer.credentials if answer else ())
        self._show_note()

    def on_resize(self, event: Resize) -> None:
        if self.is_mounted:
            self.draw()

    @on(RowList.Moved)
    def _show_note(self) -> None:
        self._note.update(quota_note(self._rows.item))

    @work(group="default", exit_on_error=False)
    async def action_budget(self) -> None:
        operation = next(one for one in self.engine.gateway.operations() if one.name == "budget")
        await operate(self.live, gateway_table(self.live.engine), operation, ask=True)
        self.action_again()
