"""The table of MCP servers and what is told about the chosen one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from textual.content import Content

from tui.domain.events import Logged, NoticePosted, ServerLogged
from tui.domain.ids import ServerName
from tui.domain.servers import Catalog, ServerStatus
from tui.domain.text import CleanText, clean_line
from tui.ui.format import age, clock_to_the_second, duration, plural, tokens, whole
from tui.ui.widgets.lists.columns import Column, Columns
from tui.ui.widgets.lists.detail import fact, facts, heading, lines, paragraph
from tui.ui.widgets.lists.ink import Piece
from tui.ui.widgets.servers.server_states import STATES

STYLES = {"ok": "$text-success", "warn": "$text-warning", "bad": "$text-error", "live": "$live", "dim": "$dim", "": ""}
"""The inks as styles of Content."""
STDERR_LINES = 12

COLUMNS = Columns(
    Column("  State", 14),
    Column("Server", 16),
    Column("Era", 10, rank=6),
    Column("Via", 5, rank=4),
    Column("Tools", 5, right=True, rank=1),
    Column("Tokens", 6, right=True, rank=3),
    Column("p50", 7, right=True, rank=2),
    Column("Errors", 6, right=True, rank=2),
    Column("Target", rank=5, least=20),
)


class DoctorStage(Protocol):
    """One step of a check."""

    @property
    def name(self) -> str: ...
    @property
    def outcome(self) -> Literal["ok", "failed", "skipped"]: ...
    @property
    def duration_ms(self) -> int | None: ...
    @property
    def detail(self) -> CleanText: ...


class DoctorReport(Protocol):
    """What a check of a connection found."""

    @property
    def stages(self) -> Sequence[DoctorStage]: ...
    @property
    def hint(self) -> CleanText:
        """The next step; empty when all is well."""
        ...

    @property
    def stderr_tail(self) -> Sequence[CleanText]: ...


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A server with what its catalog costs."""

    status: ServerStatus
    schema_tokens: int | None

    @property
    def cells(self) -> list[Piece]:
        status = self.status
        sign, word, ink = STATES[status.state]
        listed = self.schema_tokens is not None
        return [
            (f"{sign} {word}", ink),
            (clean_line(status.name), "bold"),
            (status.era or "?", "" if status.era else "dim"),
            (status.transport, "dim"),
            (whole(status.tool_count) if listed else "?", "" if listed else "dim"),
            (tokens(self.schema_tokens), "dim"),
            (duration(status.p50_ms) if status.calls else "–", "" if status.calls else "dim"),
            (whole(status.call_errors) if status.calls else "–", "bad" if status.call_errors else "dim"),
            (clean_line(status.error or status.target), "bad" if status.error else "dim"),
        ]


def server_row(status: ServerStatus, catalog: Catalog | None) -> ServerRow:
    """Returns a row; the tokens are unknown until the server has listed its tools."""
    return ServerRow(status, None if catalog is None else sum(tool.schema_tokens for tool in catalog.tools))


def about(status: ServerStatus, catalog: Catalog | None, now: float) -> Content:
    """Returns what is known about a server, the trouble and the next step first."""
    sign, word, ink = STATES[status.state]
    title = Content.assemble((clean_line(status.name), "bold"), "  ", (f"{sign} {word}", STYLES[ink]))
    since = age(now - status.since) if status.since else ""
    parts: list[Content | None] = [
        title + Content.styled(f"  {since}" if since else "", "$dim"),
        *_trouble(status, now),
    ]
    offered = ""
    if catalog is not None:
        counts = ((catalog.tools, "tool"), (catalog.resources, "resource"), (catalog.prompts, "prompt"))
        offered = ", ".join(plural(len(things), noun) for things, noun in counts)
    parts += facts(
        (
            ("calls itself", status.title),
            ("target", status.target),
            ("origin", status.origin),
            ("protocol", f"{status.era} over {status.transport}" if status.era else ""),
            ("process", str(status.pid) if status.pid else ""),
            ("offers", offered),
            ("for the model", _for_model(status, catalog)),
            ("calls", _calls(status)),
        )
    )
    if status.issues:
        parts += [None, heading("Repaired in its answers"), *(paragraph(f"– {issue}") for issue in status.issues)]
    if status.instructions:
        parts += [None, heading("Its instructions"), paragraph(status.instructions)]
    return lines(parts)


def _for_model(status: ServerStatus, catalog: Catalog | None) -> str:
    """How much of what a server offers a model is told of, and what each request pays for it."""
    if catalog is None or not catalog.tools:
        return ""
    told = [tool for tool in catalog.tools if tool.offered and not tool.withheld]
    words = f"{plural(len(told), 'tool')}, {tokens(sum(tool.schema_tokens for tool in told))} tokens a request"
    return f"{words}, {status.awaiting} to be read (t)" if status.awaiting else words


def _trouble(status: ServerStatus, now: float) -> list[Content | None]:
    parts: list[Content | None] = []
    if status.error:
        parts.append(paragraph(status.error, "$text-error"))
    if status.state == "untrusted":
        parts.append(fact("next step", Content.assemble(("t", "$live"), " shows the exact command and asks")))
    elif status.hint:
        parts.append(fact("next step", status.hint))
    if status.awaiting:
        waits = f" shows {plural(status.awaiting, 'definition')} that wait for your consent; no model is told of them"
        parts.append(fact("next step", Content.assemble(("t", "$live"), (waits, "$text-warning"))))
    if status.retry_at is not None:
        parts.append(paragraph(f"tries again in {max(0, status.retry_at - now):.0f} s", "$text-warning"))
    return [*parts, None] if parts else [None]


def _calls(status: ServerStatus) -> str:
    if not status.calls:
        return ""
    return f"{plural(status.calls, 'call')}, {plural(status.call_errors, 'error')}, p50 {duration(status.p50_ms)}"


def report_text(report: DoctorReport | None) -> Content:
    """Returns a doctor's report, or that it is still at work (None)."""
    if report is None:
        return paragraph("◌ Checking the connection stage by stage …", "$text-warning")
    signs = {"ok": ("✓", "$text-success"), "failed": ("✗", "$text-error"), "skipped": ("–", "$dim")}
    rows: list[Content | None] = [heading("Doctor")]
    for stage in report.stages:
        sign, style = signs[stage.outcome]
        took = "" if stage.duration_ms is None else duration(stage.duration_ms)
        rows.append(
            Content.assemble(
                (f"{sign} ", style),
                f"{clean_line(stage.name):<22}",
                (f"{took:>8}  ", "$dim"),
                (clean_line(stage.detail), style if stage.outcome == "failed" else "$dim"),
            )
        )
    if report.hint:
        rows.append(Content.assemble(("next step  ", "$dim"), report.hint))
    if report.stderr_tail:
        rows += [None, heading("Said on stderr meanwhile"), *(paragraph(line) for line in report.stderr_tail)]
    return lines([*rows, None])


def log_text(name: ServerName, log: Iterable[Logged | ServerLogged | NoticePosted]) -> Content:
    """Returns all that a server wrote, under a title that says how to leave."""
    title = Content.assemble(
        (clean_line(name), "bold"), ("  stderr and log   ", "$dim"), ("l", "$live"), (" back", "$dim")
    )
    return lines([title, None, said(name, log, None)])


def said(name: ServerName, log: Iterable[Logged | ServerLogged | NoticePosted], last: int | None) -> Content:
    """Returns what a server wrote to stderr and its log, oldest first; `last` lines of it, all when None."""
    rows = [entry for entry in log if isinstance(entry, ServerLogged) and entry.server == name]
    shown = rows if last is None else rows[-last:]
    if not shown:
        return paragraph("Nothing on stderr, no log messages.", "$dim")
    return lines(_log_line(entry) for entry in shown)


def _log_line(entry: ServerLogged) -> Content:
    style = "$text-error" if entry.level.lower() in ("error", "critical", "alert", "emergency") else ""
    return Content.assemble(
        (f"{clock_to_the_second(entry.at)} {entry.channel:<6} ", "$dim"), (CleanText(entry.text), style)
    )
