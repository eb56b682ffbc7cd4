"""One scrolling widget for a whole chat: how it is painted and how the mouse selects in it.

Textual arranges every displayed widget anew on any change of layout; one widget with the line API has none.
"""

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Offset, Region
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.visual import Visual

from tui.domain.clock import Clock, SystemClock
from tui.ui.widgets.transcript.look import GUTTER_COLUMNS, Look, Sheet
from tui.ui.widgets.transcript.roll import Roll

NEW_BELOW = " ↓ new "


class RollView(ScrollView, can_focus=True):
    """Paints the part of a roll that is in view."""

    def __init__(self, *, clock: Clock | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self.roll = Roll()
        self.clock = clock or SystemClock()
        self._sheet: Sheet | None = None
        self._look_stale = True
        self.unseen = False
        """Whether something arrived below the view; painted as a hint."""
        self._hit_testing = True
        self._empty_text = Content("")
        self._drawn_empty: tuple[tuple[Content, Sheet], list[Strip]] | None = None

    @property
    def empty_text(self) -> Content:
        """Shown while there is nothing else."""
        return self._empty_text

    @empty_text.setter
    def empty_text(self, text: Content) -> None:
        self._empty_text = text
        if not self.roll.views:
            self.refresh()

    @property
    def sheet(self) -> Sheet:
        """What strips are cut for now: the widget's width and the theme's colours."""
        width = max(12, self.scrollable_content_region.width)
        if self._sheet is None or self._look_stale or self._sheet.width != width:
            look = Look.of(self.get_component_rich_style)
            self._look_stale = False
            if self._sheet is None or self._sheet.width != width or self._sheet.look != look:
                self._sheet = Sheet(width, look)
        return self._sheet

    @property
    def page(self) -> int:
        """Lines in view."""
        return max(1, self.scrollable_content_region.height)

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._look_stale = True

    # --- painting

    def repaint(self, line: int, count: int = 1) -> None:
        """Paints lines of the roll again, as far as they are in view."""
        first = max(0, line - round(self.scroll_y))
        last = min(self.page, line + count - round(self.scroll_y))
        if first < last:
            self.refresh(Region(0, first, self.size.width, last - first))

    def render_lines(self, crop: Region) -> list[Strip]:
        self._hit_testing = False
        try:
            return super().render_lines(crop)
        finally:
            self._hit_testing = True

    def render_line(self, y: int) -> Strip:
        """Returns one line of the view; outside of painting, Textual asks it which character the mouse is at."""
        line = round(self.scroll_y) + y
        sheet = self.sheet
        strip, place, inside = self.roll.strip(line, sheet, self.clock.wall())
        if strip is None:
            strip = self._blank(y, sheet)
        if self._hit_testing:
            return strip.apply_offsets(0, line)
        strip = self.marked(strip, place, inside)
        if selection := self.text_selection:
            strip = self._with_selection(strip, selection, line)
        return self._with_hint(strip, sheet) if self.unseen and y == self.page - 1 else strip

    def marked(self, strip: Strip, place: int, inside: int) -> Strip:
        """Returns the strip with a marker where its entry is the current one."""
        return strip

    def _blank(self, y: int, sheet: Sheet) -> Strip:
        if not self.roll.views and 0 < y <= len(strips := self._empty_strips(sheet)):
            gutter = Segment(" " * GUTTER_COLUMNS, sheet.look.text)
            return Strip([gutter, *strips[y - 1]]).extend_cell_length(sheet.width, sheet.look.text)
        return Strip.blank(sheet.width, sheet.look.text)

    def _empty_strips(self, sheet: Sheet) -> list[Strip]:
        key = (self._empty_text, sheet)
        if self._drawn_empty is None or self._drawn_empty[0] != key:
            strips = Visual.to_strips(self, self._empty_text, sheet.columns, None, self.visual_style)
            self._drawn_empty = (key, strips)
        return self._drawn_empty[1]

    def _with_hint(self, strip: Strip, sheet: Sheet) -> Strip:
        room = sheet.width - len(NEW_BELOW)
        return Strip.join([strip.crop(0, room), Strip([Segment(NEW_BELOW, sheet.look.marker)])])

    # --- selecting

    def _with_selection(self, strip: Strip, selection: Selection, line: int) -> Strip:
        span = selection.get_span(line)
        if span is None:
            return strip
        text = strip.text
        first, last = span[0], len(text.rstrip()) if span[1] == -1 else span[1]
        cuts = [strip.index_to_cell_position(min(index, len(text))) for index in (first, max(first, last))]
        before, inside, after = strip.crop(0, cuts[0]), strip.crop(*cuts), strip.crop(cuts[1])
        style = self.screen.get_component_rich_style("screen--selection")
        return Strip.join([before, Strip([Segment(s.text, (s.style or style) + style) for s in inside]), after])

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        if selection.start is None or selection.end is None:
            return "\n\n".join(view.plain() for view in self.roll.views), "\n"
        lines = []
        for y in range(selection.start.y, min(selection.end.y, self.roll.index.total - 1) + 1):
            strip, _, _ = self.roll.strip(y, self.sheet, self.clock.wall())
            text = strip.text if strip else ""
            last = selection.end.x if y == selection.end.y else len(text)
            first = selection.start.x if y == selection.start.y else GUTTER_COLUMNS
            lines.append(text[max(first, GUTTER_COLUMNS) : last].rstrip())
        return "\n".join(lines), "\n"

    def select_lines(self, first: int, last: int) -> None:
        """Selects whole lines."""
        self.screen.selections = {self: Selection(Offset(0, first), Offset(self.size.width, last))}
