"""Watching a resource from the list: a mark, a count of its changes, and its contents read again while it is shown."""

from collections.abc import Mapping

from textual import work

from tui.domain.ids import CallId, new_id
from tui.domain.text import clean_line
from tui.ui.hand_calls import carry_out
from tui.ui.screens.model_switch import ModelSwitch
from tui.ui.watches import changes_of
from tui.ui.widgets.lists.ink import Piece
from tui.ui.widgets.tools.call_pane import CallPane
from tui.ui.widgets.tools.catalog_list import SIGNS, CatalogEntry, CatalogRow, Kind, row_cells

_ALL_KINDS: tuple[Kind, ...] = tuple(SIGNS)
_ACT_ON: Mapping[str, tuple[Kind, ...]] = {
    "call": _ALL_KINDS,
    "raw": _ALL_KINDS,
    "copy_command": _ALL_KINDS,
    "switch": ("tool",),
    "watch": ("resource",),
}
"""Actions on the thing that is shown, and the kinds of things they are for."""


class ResourceWatch(ModelSwitch):
    """A screen with a list of resources and a pane that shows the chosen one."""

    _pane: CallPane

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What cannot be done with the thing that is shown is not offered either."""
        if action == "cancel":
            return bool(self.children) and (self._pane.busy or not self._list.has_focus)
        kinds = _ACT_ON.get(action)
        entry = self._pane.entry if self.children else None
        return kinds is None or (entry is not None and entry.kind in kinds)

    def cells(self, row: CatalogRow, width: int) -> list[Piece]:
        """Draws one row, marked when it is watched."""
        return row_cells(row, width, self.changes(row))

    def changes(self, row: CatalogRow | None) -> int | None:
        """Returns how often a resource changed since it is watched; None when it is not watched."""
        return changes_of(self.state, row.thing) if isinstance(row, CatalogEntry) else None

    def action_watch(self) -> None:
        """Has the server tell when the shown resource changes, or no longer."""
        entry = self._pane.entry
        if entry is None:
            return
        if self.changes(entry) is None:
            self.notify(f"Asking {clean_line(entry.server)} to tell of changes …", timeout=2, markup=False)
            self.order(self.engine.servers.watch_resource(entry.server, entry.raw_name))
        else:
            self.order(self.engine.servers.unwatch_resource(entry.server, entry.raw_name))

    def show_watches(self) -> None:
        """Draws the marks anew; a resource whose contents are shown is read again when it changed."""
        self._list.refresh()
        entry = self._pane.entry
        if self._pane.show_changes(self.changes(entry)) and entry is not None:
            self._read_again(entry)

    @work(exclusive=True, group="reread", exit_on_error=False)
    async def _read_again(self, entry: CatalogEntry) -> None:
        result = await carry_out(self.engine, entry, {}, CallId(new_id("call")))
        await self._pane.renew(entry, result)
