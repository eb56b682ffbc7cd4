"""The lines of the log: the program's own, servers' stderr and notifications, each made once, and those chosen."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from tui.domain.events import Logged, NoticePosted, ServerLogged
from tui.domain.text import CleanText, clean_line
from tui.ui.format import clock_to_the_second
from tui.ui.widgets.lists.columns import Column, Columns
from tui.ui.widgets.lists.ink import Piece
from tui.ui.widgets.lists.list_filter import holds

LogEvent = Logged | ServerLogged | NoticePosted
Level = Literal["all", "warning", "error"]
Source = Literal["all", "program", "servers", "notices"]
LEVELS: tuple[Level, ...] = get_args(Level)
SOURCES: tuple[Source, ...] = get_args(Source)

_ERRORS = frozenset({"error", "critical", "alert", "emergency", "fatal"})
_WARNINGS = frozenset({"warning", "warn"})
_AT_LEAST: dict[Level, tuple[Level, ...]] = {
    "all": ("all", "warning", "error"),
    "warning": ("warning", "error"),
    "error": ("error",),
}
_MAX_SHOWN = 1_000
"""Characters of a line that are drawn in the list; the whole stands below it."""

COLUMNS = Columns(Column("Time", 8), Column("Level", 7, rank=1), Column("Source", 14, rank=2), Column("Text"))


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, wherever it came from; `number` counts the lines of a run."""

    number: int
    event: LogEvent
    level: CleanText
    source: CleanText
    family: Source
    text: CleanText
    hint: CleanText = CleanText("")

    @property
    def at(self) -> str:
        """Its time of day."""
        return clock_to_the_second(self.event.at)

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


class LogBook:
    """Keeps step with the log as it grows at its end and loses its beginning: only what is new is looked at."""

    def __init__(self) -> None:
        self._all: deque[LogLine] = deque()
        self._chosen: deque[LogLine] = deque()
        self._level: Level = "all"
        self._source: Source = "all"
        self._words: list[str] = []

    def __len__(self) -> int:
        return len(self._all)

    @property
    def chosen(self) -> list[LogLine]:
        """The lines that pass the filters, oldest first."""
        return list(self._chosen)

    def take(self, events: Sequence[LogEvent]) -> None:
        """Brings the book up to the log as it is now."""
        number = self._all[-1].number if self._all else 0
        for event in self._new(events):
            number += 1
            line = log_line(number, event)
            self._all.append(line)
            if self._passes(line):
                self._chosen.append(line)
        while len(self._all) > len(events):
            gone = self._all.popleft()
            if self._chosen and self._chosen[0] is gone:
                self._chosen.popleft()

    def choose(self, level: Level, source: Source, words: list[str]) -> None:
        """Changes the filters: how grave, from where, which words in source and text."""
        if (level, source, words) != (self._level, self._source, self._words):
            self._level, self._source, self._words = level, source, words
            self._chosen = deque(line for line in self._all if self._passes(line))

    def _new(self, events: Sequence[LogEvent]) -> list[LogEvent]:
        last = self._all[-1].event if self._all else None
        new: list[LogEvent] = []
        for event in reversed(events):
            if event is last:
                break
            new.append(event)
        return new[::-1]

    def _passes(self, line: LogLine) -> bool:
        return (
            line.weight in _AT_LEAST[self._level]
            and self._source in ("all", line.family)
            and (not self._words or holds(f"{line.level} {line.source} {line.text}".lower(), self._words))
        )


def log_line(number: int, event: LogEvent) -> LogLine:
    """Returns an event as a line."""
    if isinstance(event, ServerLogged):
        level = clean_line(event.level.lower() or event.channel, 20)
        return LogLine(number, event, level, clean_line(event.server, 40), "servers", event.text)
    if isinstance(event, NoticePosted):
        severity = CleanText(event.severity)
        return LogLine(number, event, severity, CleanText("notice"), "notices", event.text, event.hint)
    return LogLine(number, event, clean_line(event.level.lower(), 20), event.source, "program", event.text)
