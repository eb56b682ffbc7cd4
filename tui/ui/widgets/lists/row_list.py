"""A list drawn line by line: any number of rows costs what is in view; a row may be a heading no cursor stops at."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from textual.events import Click
from textual.geometry import Size, clamp
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView

from tui.ui.keys import bindings
from tui.ui.widgets.lists.ink import InkedWidget, Piece, Row

T = TypeVar("T")
Draw = Callable[[T, int], Sequence[Piece]]
"""Draws a row into a number of cells."""


class RowList(InkedWidget, ScrollView, Generic[T], can_focus=True):
    """Rows with a cursor that stays on its row, by key, when the rows change."""

    BINDINGS = bindings(
        "list",
        only=("cursor_down", "cursor_up", "first", "last", "page_down", "page_up", "select_cursor"),
    )
    DEFAULT_CSS = """
    RowList {
        height: 1fr;
        width: 1fr;
        overflow-y: auto;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-background: $background;
        scrollbar-gutter: stable;
    }
    """

    cursor: reactive[int] = reactive(0, init=False)
    """Index of the row under the cursor."""

    class Moved(Message):
        """Another row is under the cursor; `item` is None when the list became empty."""

        def __init__(self, rows: "RowList[Any]", item: Any) -> None:
            super().__init__()
            self.rows = rows
            self.item = item

        @property
        def control(self) -> "RowList[Any]":
            return self.rows

    class Chosen(Message):
        """Enter or a double click on a row."""

        def __init__(self, rows: "RowList[Any]", item: Any) -> None:
            super().__init__()
            self.rows = rows
            self.item = item

        @property
        def control(self) -> "RowList[Any]":
            return self.rows

    def __init__(
        self,
        draw: Draw[T],
        *,
        key: Callable[[T], object],
        header: Callable[[int], Sequence[Piece]] | None = None,
        stops: Callable[[T], bool] = lambda _item: True,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._draw, self._key, self._header, self._stops = draw, key, header, stops
        self.items: Sequence[T] = ()
        self.empty: Sequence[Sequence[Piece]] = ()
        """What is written where the rows would be."""

    @property
    def item(self) -> T | None:
        """The row under the cursor."""
        return (
            self.items[self.cursor] if self.cursor < len(self.items) and self._stops(self.items[self.cursor]) else None
        )

    def show(self, items: Sequence[T]) -> None:
        """Shows these rows; the cursor follows its row, or stays at its height when the row is gone."""
        before = self.item
        key = None if before is None else self._key(before)
        self.items = items
        self.virtual_size = Size(0, self._head + (len(items) or len(self.empty) + 1))
        self.cursor = self._nearest(self._find(key), 1)
        after = self.item
        if (None if after is None else self._key(after)) != key:
            self.post_message(self.Moved(self, after))
        self.refresh()

    def seek(self, key: object) -> bool:
        """Puts the cursor on the row with this key. Returns False when there is none."""
        for index, item in enumerate(self.items):
            if self._key(item) == key:
                self._move(index, 1)
                return True
        return False

    def row(self, y: int, width: int) -> Row:
        """Draws one line of the view."""
        if y == 0 and self._header is not None:
            return Row([(" ", ""), *((text, f"dim {inks}") for text, inks in self._header(width - 2))])
        index = y - self._head + self.scroll_offset.y
        if not self.items:
            lines = self.empty
            return Row([("  ", ""), *lines[index - 1]]) if 0 < index <= len(lines) else Row()
        if not 0 <= index < len(self.items):
            return Row()
        chosen = index == self.cursor and self._stops(self.items[index])
        bar = ("▌", "live") if chosen else (" ", "")
        return Row([bar, *self._draw(self.items[index], width - 2)], ink="cursor" if chosen and self.has_focus else "")

    def watch_has_focus(self, focused: bool) -> None:
        super().watch_has_focus(focused)
        self.refresh()

    def on_click(self, event: Click) -> None:
        """A click puts the cursor there, a double click opens the row."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < self._head:
            return
        index = offset.y - self._head + self.scroll_offset.y
        if index < len(self.items) and self._stops(self.items[index]):
            self._move(index, 1)
            if event.chain == 2:
                self.action_select_cursor()

    def action_cursor_down(self) -> None:
        self._move(self.cursor + 1, 1)

    def action_cursor_up(self) -> None:
        self._move(self.cursor - 1, -1)

    def action_first(self) -> None:
        self._move(0, 1)
        self.scroll_to(y=0, animate=False)

    def action_last(self) -> None:
        self._move(len(self.items) - 1, -1)

    def action_page_down(self) -> None:
        self._move(self.cursor + self._page, 1)

    def action_page_up(self) -> None:
        self._move(self.cursor - self._page, -1)

    def action_select_cursor(self) -> None:
        item = self.item
        if item is not None:
            self.post_message(self.Chosen(self, item))

    @property
    def _head(self) -> int:
        return 0 if self._header is None else 1

    @property
    def _page(self) -> int:
        return max(1, self.size.height - self._head - 1)

    def _find(self, key: object) -> int:
        if key is not None:
            for index, item in enumerate(self.items):
                if self._key(item) == key:
                    return index
        return self.cursor

    def _nearest(self, index: int, step: int) -> int:
        """The first row at or after `index` where the cursor may stop, looking in `step`'s direction, then back."""
        last = len(self.items) - 1
        if last < 0:
            return 0
        start = clamp(index, 0, last)
        for ahead in (range(start, last + 1), range(start, -1, -1))[::step]:
            found = next((at for at in ahead if self._stops(self.items[at])), None)
            if found is not None:
                return found
        return 0

    def _move(self, index: int, step: int) -> None:
        before = self.cursor
        self.cursor = self._nearest(index, step)
        self._bring_into_view()
        self.refresh()
        if self.cursor != before:
            self.post_message(self.Moved(self, self.item))

    def _bring_into_view(self) -> None:
        room = max(1, self.size.height - self._head)
        top = self.scroll_offset.y
        # A heading just above the cursor is shown with it.
        above = self.cursor - 1 if self.cursor and not self._stops(self.items[self.cursor - 1]) else self.cursor
        if above < top:
            self.scroll_to(y=above, animate=False)
        elif self.cursor >= top + room:
            self.scroll_to(y=self.cursor - room + 1, animate=False)
