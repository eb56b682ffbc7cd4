"""All entries of a chat on one long roll: where each is, which are drawn, and what a change moves.

Only what is near the view is drawn; the heights of the rest are estimates. When an estimate above the view turns
exact, the line at the top of the view keeps its place on the screen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from textual.strip import Strip

from tui.domain.transcript import AnyEntry, NoticeEntry, ReplyEntry, ToolEntry, UserEntry
from tui.ui.widgets.transcript.call_view import CallView
from tui.ui.widgets.transcript.entry_views import NOTHING, EntryView, NoticeView, UserView
from tui.ui.widgets.transcript.line_index import LineIndex
from tui.ui.widgets.transcript.look import Sheet
from tui.ui.widgets.transcript.reply_view import ReplyView

View = EntryView[Any]


@dataclass(slots=True)
class Change:
    """What a frame changed, in lines of the roll."""

    anew: bool = False
    """Another chat took the place of the one before."""
    moved_from: int | None = None
    """From here on lines are new or elsewhere; None when every line is where it was."""
    repaint: list[tuple[int, int]] = field(default_factory=list)
    """First line and number of lines that changed in place."""

    def move(self, line: int) -> None:
        self.moved_from = line if self.moved_from is None else min(line, self.moved_from)

    def __bool__(self) -> bool:
        return self.moved_from is not None or bool(self.repaint)


class Roll:
    """The views of a chat's entries, one below the other."""

    def __init__(self) -> None:
        self.views: list[View] = []
        self.index = LineIndex()
        self._live: list[int] = []
        self._epoch: int | None = None
        self.unfolded = False
        """Whether new tool calls are shown unfolded."""

    def take(self, entries: Sequence[AnyEntry], epoch: int, sheet: Sheet, now: float) -> Change:
        """Follows the entries: looks only at those that are new or not settled yet."""
        change = Change()
        if epoch != self._epoch or len(entries) < len(self.views):
            self.views, self.index, self._live, self._epoch = [], LineIndex(), [], epoch
            change.anew = True
            change.move(0)
        for place in self._live:
            if self.views[place].stale:
                self._redraw(place, sheet, now, change)
        for place in range(len(self.views), len(entries)):
            change.move(self.index.total)
            self._add(entries[place], sheet)
        self._live = [place for place in self._live if self.views[place].live]
        return change

    def moving(self) -> list[int]:
        """Returns the entries whose first line shows a clock or a turning sign."""
        return [place for place in self._live if self.views[place].moving]

    def redraw(self, place: int, sheet: Sheet, now: float) -> None:
        """Draws one entry if it is not drawn as it is now."""
        view = self.views[place]
        view.draw(sheet, now)
        self.index.resize(place, view.height)

    def fold_calls(self, *, unfolded: bool) -> None:
        """Folds or unfolds all tool calls; their heights become exact when they come into view."""
        self.unfolded = unfolded
        for view in self.views:
            if isinstance(view, CallView):
                view.expanded = unfolded

    def settle(self, top: int, height: int, sheet: Sheet, now: float) -> int:
        """Draws the view that begins at line `top` and a page before and after it. Returns where the view is now."""
        if not self.views:
            return 0
        anchor, offset = self.index.find(top)
        offset = self._settle_anchor(anchor, offset, sheet, now)
        place, covered = anchor, offset
        while place and covered < height:
            place -= 1
            self.redraw(place, sheet, now)
            covered += self.index[place]
        place, covered = anchor, self.index[anchor] - offset
        while place + 1 < len(self.views) and covered < 2 * height:
            place += 1
            self.redraw(place, sheet, now)
            covered += self.index[place]
        return max(0, min(self.index.start(anchor) + offset, self.index.total - height))

    def settle_end(self, height: int, sheet: Sheet, now: float) -> int:
        """Draws the last two pages. Returns where a view of the end begins."""
        place, covered = len(self.views), 0
        while place and covered < 2 * height:
            place -= 1
            self.redraw(place, sheet, now)
            covered += self.index[place]
        return max(0, self.index.total - height)

    def strip(self, line: int, sheet: Sheet, now: float) -> tuple[Strip | None, int, int]:
        """Returns a line's strip, its entry and its place inside it; None below the end."""
        if line >= self.index.total:
            return None, -1, 0
        place, inside = self.index.find(line)
        view = self.views[place]
        if view.sheet is not sheet:
            self.redraw(place, sheet, now)
        return view.strips[inside] if inside < len(view.strips) else None, place, inside

    def _settle_anchor(self, anchor: int, offset: int, sheet: Sheet, now: float) -> int:
        """Draws the entry at the top of the view. Returns the place in it that stays at the top."""
        view, before = self.views[anchor], self.index[anchor]
        known, rewrapped = view.exact(sheet.width), view.sheet is not None
        self.redraw(anchor, sheet, now)
        after = self.index[anchor]
        if known:
            return offset
        # What was never drawn is mostly entered from below; what is wrapped anew keeps its share.
        return offset * after // max(1, before) if rewrapped else max(0, offset + after - before)

    def _redraw(self, place: int, sheet: Sheet, now: float, change: Change) -> None:
        view = self.views[place]
        start, old_height = self.index.start(place), self.index[place]
        first = view.draw(sheet, now)
        if first == NOTHING:
            return
        self.index.resize(place, view.height)
        change.repaint += [(start + view.gap, 1), (start + first, view.height - first)]
        if view.height != old_height:
            change.move(start + first)

    def _add(self, entry: AnyEntry, sheet: Sheet) -> None:
        view = view_of(entry, self.views[-1] if self.views else None, sheet.columns)
        view.expanded = self.unfolded and isinstance(entry, ToolEntry)
        if view.live:
            self._live.append(len(self.views))
        self.views.append(view)
        self.index.append(view.height)


def view_of(entry: AnyEntry, before: View | None, width: int) -> View:
    """Returns the view of an entry; calls stand directly below the header of the reply that asked for them."""
    match entry:
        case UserEntry():
            return UserView(entry, 1, width)
        case ReplyEntry():
            return ReplyView(entry, 1, width)
        case NoticeEntry():
            return NoticeView(entry, 0 if before and isinstance(before.entry, NoticeEntry) else 1, width)
        case ToolEntry():
            return CallView(entry, 0 if before and _joins_calls(before.entry) else 1, width)


def _joins_calls(entry: AnyEntry) -> bool:
    return isinstance(entry, ToolEntry) or (isinstance(entry, ReplyEntry) and not entry.text)
