"""A tool call: one line, and unfolded its arguments and the beginning of its result."""

import json
import re

from rich.segment import Segment
from rich.style import Style

from tui.domain.servers import CallOutcome
from tui.domain.text import clean, clean_line
from tui.domain.transcript import ToolEntry
from tui.ui import format as figures
from tui.ui.widgets.transcript.entry_views import EntryView
from tui.ui.widgets.transcript.look import Look, Sheet
from tui.ui.widgets.transcript.markdown_lines import BOLD
from tui.ui.widgets.transcript.result_lines import pretty_json, result_lines, result_text
from tui.ui.widgets.transcript.wrapping import Line, cells, fold, line_cells, shorten, strip_of

SHOWN_LINES = 8
"""Lines of a result shown in the transcript."""
SHOWN_ARGUMENT_LINES = 60
TURNING = "◐◓◑◒"
TURNS_PER_S = 4
EDITED = "  changed by you:"
LONGEST_ARGUMENT = 400
_OUTCOMES: dict[CallOutcome, tuple[str, str]] = {
    "ok": ("✓", "success"),
    "error": ("✗ error", "error"),
    "denied": ("⊘ denied", "warning"),
    "timeout": ("✗ timeout", "error"),
    "cancelled": ("⊘ cancelled", "warning"),
    "invalid": ("✗ invalid", "error"),
}


class CallView(EntryView[ToolEntry]):
    """`▸ server.tool  path="logs"        132 ms ✓`."""

    def __init__(self, entry: ToolEntry, gap: int, width: int) -> None:
        self._cached: tuple[str, list[tuple[str, str]]] | None = None
        self._shortened = False
        super().__init__(entry, gap, width)

    @property
    def file_name(self) -> str:
        return re.sub(r"[^\w.-]+", "_", f"{self.entry.server}.{self.entry.tool}.txt")

    @property
    def live(self) -> bool:
        return self.entry.state != "finished"

    @property
    def foldable(self) -> bool:
        return True

    @property
    def moving(self) -> bool:
        return self.entry.state == "running"

    @property
    def long(self) -> bool:
        """Whether there is more of the result than unfolding shows."""
        result = self.entry.result
        return result is not None and len(result_text(result).splitlines()) > SHOWN_LINES

    def estimate(self, width: int) -> int:
        return 1

    def plain(self) -> str:
        entry = self.entry
        call = f"{entry.server}.{entry.tool} {clean(entry.arguments_json)}"
        return f"{call}\n{result_text(entry.result)}" if entry.result else call

    def draw_header(self, now: float) -> None:
        if self.sheet and self.strips:
            self.strips[self.gap] = strip_of(self._header(self.sheet, now), self.sheet)

    def _lines(self, sheet: Sheet, now: float) -> list[Line]:
        header = self._header(sheet, now)
        return [header, *self._details(sheet)] if self.expanded else [header]

    def _header(self, sheet: Sheet, now: float) -> Line:
        look = sheet.look
        state, style = self._state(look, now)
        room = sheet.columns - cells(state) - 2
        name = f"{self.entry.server}.{self.entry.tool}" if self.entry.server else self.entry.tool
        left: Line = [Segment("▾ " if self.expanded else "▸ ", look.dim)]
        left.append(Segment(shorten(name, room - 2), look.text + BOLD))
        left += self._argument_runs(look, room - line_cells(left))
        padding = sheet.columns - line_cells(left) - cells(state)
        return [*left, Segment(" " * max(1, padding), look.text), Segment(state, style)]

    def _arguments(self) -> list[tuple[str, str]]:
        """Returns the arguments in short; they change once at most, when a person edits them."""
        source = self.entry.arguments_json
        if self._cached is None or self._cached[0] is not source:
            self._cached = source, _decoded(source)
        return self._cached[1]

    def _argument_runs(self, look: Look, room: int) -> Line:
        """Returns the arguments as `key=value`, as many as there is room for."""
        runs: Line = []
        self._shortened = False
        if self.entry.edited and room >= cells(EDITED) + 4:
            runs.append(Segment(EDITED, look.warning))
            room -= cells(EDITED)
        for key, value in self._arguments():
            label = f"  {key}=" if key else "  "
            left = room - cells(label)
            if left < 4:
                self._shortened = True
                return [*runs, Segment("  …"[: max(0, room)], look.dim)]
            shown = shorten(value, left)
            self._shortened |= shown != value or value.endswith("…")
            runs += [Segment(label, look.dim), Segment(shown, look.code)]
            room = left - cells(shown)
        return runs

    def _state(self, look: Look, now: float) -> tuple[str, Style]:
        entry = self.entry
        if entry.result is not None:
            word, role = _OUTCOMES[entry.result.outcome]
            return f"{figures.duration(entry.result.duration_ms)} {word}", getattr(look, role)
        if entry.state == "asking":
            return "waiting for you ?", look.warning
        if entry.state != "running":
            return "waiting ◌", look.dim
        started = entry.started_at if entry.started_at is not None else now
        sign = TURNING[int(now * TURNS_PER_S) % len(TURNING)]
        return f"{progress_words(entry)}running {max(0.0, now - started):.1f} s {sign}", look.warning

    def _details(self, sheet: Sheet) -> list[Line]:
        look, result = sheet.look, self.entry.result
        room = sheet.columns - 4
        lines: list[Line] = []
        if self._shortened:
            source = pretty_json(self.entry.arguments_json) or clean(self.entry.arguments_json)
            for text in source.split("\n")[:SHOWN_ARGUMENT_LINES]:
                lines += fold([Segment(text, look.code)], room)
        if result is not None:
            tokens = figures.plural(self.entry.result_tokens, "token")
            lines.append([Segment(f"{figures.plural(result.size, 'byte')} · {tokens} to the model", look.dim)])
            lines += result_lines(result, room, look, SHOWN_LINES)
        elif self.entry.progress_text:
            lines += fold([Segment(clean_line(self.entry.progress_text), look.dim)], room)
        return [[Segment("  │ ", look.dim), *line] for line in lines]


def progress_words(entry: ToolEntry) -> str:
    """Returns `42%  `, or `17  ` when the end is not known; empty without progress."""
    if entry.progress is None:
        return ""
    if entry.total:
        return f"{max(0.0, min(1.0, entry.progress / entry.total)):.0%}  "
    return f"{entry.progress:g}  "


def _decoded(arguments_json: str) -> list[tuple[str, str]]:
    """Returns arguments as keys and short values; one value without a key when they are no JSON object."""
    try:
        arguments = json.loads(arguments_json) if len(arguments_json) <= 100_000 else None
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        return [("", str(clean_line(arguments_json, LONGEST_ARGUMENT)))] if arguments_json.strip() else []
    return [
        (str(clean_line(key, 60)), str(clean_line(json.dumps(value, ensure_ascii=False), LONGEST_ARGUMENT)))
        for key, value in arguments.items()
    ]
