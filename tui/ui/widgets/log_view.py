"""The log in one widget: the program's own lines, servers' stderr and notifications, filtered and followed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from tui.domain.events import Logged, NoticePosted, ServerLogged
from tui.domain.text import CleanText, clean_line
from tui.ui.widgets.columns import Column, Columns
from tui.ui.widgets.ink import Piece
from tui.ui.widgets.list_filter import holds
from tui.ui.widgets.row_list import RowList

LogEvent = Logged | ServerLogged | NoticePosted
Level = Literal["all", "warning", "error"]
Source = Literal["all", "program", "servers", "notices"]
LEVELS: tuple[Level, ...] = get_args(Level)
SOURCES: tuple[Source, ...] = get_args(Source)

_ERRORS = frozenset({"error", "critical", "alert", "emergency", "fatal"})
_WARNINGS = frozenset({"warning", "warn"})
_MAX_SHOWN = 1_000
"""Characters of a line that are drawn in the list; the whole stands below it."""

COLUMNS = Columns(Column("Time", 5), Column("Level", 7, rank=1), Column("Source", 14, rank=2), Column("Text"))


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, wherever it came from."""

    event: LogEvent
    at: str
    level: CleanText
    source: CleanText
    family: Source
    text: CleanText
    hint: CleanText = CleanText("")

    @property
    def weight(self) -> Level:
        """How grave it is."""
        return "error" if self.level in _ERRORS else "warning" if self.level in _WARNINGS else "all"

    def cells(self, width: int) -> list[Piece]:
        """Draws the line."""
        ink = {"error": "bad", "warning": "warn", "all": ""}[self.weight]
        text = clean_line(self.text, _MAX_SHOWN)
        pieces: list[Piece] = [(self.at, "dim"), (self.level, ink or "dim"), (self.source, "dim"), (text, ink)]
        return COLUMNS.cells(pieces, width)


class LogView(RowList[LogLine]):
    """The lines with a cursor; while it follows, the cursor stays at the end."""

    def __init__(self) -> None:
        super().__init__(LogLine.cells, key=lambda line: id(line.event), header=COLUMNS.header)
        self.follow = True

    def show_lines(self, lines: list[LogLine]) -> None:
        """Shows these lines, oldest first."""
        self.show(lines)
        if self.follow:
            self.action_last()

    def action_cursor_up(self) -> None:
        self.follow = False
        super().action_cursor_up()

    def action_page_up(self) -> None:
        self.follow = False
        super().action_page_up()

    def action_first(self) -> None:
        self.follow = False
        super().action_first()


def log_line(event: LogEvent, at: str) -> LogLine:
    """Returns an event as a line; `at` is its time of day."""
    if isinstance(event, ServerLogged):
        level = event.level.lower() or event.channel
        return LogLine(event, at, clean_line(level, 20), clean_line(event.server, 40), "servers", event.text)
    if isinstance(event, NoticePosted):
        return LogLine(event, at, CleanText(event.severity), CleanText("notice"), "notices", event.text, event.hint)
    return LogLine(event, at, clean_line(event.level.lower(), 20), event.source, "program", event.text)


def chosen(lines: Iterable[LogLine], level: Level, source: Source, words: list[str]) -> list[LogLine]:
    """Returns the lines that pass all three filters."""
    grave = {"all": ("all", "warning", "error"), "warning": ("warning", "error"), "error": ("error",)}[level]
    return [
        line
        for line in lines
        if line.weight in grave
        and source in ("all", line.family)
        and (not words or holds(f"{line.level} {line.source} {line.text}".lower(), words))
    ]
