"""A reply while it streams and after: finished blocks are drawn once, only the open one is drawn again."""

from rich.segment import Segment
from textual.strip import Strip

from tui.domain.money import format_cost
from tui.domain.text import CleanText
from tui.domain.transcript import ReplyEntry
from tui.ui import format as figures
from tui.ui.widgets.transcript.entry_views import EntryView, estimated_lines
from tui.ui.widgets.transcript.look import Sheet
from tui.ui.widgets.transcript.markdown_blocks import Block, BlockCutter
from tui.ui.widgets.transcript.markdown_lines import BOLD, MarkdownRenderer
from tui.ui.widgets.transcript.wrapping import Line, cells, indented, line_cells, strip_of, wrap

CHARS_PER_TOKEN = 4
"""Rule of thumb for the rate shown while streaming; the real count replaces it at the end."""
RATE_AFTER_S = 0.5
"""A rate is shown once it was measured over this long."""
OUTCOME_WORDS = {"partial": "cut off", "failed": "failed", "cancelled": "cancelled"}


class ReplyView(EntryView[ReplyEntry]):
    """`provider/model  1.4 s · 912 in 81 out · $0.0006`, then Markdown."""

    def __init__(self, entry: ReplyEntry, gap: int, width: int) -> None:
        self._cutter = BlockCutter()
        self._taken = 0
        """Characters of the text the cutter has."""
        self._finished = False
        self._ends: list[int] = []
        """For every complete block the number of strips up to its end."""
        self._renderer: MarkdownRenderer | None = None
        self._first_text_at: float | None = None
        self._taken_at_first = 0
        self._top_height = -1
        """Lines above the text."""
        super().__init__(entry, gap, width)

    @property
    def file_name(self) -> str:
        return "reply.md"

    @property
    def foldable(self) -> bool:
        return bool(self.entry.reasoning)

    @property
    def live(self) -> bool:
        return self.entry.streaming

    def plain(self) -> str:
        return self.entry.text

    def estimate(self, width: int) -> int:
        return estimated_lines(self.entry.text, width) + 1

    def _cut(self, sheet: Sheet, now: float, *, fresh: bool) -> int:
        if self.entry.superseded:
            return self._cut_superseded(sheet)
        first_new = self._take_text(now)
        # Reasoning above the text may change its height while it arrives; the text has not begun then.
        top: list[Line] = [[]] * self.gap + [self._header(sheet, now), *self._reasoning(sheet)]
        if fresh or self._renderer is None or len(top) != self._top_height:
            self._renderer = MarkdownRenderer(sheet.columns, sheet.look)
            first_new, self._ends, self.strips = 0, [], []
        del self._ends[first_new:]
        self._top_height = len(top)
        self.strips[: len(top)] = [strip_of(line, sheet) for line in top]
        return self._cut_text(sheet, first_new)

    def _cut_text(self, sheet: Sheet, first_new: int) -> int:
        first = self._ends[-1] if self._ends else self._top_height
        del self.strips[first:]
        for block in self._cutter.blocks[first_new:]:
            self.strips += self._block_strips(block, sheet)
            self._ends.append(len(self.strips))
        for block in self._cutter.open_blocks:
            self.strips += self._block_strips(block, sheet)
        self.strips += [strip_of(line, sheet) for line in self._ending(sheet)]
        return first

    def _block_strips(self, block: Block, sheet: Sheet) -> list[Strip]:
        assert self._renderer is not None
        gap: list[Line] = [[]] * (block.gap and len(self.strips) > self._top_height)
        return [strip_of(line, sheet) for line in gap + self._renderer.lines(block)]

    def _take_text(self, now: float) -> int:
        """Feeds what arrived to the cutter. Returns the first block that is new."""
        text = self.entry.text
        fresh, self._taken = text[self._taken :], len(text)
        if fresh and self._first_text_at is None:
            self._first_text_at, self._taken_at_first = now, len(fresh)
        first_new = self._cutter.feed(fresh) if fresh else len(self._cutter.blocks)
        if not self.entry.streaming and not self._finished:
            self._finished = True
            first_new = min(first_new, self._cutter.finish())
        return first_new

    def draw_header(self, now: float) -> None:
        if self.sheet and self.strips and not self.entry.superseded:
            self.strips[self.gap] = strip_of(self._header(self.sheet, now), self.sheet)

    def _header(self, sheet: Sheet, now: float) -> Line:
        entry, look = self.entry, sheet.look
        name = f"{entry.provider}/{entry.model}" if entry.provider else entry.model
        header = [Segment(name, look.accent + BOLD), Segment("  ", look.dim)]
        if entry.streaming:
            word = "streaming ▍" if self._taken or entry.reasoning else "waiting for the first token"
            return [*header, Segment(word, look.dim), Segment(self._rate(now), look.live)]
        return [*header, Segment(reply_figures(entry, sheet.columns - line_cells(header)), look.dim)]

    def _rate(self, now: float) -> str:
        if self._first_text_at is None or now - self._first_text_at < RATE_AFTER_S:
            return ""
        tokens = (self._taken - self._taken_at_first) / CHARS_PER_TOKEN
        return f" {tokens / (now - self._first_text_at):.0f} tok/s"

    def _reasoning(self, sheet: Sheet) -> list[Line]:
        pieces = self.entry.reasoning
        if not pieces:
            return []
        if len(pieces) > 1:
            pieces[:] = [CleanText("".join(pieces))]
        look, text = sheet.look, pieces[0]
        sign = "▾" if self.expanded else "▸"
        lines: list[Line] = [[Segment(f"{sign} reasoning  {figures.plural(len(text), 'character')}", look.dim)]]
        if self.expanded:
            bar = Segment("  │ ", look.dim)
            lines += indented(wrap([Segment(text, look.dim)], sheet.columns - 4), bar, bar)
        return lines

    def _ending(self, sheet: Sheet) -> list[Line]:
        """What is said below a reply that did not end well."""
        entry, look = self.entry, sheet.look
        word = OUTCOME_WORDS.get(entry.outcome or "")
        if entry.streaming or word is None:
            return []
        style = look.error if entry.outcome == "failed" else look.warning
        reason = f": {entry.reason}" if entry.reason else ""
        return wrap([Segment(f"✗ {word}{reason}", style)], sheet.columns)

    def _cut_superseded(self, sheet: Sheet) -> int:
        """Another attempt took over: the words stay, greyed."""
        look, entry = sheet.look, self.entry
        lines: list[Line] = [[]] * self.gap
        lines += wrap(
            [Segment(f"{entry.provider}/{entry.model}  given up: {entry.reason or entry.failure}", look.dim)],
            sheet.columns,
        )
        lines += wrap([Segment(entry.text, look.dim)], sheet.columns) if entry.text else []
        self.strips = [strip_of(line, sheet) for line in lines]
        return 0


def reply_figures(entry: ReplyEntry, room: int) -> str:
    """Returns `1.4 s · 912 in 81 out · $0.0006` of a finished reply, the last of it where there is less room.

    Unknown figures are `?`.
    """
    usage = entry.usage
    sign = "~" if usage and usage.estimated else ""
    tokens_in = figures.whole(usage.input_tokens if usage else None)
    tokens_out = figures.whole(usage.output_tokens if usage else None)
    parts = [
        figures.duration(entry.latency_ms),
        f"{sign}{tokens_in} in {sign}{tokens_out} out",
        format_cost(entry.cost),
    ]
    while len(parts) > 1 and cells(" · ".join(parts)) > room:
        del parts[0]
    return " · ".join(parts)
