"""What one entry of the transcript looks like: strips, cut once and kept until the entry or the sheet changes."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.domain.messages import AudioPart, FilePart, ImagePart, Part, TextPart
from tui.domain.transcript import AnyEntry, NoticeEntry, UserEntry
from tui.ui import format as figures
from tui.ui.widgets.transcript.look import Look, Sheet
from tui.ui.widgets.transcript.markdown_lines import BOLD
from tui.ui.widgets.transcript.wrapping import Line, cells, shorten, strip_of, wrap

E = TypeVar("E", bound=AnyEntry)

NOTHING = 1 << 30
"""The first changed line when no line changed."""


class EntryView(Generic[E]):
    """An entry's strips. `height` is an estimate until the entry was drawn for the sheet's width."""

    def __init__(self, entry: E, gap: int, width: int) -> None:
        self.entry = entry
        self.gap = gap
        """Blank lines before it."""
        self.expanded = False
        self.strips: list[Strip] = []
        self.height = gap + self.estimate(width)
        self.sheet: Sheet | None = None
        self._drawn: tuple[int, bool] | None = None

    @property
    def file_name(self) -> str:
        """A name to suggest when the entry is written to a file."""
        return "message.md"

    @property
    def live(self) -> bool:
        """Whether the entry may still change."""
        return False

    @property
    def foldable(self) -> bool:
        """Whether it has more to show than it shows at first."""
        return False

    @property
    def moving(self) -> bool:
        """Whether its first line shows a clock or a turning sign."""
        return False

    @property
    def stale(self) -> bool:
        """Whether the entry changed since it was drawn."""
        return self._drawn != (self.entry.revision, self.expanded)

    def exact(self, width: int) -> bool:
        """Whether `height` holds for this width."""
        return self.sheet is not None and self.sheet.width == width and not self.stale

    def draw(self, sheet: Sheet, now: float) -> int:
        """Brings `strips` and `height` up to date. Returns the first line that changed, NOTHING when none did.

        `now` is the wall clock, for what is counted while it runs.
        """
        if self.sheet is sheet and not self.stale:
            return NOTHING
        fresh = self.sheet is not sheet
        self.sheet = sheet
        first = self._cut(sheet, now, fresh=fresh)
        self._drawn = (self.entry.revision, self.expanded)
        self.height = len(self.strips)
        return first

    def draw_header(self, now: float) -> None:
        """Draws the line with the clock again."""

    def estimate(self, width: int) -> int:
        """Returns about how many lines the entry takes, cheaply."""
        return estimated_lines(self.plain(), width) + 1

    def plain(self) -> str:
        """Returns the entry as text, for copying."""
        raise NotImplementedError

    def _lines(self, sheet: Sheet, now: float) -> list[Line]:
        raise NotImplementedError

    def _cut(self, sheet: Sheet, now: float, *, fresh: bool) -> int:
        lines: Sequence[Line] = [[]] * self.gap + self._lines(sheet, now)
        self.strips = [strip_of(line, sheet) for line in lines]
        return 0


def estimated_lines(text: str, width: int) -> int:
    """Returns about how many lines `text` takes when wrapped."""
    return 1 + text.count("\n") + len(text) // max(20, width)


class UserView(EntryView[UserEntry]):
    """`you  09:14`, then the words as they were typed."""

    def plain(self) -> str:
        return "\n".join(part.text if isinstance(part, TextPart) else part_label(part) for part in self.entry.parts)

    def _lines(self, sheet: Sheet, now: float) -> list[Line]:
        look = sheet.look
        header = [Segment("you", look.user + BOLD), Segment(f"  {figures.clock(self.entry.at)}", look.dim)]
        lines: list[Line] = [header]
        for part in self.entry.parts:
            style, text = (look.text, part.text) if isinstance(part, TextPart) else (look.dim, part_label(part))
            lines += wrap([Segment(text, style)], sheet.columns)
        return lines


class NoticeView(EntryView[NoticeEntry]):
    """One quiet sentence, the next step dim below it."""

    @property
    def file_name(self) -> str:
        return "notice.txt"

    @property
    def live(self) -> bool:
        return self.entry.subject is not None

    @property
    def foldable(self) -> bool:
        return self.entry.subject is not None

    def estimate(self, width: int) -> int:
        return 1 if self.entry.subject else super().estimate(width)

    def plain(self) -> str:
        return f"{self.entry.text}\n{self.entry.hint}".rstrip()

    def _lines(self, sheet: Sheet, now: float) -> list[Line]:
        look, entry = sheet.look, self.entry
        sign, style = _notice_sign(entry, look)
        runs = [Segment(sign, style), Segment(entry.text, look.dim if style is look.dim else style)]
        if entry.subject and not self.expanded:
            return [self._news(runs, sheet)]
        lines = wrap(runs, sheet.columns)
        if entry.hint:
            lines += wrap([Segment(entry.hint, look.dim)], sheet.columns)
        return lines

    def _news(self, runs: Line, sheet: Sheet) -> Line:
        """What keeps changing stays on one line, so that nothing below it moves."""
        entry, (sign, words) = self.entry, runs
        note = f"  ×{entry.times}" if entry.times > 1 else ""
        note += f"  {figures.clock(entry.at)}"
        text = shorten(words.text, max(1, sheet.columns - cells(sign.text) - cells(note)))
        padding = sheet.columns - cells(sign.text) - cells(text) - cells(note)
        dim = sheet.look.dim
        return [sign, Segment(text, words.style), Segment(" " * padding, dim), Segment(note, dim)]


def _notice_sign(entry: NoticeEntry, look: Look) -> tuple[str, Style]:
    match entry.severity:
        case "error":
            return "✗ ", look.error
        case "warning":
            return "! ", look.warning
        case _:
            return "· ", look.dim


def part_label(part: Part) -> str:
    """Returns an attachment as `[image png 12 kB]` or `[file a.txt 3.1 kB]`; text as itself."""
    match part:
        case ImagePart():
            kind = part.mime_type.rpartition("/")[2]
            return f"[image {kind} {figures.byte_size(len(part.data_base64) * 3 // 4)}]"
        case AudioPart():
            return f"[recording {part.format} {figures.byte_size(len(part.data_base64) * 3 // 4)}]"
        case FilePart():
            return f"[file {part.name} {figures.byte_size(len(part.text.encode()))}]"
        case TextPart():
            return part.text
