"""The logs screen: one list of everything that was said, the chosen line in full below."""

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from tui.domain.events import Logged, NoticePosted, ServerLogged
from tui.ui.bridge import Kinds
from tui.ui.keys import bindings
from tui.ui.screens.framed import FramedScreen
from tui.ui.screens.live import concerns
from tui.ui.widgets.lists.detail import Detail, lines
from tui.ui.widgets.lists.list_filter import ListFilter
from tui.ui.widgets.lists.row_list import RowList
from tui.ui.widgets.logs.log_lines import LEVELS, SOURCES, Level, LogBook, LogLine, Source
from tui.ui.widgets.logs.log_view import LogView

_LEVEL_WORDS = {"all": "everything", "warning": "warnings and errors", "error": "errors only"}
_SOURCE_WORDS = {"all": "all sources", "program": "the program", "servers": "servers", "notices": "notifications"}


class LogsScreen(FramedScreen):
    """The program's log, servers' stderr and notifications."""

    NAME = "Logs"
    AREA = "logs"
    BINDINGS = [*bindings("logs"), *bindings("list", only=("filter",))]  # noqa: RUF012 - Textual declares it so
    DEFAULT_CSS = """
    LogsScreen > .title { height: 1; width: 100%; padding: 0 2; margin-top: 1; }
    LogsScreen > LogView { padding: 0 1; }
    LogsScreen > Detail { height: auto; max-height: 30%; min-height: 4; }
    """

    def body(self) -> ComposeResult:
        self._title = Static("", classes="title", markup=False)
        self._filter = ListFilter("lines")
        self._book = LogBook()
        self._view = LogView()
        self._detail = Detail()
        self._level: Level = "all"
        self._source: Source = "all"
        yield self._title
        yield self._filter
        yield self._view
        yield self._detail

    def on_mount(self) -> None:
        self._view.focus()

    def draw(self, kinds: Kinds) -> None:
        if concerns(kinds, Logged, ServerLogged, NoticePosted):
            self._show_lines()

    def action_filter(self) -> None:
        self._filter.open()

    def action_follow(self) -> None:
        self._view.follow = not self._view.follow

    def action_level(self) -> None:
        self._level = LEVELS[(LEVELS.index(self._level) + 1) % len(LEVELS)]
        self._show_lines()

    def action_source(self) -> None:
        self._source = SOURCES[(SOURCES.index(self._source) + 1) % len(SOURCES)]
        self._show_lines()

    @on(ListFilter.Changed)
    def _filter_changed(self) -> None:
        self._show_lines()

    @on(ListFilter.Left)
    def _filter_left(self) -> None:
        self._view.focus()

    @on(RowList.Moved)
    def _moved(self) -> None:
        self._show_detail()

    def _show_lines(self) -> None:
        self._book.take(self.state.logs)
        self._book.choose(self._level, self._source, self._filter.words)
        shown = self._book.chosen
        self._view.empty = self._nothing(bool(self._book))
        self._view.show_lines(shown)
        self._filter.show_count(len(shown), len(self._book))
        self._show_detail()
        self._show_title()

    def _nothing(self, filtered: bool) -> tuple[list[tuple[str, str]], ...]:
        if filtered:
            return (
                [("No line passes the filters.", "bold")],
                [("v", "live"), (" and ", "dim"), ("s", "live"), (" widen them.", "dim")],
            )
        return (
            [("Nothing was logged yet.", "bold")],
            [("The program's log, servers' stderr and notifications appear here.", "dim")],
        )

    @on(LogView.FollowChanged)
    def _show_title(self) -> None:
        follows = ("following the end", "$text-success") if self._view.follow else ("not following", "$dim")
        self._title.update(
            Content.assemble(
                ("Log  ", "bold"),
                (_LEVEL_WORDS[self._level], "" if self._level == "all" else "$text-warning"),
                ("  of  ", "$dim"),
                (_SOURCE_WORDS[self._source], "" if self._source == "all" else "$text-warning"),
                "   ",
                follows,
            )
        )

    def _show_detail(self) -> None:
        line: LogLine | None = self._view.item
        if line is None:
            self._detail.show(Content(""))
            return
        head = Content.styled(f"{line.at} {line.level} {line.source}", "$dim")
        hint = Content.assemble(("next step  ", "$dim"), line.hint) if line.hint else None
        self._detail.show(lines([head, Content(line.text), *([hint] if hint else [])]))
