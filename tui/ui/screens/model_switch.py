"""Switching a tool on or off for the model, from the list of tools."""

from tui.domain.servers import ToolInfo
from tui.domain.text import clean_line
from tui.ui.screens.framed import FramedScreen
from tui.ui.widgets.lists.row_list import RowList
from tui.ui.widgets.tools.catalog_list import CatalogEntry, CatalogRow


class ModelSwitch(FramedScreen):
    """A screen with a list of tools of which the chosen one can be switched."""

    _list: RowList[CatalogRow]

    def action_switch(self) -> None:
        """Tells the model of the chosen tool, or no longer."""
        row = self._list.item
        tool = row.thing if isinstance(row, CatalogEntry) else None
        if not isinstance(tool, ToolInfo):
            return
        self.order(self.engine.servers.switch_tool(tool.server, tool.name, not tool.offered))
        told = "no longer told of" if tool.offered else "told of"
        self.notify(f"The model is {told} {clean_line(tool.name)}.", markup=False)
