"""Where the view of a chat is: at the end while it follows, else on the line the person looks at."""

from textual.events import Resize
from textual.geometry import Size
from textual.widget import Widget

from tui.domain.clock import Clock
from tui.ui.widgets.transcript.roll import Change
from tui.ui.widgets.transcript.roll_view import RollView


class FollowingView(RollView):
    """Stays at the end until the person scrolls up, and then on the same words whatever arrives or is wrapped anew."""

    def __init__(self, *, clock: Clock | None = None, id: str | None = None) -> None:
        super().__init__(clock=clock, id=id)
        self.follow = True
        self._placing = False

    def reflow(self) -> None:
        """Makes heights around the view exact and puts the view where it belongs."""
        now = self.clock.wall()
        if self.follow:
            top = self.roll.settle_end(self.page, self.sheet, now)
        else:
            top = self.roll.settle(round(self.scroll_y), self.page, self.sheet, now)
        self._place(top)

    def scroll_to_line(self, top: int) -> None:
        """Shows the lines from `top` on; follows when that is the end."""
        self.follow = False
        self._place(self.roll.settle(max(0, top), self.page, self.sheet, self.clock.wall()))
        self.follow = self.scroll_y >= self.max_scroll_y
        self._seen()

    def follow_end(self) -> None:
        """Shows the end and stays there."""
        self.follow = True
        self.reflow()
        self._seen()

    def _place(self, top: int) -> None:
        self._placing = True
        size = Size(self.sheet.width, self.roll.index.total)
        if size != self.virtual_size:
            # Not `self.virtual_size = …`: that would arrange the whole screen anew for every line of a stream.
            self.set_reactive(Widget.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
            self.vertical_scrollbar.window_size = self.page
        if top != self.scroll_y:
            self.scroll_target_y = top
            self.scroll_y = top
        self._placing = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self._placing or not self.is_mounted:
            return
        self.follow = round(new_value) >= self.max_scroll_y
        self.reflow()
        self._seen()

    def on_resize(self, event: Resize) -> None:
        self.reflow()
        self.refresh()

    def show(self, change: Change) -> None:
        """Paints what a frame changed, nothing else."""
        if change.moved_from is not None:
            before = self.scroll_y
            self.reflow()
            if self.scroll_y == before:
                self.repaint(change.moved_from, self.roll.index.total + self.page - change.moved_from)
        for first, count in change.repaint:
            self.repaint(first, count)
        if change and not self.follow and not self.unseen:
            self.unseen = True
            self.repaint(round(self.scroll_y) + self.page - 1, 1)

    def _seen(self) -> None:
        if self.follow and self.unseen:
            self.unseen = False
            self.refresh()

    # --- actions

    def action_top(self) -> None:
        self.scroll_to_line(0)

    def action_bottom(self) -> None:
        self.follow_end()

    def action_page_up(self) -> None:
        self.scroll_to_line(round(self.scroll_y) - self.page)

    def action_page_down(self) -> None:
        self.scroll_to_line(round(self.scroll_y) + self.page)

    def action_half_up(self) -> None:
        self.scroll_to_line(round(self.scroll_y) - self.page // 2)

    def action_half_down(self) -> None:
        self.scroll_to_line(round(self.scroll_y) + self.page // 2)
