"""The log in one list that follows its end until a person looks back."""

from textual.message import Message
from textual.reactive import reactive

from tui.ui.widgets.lists.row_list import RowList
from tui.ui.widgets.logs.log_lines import COLUMNS, LogLine


class LogView(RowList[LogLine]):
    """Lines with a cursor; while it follows, the cursor stays at the end. Looking back stops that, `G` resumes it."""

    follow: reactive[bool] = reactive(True, init=False)

    class FollowChanged(Message):
        """It follows the end now, or does so no more."""

    def __init__(self) -> None:
        super().__init__(LogLine.cells, key=lambda line: line.number, header=COLUMNS.header)

    def show_lines(self, lines: list[LogLine]) -> None:
        """Shows these lines, oldest first."""
        self.show(lines)
        if self.follow:
            super().action_last()

    def watch_follow(self) -> None:
        if self.follow:
            super().action_last()
        self.post_message(self.FollowChanged())

    def action_last(self) -> None:
        super().action_last()
        self.follow = True

    def action_cursor_up(self) -> None:
        self.follow = False
        super().action_cursor_up()

    def action_page_up(self) -> None:
        self.follow = False
        super().action_page_up()

    def action_first(self) -> None:
        self.follow = False
        super().action_first()

    def on_mouse_scroll_up(self) -> None:
        self.follow = False
