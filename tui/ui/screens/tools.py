"""The tools screen: everything the servers offer in one list, called by hand through a generated form."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static
from textual.worker import Worker

from tui.domain.errors import McpTuiError
from tui.domain.events import CatalogChanged, ResourceChanged, ResourceWatched, ServerRemoved, ToolProgressed
from tui.domain.ids import CallId, ServerName, new_id
from tui.domain.messages import Json
from tui.domain.servers import Catalog, ToolResult, error_result
from tui.domain.state import State
from tui.domain.text import CleanText, clean_line
from tui.ui.bridge import Kinds
from tui.ui.format import plural
from tui.ui.hand_calls import carry_out, suggestions
from tui.ui.keys import bindings
from tui.ui.new_file import write_new_file
from tui.ui.screens.live import concerns
from tui.ui.screens.resource_watch import ResourceWatch
from tui.ui.widgets.lists.list_filter import ListFilter
from tui.ui.widgets.lists.row_list import RowList
from tui.ui.widgets.tools.call_pane import CallPane
from tui.ui.widgets.tools.catalog_list import CatalogEntry, CatalogRow, command_line, entries_of, rows_of
from tui.ui.widgets.tools.hand_calls import HandCall, call_cells
from tui.ui.widgets.tools.result_view import BlockView, file_of

_RECENT = 50
_STOPPED = CleanText("You stopped the call; the server may still be at work on it.")


class ToolsScreen(ResourceWatch):
    """Tools, resources, templates and prompts."""

    NAME = "Tools"
    AREA = "tools"
    ALSO = ("result.open", "result.copy", "result.write")
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
            self.cells, key=lambda row: row.key, stops=lambda row: isinstance(row, CatalogEntry), id="catalog"
        )
        self._recent_title = Static("Recent calls", classes="recent", markup=False)
        self._recent: RowList[HandCall] = RowList(call_cells, key=id, id="recent")
        self._pane = CallPane(partial(suggestions, self.engine))
        self._call: Worker[None] | None = None
        self._wanted: tuple[str, str, str] | None = None
        with Vertical(classes="columns"):
            with Vertical(classes="left"):
                yield self._filter
                yield self._list
                yield self._recent_title
                yield self._recent
            yield self._pane

    def on_mount(self) -> None:
        self._recent_title.display = self._recent.display = False
        self._list.focus()

    def draw(self, kinds: Kinds) -> None:
        if concerns(kinds, CatalogChanged, ServerRemoved):
            self._entries = entries_of(_in_order(self.state))
            self._show_list()
        if concerns(kinds, ResourceChanged, ResourceWatched, ServerRemoved):
            self.show_watches()
        if concerns(kinds, ToolProgressed):
            self._pane.show_progress(self.state.hand_progress)

    @on(ListFilter.Changed)
    def _show_list(self, typed: ListFilter.Changed | None = None) -> None:
        rows, shown = rows_of(self._entries, self._filter.words)
        self._list.empty = _nothing(bool(self._entries))
        self._list.show(rows)
        if typed and self._filter.words:
            self._list.action_first()
        self._seek_wanted()
        self._filter.show_count(shown, len(self._entries))
        self._open_chosen()

    @on(ListFilter.Left)
    def _filter_left(self) -> None:
        self._list.focus()

    @on(RowList.Moved, "#catalog")
    def _open_chosen(self) -> None:
        row = self._list.item
        self._pane.open(row if isinstance(row, CatalogEntry) else None, changes=self.changes(row))
        self.refresh_bindings()

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
            self._pane.open(call.entry, call, changes=self.changes(call.entry))
            self.refresh_bindings()

    def seek_tool(self, server: ServerName, tool: str) -> None:
        """Chooses a tool, at once or as soon as it is on offer; a filter that hides it is cleared."""
        self._wanted = (server, "tool", tool)
        self._seek_wanted()

    def _seek_wanted(self) -> None:
        if self._wanted is None or all(entry.key != self._wanted for entry in self._entries):
            return
        if not self._list.seek(self._wanted):
            self._filter.clear()  # what it changes is shown a moment later, and sought again there
            return
        self._wanted = None
        self._list.focus()

    # --- calls

    @on(CallPane.Called)
    def _called(self, event: CallPane.Called) -> None:
        if self._call is None:
            self._call = self._carry_out_call(event.entry, event.values)

    @work(group="call", exit_on_error=False)
    async def _carry_out_call(self, entry: CatalogEntry, values: Mapping[str, Json]) -> None:
        call_id, clock = CallId(new_id("call")), self.engine.clock
        began = clock.monotonic()
        result: ToolResult | None = None
        try:
            await self._pane.show_running(entry, call_id)
            result = await carry_out(self.engine, entry, values, call_id)
        finally:
            # Also when the call was stopped: this worker is cancelled then, so the pane goes on in one of its own.
            if result is None:
                result = error_result("cancelled", _STOPPED, round((clock.monotonic() - began) * 1000))
            self._finished(HandCall(entry, values, result, clock.wall()))

    def _finished(self, call: HandCall) -> None:
        self._call = None
        self._calls = [call, *self._calls][:_RECENT]
        self._recent_title.display = self._recent.display = True
        self._recent.show(self._calls)
        self._recent.action_first()
        self._pane.conclude(call)

    @on(BlockView.CopyWanted)
    def _copy(self, event: BlockView.CopyWanted) -> None:
        self.app.copy_to_clipboard(event.text)
        self.notify(f"Copied {plural(len(event.text), 'character')}.", markup=False)

    @on(BlockView.FileWanted)
    def _write(self, event: BlockView.FileWanted) -> None:
        try:
            path = write_new_file(Path.cwd(), *file_of(event.block))
        except McpTuiError as error:
            self.refused(error)
        else:
            self.notify(f"Wrote {clean_line(path)}", markup=False)

    def action_filter(self) -> None:
        self._filter.open()

    def action_call(self) -> None:
        self._pane.call()

    def action_raw(self) -> None:
        self._pane.toggle_raw()

    def action_cancel(self) -> None:
        if self._call is None:
            self._list.focus()
        else:
            self._call.cancel()

    def action_copy_command(self) -> None:
        entry, form = self._pane.entry, self._pane.form
        if entry is None or form is None:
            return
        try:
            command = command_line(entry, form.values())
        except McpTuiError as error:
            self.refused(error)
            return
        self.app.copy_to_clipboard(command)
        self.notify(f"Copied: {clean_line(command, 120)}", markup=False)


def _in_order(state: State) -> list[Catalog]:
    """The catalogs in the servers' own order, which a server that reconnects does not change."""
    places = {name: place for place, name in enumerate(state.servers)}
    return sorted(state.catalogs.values(), key=lambda catalog: places.get(catalog.server, len(places)))


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
