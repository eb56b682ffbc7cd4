"""The servers screen: a table, the chosen server in detail, and everything that can be done about it."""

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content

from tui.domain.errors import McpTuiError
from tui.domain.events import CatalogChanged, ServerChanged, ServerLogged, ServerRemoved
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec, ServerStatus
from tui.domain.text import CleanText, clean_line
from tui.ui.bridge import Kinds
from tui.ui.dialogs.ask_lines import AskLines
from tui.ui.dialogs.confirm import Confirm
from tui.ui.keys import bindings
from tui.ui.launch_text import launch_text
from tui.ui.screens.framed import FramedScreen
from tui.ui.screens.live import concerns
from tui.ui.server_definition import editable, edited_server, typed_server
from tui.ui.taking_over import take_over_servers
from tui.ui.widgets.lists.detail import Detail, heading, lines
from tui.ui.widgets.lists.row_list import RowList
from tui.ui.widgets.servers.server_table import (
    COLUMNS,
    STDERR_LINES,
    DoctorReport,
    ServerRow,
    about,
    log_text,
    report_text,
    said,
    server_row,
)

_ON_A_SERVER = ("reconnect", "enable", "trust", "edit", "remove", "switch", "doctor", "logs")
"""Actions that need a chosen server."""


class ServersScreen(FramedScreen):
    """Servers and their connections."""

    NAME = "Servers"
    AREA = "servers"
    BINDINGS = bindings("servers")
    DEFAULT_CSS = """
    ServersScreen > RowList { height: auto; max-height: 50%; min-height: 6; padding: 1; }
    ServersScreen > Detail { height: 1fr; }
    """

    def body(self) -> ComposeResult:
        self._table: RowList[ServerRow] = RowList(
            lambda row, width: COLUMNS.cells(row.cells, width), key=lambda row: row.status.name, header=COLUMNS.header
        )
        self._table.empty = (
            [("No servers yet.", "bold")],
            [("n", "live"), (" adds one: a command line or a URL.", "dim")],
            [("i", "live"), (" takes over what other clients have.", "dim")],
        )
        self._detail = Detail()
        self._reports: dict[ServerName, DoctorReport | None] = {}
        self._log_only = False
        self._wanted: ServerName | None = None
        yield self._table
        yield self._detail

    def on_mount(self) -> None:
        self._table.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What cannot be done with the chosen server is not offered either."""
        if action not in _ON_A_SERVER:
            return True
        status = self._chosen_status if self.children else None
        if status is None or action != "trust":
            return status is not None
        return not status.trusted or bool(status.awaiting)

    def draw(self, kinds: Kinds) -> None:
        if concerns(kinds, ServerChanged, ServerRemoved, CatalogChanged):
            rows = [server_row(one, self.state.catalogs.get(name)) for name, one in self.state.servers.items()]
            self._table.show(rows)
            if self._wanted is not None:
                self.seek_server(self._wanted)
            self._show_detail()
        elif concerns(kinds, ServerLogged):
            self._show_detail()

    def seek_server(self, name: ServerName) -> None:
        """Chooses a server, at once or as soon as it is listed."""
        self._wanted = None if self._table.seek(name) else name

    def tick(self) -> None:
        self._show_detail()

    @on(RowList.Moved)
    def _moved(self) -> None:
        self._show_detail(fresh=True)

    @on(RowList.Chosen)
    def _chosen(self) -> None:
        self._detail.focus()

    @property
    def _chosen_status(self) -> ServerStatus | None:
        row = self._table.item
        return row.status if row else None

    def _show_detail(self, fresh: bool = False) -> None:
        status = self._chosen_status
        if status is None:
            self._detail.show(Content(""))
            return
        if self._log_only:
            self._detail.show(log_text(status.name, self.state.logs), fresh=fresh)
            return
        parts: list[Content | None] = []
        if status.name in self._reports:
            parts.append(report_text(self._reports[status.name]))
        parts.append(about(status, self.state.catalogs.get(status.name), self.engine.clock.wall()))
        parts += [None, heading("Last on stderr and in its log"), said(status.name, self.state.logs, STDERR_LINES)]
        self._detail.show(lines(parts), fresh=fresh)

    # --- what can be done

    def action_reconnect(self) -> None:
        status = self._chosen_status
        if status:
            self.order(self.engine.servers.reconnect(status.name))

    def action_enable(self) -> None:
        status = self._chosen_status
        if status:
            self.order(self.engine.servers.set_enabled(status.name, status.state == "disabled"))

    def action_logs(self) -> None:
        self._log_only = not self._log_only
        self._show_detail(fresh=True)

    def action_switch(self) -> None:
        status = self._chosen_status
        catalog = self.state.catalogs.get(status.name) if status else None
        if status is None or catalog is None:
            return
        on = not any(tool.offered for tool in catalog.tools)
        self.order(self.engine.servers.switch_tool(status.name, "", on))
        told = "told of" if on else "no longer told of"
        self.notify(f"The model is {told} the tools of {clean_line(status.name)}.", markup=False)

    @work(exit_on_error=False)
    async def action_import_server(self) -> None:
        await take_over_servers(self)

    @work(exit_on_error=False)
    async def action_trust(self) -> None:
        status = self._chosen_status
        if status is None:
            return
        if status.trusted:
            self.order(self.engine.servers.trust(status.name))
            return
        try:
            body = launch_text(status, await self.engine.servers.launch_review(status.name))
        except McpTuiError as error:
            self.refused(error)
            return
        title = clean_line(f"Trust the server {status.name}?")
        if not await self.app.push_screen_wait(Confirm(title, body, yes="trust and connect", no="do not start it")):
            return
        now = self.state.servers.get(status.name)
        if now is None or now.target != status.target:
            # The yes was for what was shown, not for what a file says by now.
            self.notify("The server changed meanwhile; look at it again.", severity="warning", markup=False)
            return
        self.order(self.engine.servers.trust(status.name))

    @work(exit_on_error=False)
    async def action_remove(self) -> None:
        status = self._chosen_status
        if status is None:
            return
        body = Content("It is closed and forgotten for this run; configuration files stay as they are.")
        if await self.app.push_screen_wait(
            Confirm(clean_line(f"Remove {status.name}?"), body, yes="remove it", no="keep it")
        ):
            self.order(self.engine.servers.remove(status.name))

    @work(exit_on_error=False)
    async def action_add(self) -> None:
        answers = await self.app.push_screen_wait(
            AskLines(
                CleanText("Add a server for this run"),
                (
                    ("Name", "", "files"),
                    ("Command line or URL", "", "npx -y @modelcontextprotocol/server-filesystem ."),
                ),
                "What you type here is started at once.",
            )
        )
        if not answers:
            return
        try:
            spec = typed_server(*answers)
        except McpTuiError as error:
            self.refused(error)
        else:
            self.order(self.engine.servers.add(spec))

    @work(exit_on_error=False)
    async def action_edit(self) -> None:
        status = self._chosen_status
        if status is None:
            return
        try:
            spec = self.engine.servers.spec(status.name)
            before = editable(spec)
            question = (("Command line or URL", before, "npx -y @modelcontextprotocol/server-filesystem ."),)
            title = CleanText(f"Edit {clean_line(status.name)} for this run")
            answers = await self.app.push_screen_wait(AskLines(title, question, _about_edit(spec)))
            if answers and answers[0] != before:
                self.order(self.engine.servers.add(edited_server(spec, answers[0])))
        except McpTuiError as error:
            self.refused(error)

    @work(exclusive=True, group="doctor", exit_on_error=False)
    async def action_doctor(self) -> None:
        status = self._chosen_status
        if status is None:
            return
        self._reports[status.name] = None
        self._show_detail(fresh=True)
        try:
            self._reports[status.name] = await self.engine.servers.examine(status.name)
        except McpTuiError as error:
            self._reports.pop(status.name)
            self.refused(error)
        finally:
            if self._reports.get(status.name, status) is None:
                self._reports.pop(status.name)
        self._show_detail(fresh=True)


def _about_edit(spec: ServerSpec) -> str:
    keeps = "Its environment and directory stay." if spec.transport == "stdio" else "Its headers stay."
    then = "It is closed and started anew at once." if spec.trusted else "It is not started before you trust it (t)."
    return f"{keeps} Configuration files stay as they are. {then}"
