"""The tools screen: everything the servers offer in one list, called by hand through a generated form."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.domain.errors import McpTuiError
from tui.domain.events import CatalogChanged, ServerRemoved, ToolProgressed
from tui.domain.text import clean_line
from tui.ui.bridge import Kinds
from tui.ui.keys import bindings
from tui.ui.screens.framed import FramedScreen
from tui.ui.screens.live import concerns
from tui.ui.widgets.call_pane import CallPane
from tui.ui.widgets.catalog_list import CatalogEntry, CatalogRow, command_line, entries_of, row_cells, rows_of
from tui.ui.widgets.hand_calls import HandCall, call_cells
from tui.ui.widgets.list_filter import ListFilter
from tui.ui.widgets.row_list import RowList

_RECENT = 50


class ToolsScreen(FramedScreen):
    """Tools, resources, templates and prompts."""

    NAME = "Tools"
    AREA = "tools"
    BINDINGS = [*bindings("tools"), *bindings("list", only=("filter",))]  # noqa: RUF012 - Textual declares it so
    DEFAULT_CSS = """
    ToolsScreen > .columns { layout: horizontal; height: 1fr; width: 100%; }
    ToolsScreen .left { width: 36%; min-width: 28; max-width: 46; padding-top: 1; }
    ToolsScreen #catalog { padding-left: 1; }
    ToolsScreen .recent { height: 2; padding: 1 2 0 2; text-style: bold; }
    ToolsScreen #recent { height: auto; max-height: 6; padding-left: 1; }
    """

    def body(self) -> ComposeResult:
        self._entries: list[CatalogEntry] = []
        self._calls: list[HandCall] = []
        self._filter = ListFilter("things")
        self._list: RowList[CatalogRow] = RowList(
            row_cells, key=lambda row: row.key, stops=lambda row: isinstance(row, CatalogEntry), id="catalog"
        )
        self._recent_title = Static("Recent calls", classes="recent", markup=False)
        self._recent: RowList[HandCall] = RowList(call_cells, key=id, id="recent")
        self._pane = CallPane(self.engine)
        with Vertical(classes="columns"):
            with Vertical(classes="left"):
                yield self._filter
                yield self._list
                yield self._recent_title
                yield self._recent
            yield self._pane

    def on_mount(self) -> None:
        self._show_recent()
        self._list.focus()

    def draw(self, kinds: Kinds) -> None:
        if concerns(kinds, CatalogChanged, ServerRemoved):
            self._entries = entries_of(self.state.catalogs.values())
            self._show_list()
        if concerns(kinds, ToolProgressed):
            self._pane.show_progress(self.state.hand_progress)

    @on(ListFilter.Changed)
    def _show_list(self) -> None:
        rows, shown = rows_of(self._entries, self._filter.words)
        self._list.empty = _nothing(bool(self._entries))
        self._list.show(rows)
        self._filter.show_count(shown, len(self._entries))
        self._open_chosen()

    @on(ListFilter.Left)
    def _filter_left(self) -> None:
        self._list.focus()

    @on(RowList.Moved, "#catalog")
    def _open_chosen(self) -> None:
        row = self._list.item
        self._pane.open(row if isinstance(row, CatalogEntry) else None)

    @on(RowList.Chosen, "#catalog")
    def _into_form(self) -> None:
        if self._pane.form is not None:
            self._pane.form.focus_first()

    @on(RowList.Chosen, "#recent")
    def _again(self) -> None:
        call = self._recent.item
        if call is not None:
            with self.prevent(RowList.Moved):
                self._list.seek(call.entry.key)
            self._pane.open(call.entry, call)

    @on(CallPane.Finished)
    def _finished(self, event: CallPane.Finished) -> None:
        self._calls = [event.call, *self._calls][:_RECENT]
        self._show_recent()

    def _show_recent(self) -> None:
        self._recent_title.display = self._recent.display = bool(self._calls)
        self._recent.show(self._calls)

    def action_filter(self) -> None:
        self._filter.open()

    def action_call(self) -> None:
        self._pane.call()

    def action_raw(self) -> None:
        self._pane.toggle_raw()

    def action_cancel(self) -> None:
        if not self._pane.stop():
            self._list.focus()

    def action_copy_command(self) -> None:
        entry, form = self._pane.entry, self._pane.form
        if entry is None or form is None:
            return
        try:
            command = command_line(entry, form.values())
        except McpTuiError as error:
            self.engine.report(error)
            return
        self.app.copy_to_clipboard(command)
        self.notify(f"Copied: {clean_line(command, 120)}", markup=False)


def _nothing(filtered: bool) -> tuple[list[tuple[str, str]], ...]:
    if filtered:
        return ([("Nothing holds these words.", "bold")], [("esc", "live"), (" shows all again.", "dim")])
    return (
        [("Nothing on offer yet.", "bold")],
        [("Tools, resources and", "dim")],
        [("prompts appear when a", "dim")],
        [("server is ready.", "dim")],
        [("2", "live"), (" leads to the servers.", "dim")],
    )
