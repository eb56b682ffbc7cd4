"""A text that must have been on the screen to its end before anybody can agree to it."""

from textual.containers import VerticalScroll
from textual.message import Message


class ToBeRead(VerticalScroll, can_focus=False):
    """Moved by the keys of its dialog, at once: a yes typed right behind `end` finds the end in view."""

    _seen = False

    class Finished(Message):
        """The end has come into view."""

    @property
    def finished(self) -> bool:
        """Whether the end is in view, or was."""
        return self._seen or self.scroll_y >= self.max_scroll_y

    def read_on(self, where: str) -> None:
        """Moves by `down`, `up`, `page_down`, `page_up`, or to `home` and `end`."""
        page = max(1, self.scrollable_content_region.height)
        lines = {
            "down": self.scroll_y + 1,
            "up": self.scroll_y - 1,
            "page_down": self.scroll_y + page,
            "page_up": self.scroll_y - page,
            "home": 0,
            "end": self.max_scroll_y,
        }
        self.scroll_to(y=lines[where], animate=False, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._seen and self.finished:
            self._seen = True
            self.post_message(self.Finished())
