"""The rows of the servers pane: servers, their tools, and the words for each state; pure, without a screen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui.config.schema import PolicySettings, ServerRule, ToolRule
from tui.domain.ids import ServerName
from tui.domain.servers import Catalog, ServerStatus, ToolInfo
from tui.domain.text import CleanText, clean_line
from tui.ui.format import tokens
from tui.ui.widgets.lists.ink import Piece, Row, fit
from tui.ui.widgets.servers.server_states import MOVING, STATES

_NAME_CELLS = 12
_HOW_TO_TRUST = CleanText("alt+2, t: look at it")
"""Fits the narrowest pane."""


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A server's own line."""

    status: ServerStatus
    folded: bool


@dataclass(frozen=True, slots=True)
class ToolRow:
    """A tool under its server."""

    tool: ToolInfo
    rule: str
    """`ask`, `deny` or empty."""


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A line that explains the server above it."""

    server: ServerName
    text: CleanText
    hint: bool = False


PaneRow = ServerRow | ToolRow | NoteRow


def pane_rows(
    servers: Iterable[ServerStatus],
    catalogs: Mapping[ServerName, Catalog],
    rules: Mapping[str, str],
    unfolded: set[ServerName],
    wanted: str,
) -> list[PaneRow]:
    """Returns all rows; a filter (`wanted`, lower case) unfolds every server that has a match and hides the others."""
    rows: list[PaneRow] = []
    for status in servers:
        catalog = catalogs.get(status.name)
        tools = catalog.tools if catalog and status.state not in ("disabled", "untrusted") else ()
        if wanted:
            tools = tuple(tool for tool in tools if wanted in tool.name.lower())
            if not tools and wanted not in status.name.lower():
                continue
        shown = bool(wanted) or status.name in unfolded
        rows.append(ServerRow(status, folded=not shown))
        if status.error and status.state != "ready":
            rows.append(NoteRow(status.name, clean_line(status.error, 200)))
        if status.state == "untrusted":
            rows.append(NoteRow(status.name, _HOW_TO_TRUST, hint=True))
        elif status.hint and status.state != "ready":
            rows.append(NoteRow(status.name, clean_line(status.hint, 200), hint=True))
        if shown:
            rows += [ToolRow(tool, rules.get(f"{tool.server}.{tool.name}", "")) for tool in tools]
    return rows


def tool_rules(policy: PolicySettings, catalogs: Mapping[ServerName, Catalog]) -> dict[str, str]:
    """Returns what the configuration says about each tool, by `server.tool`; a tool's own rule beats its server's."""
    by_server = {
        f"{tool.server}.{tool.name}": _applied(policy.servers[catalog.server], tool)
        for catalog in catalogs.values()
        if catalog.server in policy.servers
        for tool in catalog.tools
    }
    return {**by_server, **policy.tools}


def _applied(rule: ServerRule, tool: ToolInfo) -> ToolRule:
    if rule != "read-only":
        return rule
    return "allow" if tool.read_only else "ask"


def draw(row: PaneRow, ink: str) -> Row:
    """Returns a row as inked pieces; `ink` is the whole line's."""
    match row:
        case ServerRow():
            return _draw_server(row, ink)
        case ToolRow():
            left: list[Piece] = [("    ", ""), (clean_line(row.tool.name), "live bold" if ink else "")]
            if row.rule in ("ask", "deny"):
                left.append((f"  {row.rule}", "warn" if row.rule == "ask" else "bad"))
            return Row(left, [(f" {tokens(row.tool.schema_tokens)}", "dim")], ink)
        case NoteRow():
            return Row([("    ", ""), (row.text, "live" if row.hint else "dim")], (), ink)


def _draw_server(row: ServerRow, ink: str) -> Row:
    status = row.status
    sign, word, colour = STATES[status.state]
    quiet = status.state in ("disabled", "closed", "idle")
    left: list[Piece] = [(f"{sign} ", colour), (fit(clean_line(status.name), _NAME_CELLS), "dim" if quiet else "bold")]
    if status.state != "ready":
        left.append((f" {word}…" if status.state in MOVING else f" {word}", colour))
        return Row(left, (), ink)
    left.append((f" {status.transport}", "dim"))
    fold = "▸" if row.folded else "▾"
    count: list[Piece] = [(f" {status.tool_count}", ""), (f" {fold}" if status.tool_count else "  ", "dim")]
    return Row(left, count, ink)
