"""Audit: who was served what, at what cost, and whether the record is whole."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import Static

from tui.domain.audit import AuditEntry, AuditStats, AuditVerdict
from tui.ui.keys import bindings
from tui.ui.screens.gateway_views.view import GatewayView, Question
from tui.ui.widgets.gateway.audit_table import AUDIT_COLUMNS, audit_cells, audit_summary
from tui.ui.widgets.gateway.reading import Reading, unanswered
from tui.ui.widgets.lists.row_list import RowList

MOST_CALLS = 200
NOTHING = (
    [("Nothing was served yet.", "bold")],
    [("Calls that other agents make through ", "dim"), ("mcp-tui serve", "code"), (" stand here.", "dim")],
)


class AuditView(GatewayView):
    """The newest calls served to other agents."""

    AREA = "audit"
    BINDINGS = bindings("audit")
    DEFAULT_CSS = """
    AuditView > .summary { height: 3; padding: 0 2; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def body(self) -> ComposeResult:
        self._summary = Static("", classes="summary", markup=False)
        self._rows: RowList[AuditEntry] = RowList(
            lambda entry, width: audit_cells(entry, self.engine.clock.wall(), width),
            key=lambda entry: entry.seq,
            header=AUDIT_COLUMNS.header,
        )
        yield self._summary
        yield self._rows

    def questions(self) -> Sequence[Question]:
        return (Question("calls", 10.0, self._ask_calls), Question("stats", 10.0, self.engine.audit.stats))

    def twin(self) -> str:
        return "mcp-tui audit list"

    def enter(self) -> None:
        self._rows.focus()

    def draw(self) -> None:
        calls: Reading[tuple[AuditEntry, ...]] = self.reading("calls", tuple)
        self._rows.empty = NOTHING if calls.answer is not None else ([unanswered(calls)],)
        self._rows.show(calls.answer or ())
        self._show_summary()

    def tick(self) -> None:
        self._rows.refresh()
        self._show_summary()

    def _show_summary(self) -> None:
        stats = self.reading("stats", AuditStats).answer
        self._summary.update(audit_summary(stats, self.reading("verdict", AuditVerdict), self.engine.clock.wall()))

    async def _ask_calls(self) -> object:
        return tuple(await self.engine.audit.recent(MOST_CALLS))

    # --- what can be done

    def action_verify(self) -> None:
        """Reads every row, so only when a person wants it."""
        self.ask_once(Question("verdict", 0.0, self.engine.audit.verify))
