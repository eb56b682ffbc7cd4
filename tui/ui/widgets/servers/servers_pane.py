"""The left rail: servers and their tools as one virtual list, with a filter at the bottom."""

from collections.abc import Mapping

from textual import events
from textual.message import Message

from tui.domain.ids import ServerName
from tui.domain.servers import Catalog, ServerStatus
from tui.ui import keys
from tui.ui.format import plural, whole
from tui.ui.widgets.lists.ink import Piece, Row
from tui.ui.widgets.lists.inked_list import InkedList
from tui.ui.widgets.servers.server_rows import NoteRow, PaneRow, ServerRow, ToolRow, draw, pane_rows

_EMPTY: tuple[tuple[Piece, ...], ...] = (
    (("No servers yet.", ""),),
    (),
    (("2", "live"), (" then ", "dim"), ("n", "live"), (" adds one for this run,", "dim")),
    (("mcp-tui servers add", "code"), (" for good.", "dim")),
)


class ServersPane(InkedList):
    """Draws only the lines in view, so that ten thousand tools cost no more than ten."""

    DEFAULT_CSS = """
    ServersPane { background: $surface; padding: 1 1 0 1; width: 34; }
    """
    BINDINGS = keys.bindings("list", "pane")

    class ToolChosen(Message):
        """A tool was opened."""

        def __init__(self, server: ServerName, tool: str) -> None:
            super().__init__()
            self.server = server
            self.tool = tool

    class ServerChosen(Message):
        """A server was opened."""

        def __init__(self, name: ServerName) -> None:
            super().__init__()
            self.name = name

    class ReconnectChosen(Message):
        """A server is to be connected anew."""

        def __init__(self, name: ServerName) -> None:
            super().__init__()
            self.name = name

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._servers: Mapping[ServerName, ServerStatus] = {}
        self._catalogs: Mapping[ServerName, Catalog] = {}
        self._rules: Mapping[str, str] = {}
        self._unfolded: set[ServerName] = set()
        self._rows: list[PaneRow] = []
        self._filter = ""
        self._filtering = False

    def show(
        self,
        servers: Mapping[ServerName, ServerStatus],
        catalogs: Mapping[ServerName, Catalog],
        rules: Mapping[str, str],
    ) -> None:
        """Takes the servers and their tools; `rules` maps `server.tool` to what the policy says."""
        self._servers, self._catalogs, self._rules = servers, catalogs, rules
        self._rebuild()

    # --- drawing

    def row(self, y: int, width: int) -> Row:
        if y < self.HEAD:
            return Row([("Servers & tools", "bold")]) if y == 0 else Row()
        if y == self.size.height - self.FOOT:
            return self._foot()
        index = y - self.HEAD + self.top
        if not self._rows and not self._servers:
            return Row(_EMPTY[index]) if index < len(_EMPTY) else Row()
        if index >= len(self._rows):
            return Row([("Nothing matches.", "dim")]) if index == 0 else Row()
        return draw(self._rows[index], "cursor" if index == self.cursor and self.has_focus else "")

    def _foot(self) -> Row:
        total = sum(len(catalog.tools) for catalog in self._catalogs.values())
        if not self._filtering and not self._filter:
            return Row([(" / ", "live"), ("filter", "dim")], [(plural(total, "tool"), "dim")])
        found = sum(isinstance(row, ToolRow) for row in self._rows)
        cursor: Piece = ("▌", "live") if self._filtering else ("", "")
        return Row([(" / ", "live"), (self._filter, ""), cursor], [(f"{whole(found)}/{plural(total, 'tool')}", "dim")])

    # --- keys

    async def on_key(self, event: events.Key) -> None:
        if not self._filtering and not (self._filter and event.key == "escape"):
            return
        if event.key in ("enter", "down", "up"):
            self._filtering = False
            self.refresh()
        elif event.key == "escape":
            self._set_filter("", False)
        elif event.key == "backspace":
            self._set_filter(self._filter[:-1], True)
        elif event.is_printable and event.character:
            self._set_filter(self._filter + event.character, True)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()

    def on_blur(self) -> None:
        self._filtering = False
        super().on_blur()

    def action_filter(self) -> None:
        self._filtering = True
        self.refresh()

    def action_select_cursor(self) -> None:
        match self._current:
            case ToolRow(tool=tool):
                self.post_message(self.ToolChosen(tool.server, tool.name))
            case ServerRow(status=status):
                self.post_message(self.ServerChosen(status.name))
            case NoteRow(server=server):
                self.post_message(self.ServerChosen(server))

    def action_fold(self) -> None:
        name = self._current_server
        if name:
            self._unfolded ^= {name}
            self._rebuild()

    def action_reconnect(self) -> None:
        if self._current_server:
            self.post_message(self.ReconnectChosen(self._current_server))

    # --- mouse

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y == self.size.height - self.FOOT:
            self.action_filter()
        elif 0 <= offset.y - self.HEAD + self.top < len(self._rows):
            self.move_to(offset.y - self.HEAD + self.top)
            if isinstance(self._current, ServerRow):
                self.action_fold()
            else:
                self.action_select_cursor()

    # --- the list

    @property
    def count(self) -> int:
        return len(self._rows)

    @property
    def _current(self) -> PaneRow | None:
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def _current_server(self) -> ServerName | None:
        match self._current:
            case ToolRow(tool=tool):
                return tool.server
            case ServerRow(status=status):
                return status.name
            case NoteRow(server=server):
                return server
        return None

    def _rebuild(self) -> None:
        here = _identity(self._current)
        rows = pane_rows(self._servers.values(), self._catalogs, self._rules, self._unfolded, self._filter.lower())
        self._rows = rows
        if _identity(self._current) != here:
            places = (index for index, row in enumerate(rows) if _identity(row) == here)
            self.cursor = next(places, min(self.cursor, max(0, len(rows) - 1)))
        self.move_to(self.cursor)

    def _set_filter(self, text: str, filtering: bool) -> None:
        self._filter, self._filtering = text, filtering
        self.cursor = self.top = 0
        self._rebuild()


def _identity(row: PaneRow | None) -> tuple[str, str] | None:
    """Which row it is, whatever its figures: the cursor stays on it when rows come and go above."""
    match row:
        case ToolRow(tool=tool):
            return (tool.server, tool.name)
        case ServerRow(status=status):
            return (status.name, "")
        case NoteRow(server=server, text=text):
            return (server, f"note {text}")
    return None
