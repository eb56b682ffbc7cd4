"""A hand-drawn list: a cursor that stays in view between a fixed head and a fixed foot."""

from typing import ClassVar

from tui.ui.widgets.lists.ink import InkedWidget


class InkedList(InkedWidget, can_focus=True):
    """Moves the cursor; subclasses say how many rows there are and draw them."""

    HEAD: ClassVar[int] = 2
    """Lines above the rows."""
    FOOT: ClassVar[int] = 1
    """Lines below the rows."""

    cursor = 0
    top = 0

    @property
    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    @property
    def room(self) -> int:
        """How many rows fit."""
        return max(1, self.size.height - self.HEAD - self.FOOT)

    def move_to(self, index: int) -> None:
        """Puts the cursor on a row, the nearest there is."""
        self.cursor = max(0, min(index, self.count - 1))
        self.top = max(0, min(self.top, self.count - self.room))
        self.top = min(max(self.top, self.cursor - self.room + 1), self.cursor)
        self.refresh()

    def action_cursor_down(self) -> None:
        self.move_to(self.cursor + 1)

    def action_cursor_up(self) -> None:
        self.move_to(self.cursor - 1)

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(self.count - 1)

    def action_page_down(self) -> None:
        self.move_to(self.cursor + self.room // 2)

    def action_page_up(self) -> None:
        self.move_to(self.cursor - self.room // 2)

    def on_mouse_scroll_down(self) -> None:
        self.move_to(self.cursor + 3)

    def on_mouse_scroll_up(self) -> None:
        self.move_to(self.cursor - 3)

    def on_resize(self) -> None:
        self.move_to(self.cursor)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
