"""The filter line of a list: `/` opens it, every word must occur, a counter says how many are left."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Key
from textual.message import Message
from textual.widgets import Input, Static

from tui.ui.format import whole


class ListFilter(Horizontal):
    """One line: the sign, what is typed, the counter. Escape empties it, enter goes back to the list."""

    DEFAULT_CSS = """
    ListFilter { height: 1; width: 1fr; padding: 0 1; }
    ListFilter > .sign { width: 2; color: $live; }
    ListFilter > Input { width: 1fr; background: transparent; }
    ListFilter > Input:focus { background-tint: $foreground 0%; }
    ListFilter > .count { width: auto; color: $dim; }
    ListFilter:focus-within { background: $panel; }
    """

    class Changed(Message):
        """Something else is typed."""

        def __init__(self, line: "ListFilter") -> None:
            super().__init__()
            self.line = line

        @property
        def control(self) -> "ListFilter":
            return self.line

    class Left(Message):
        """The person is done typing and wants the list."""

    def __init__(self, noun: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._noun = noun
        self._input = Input(placeholder="filter", compact=True, select_on_focus=False)
        self._count = Static("", classes="count", markup=False)

    def compose(self) -> ComposeResult:
        yield Static("/", classes="sign", markup=False)
        yield self._input
        yield self._count

    @property
    def words(self) -> list[str]:
        """The words that must all occur, in lower case."""
        return self._input.value.lower().split()

    def open(self) -> None:
        """Begins to type."""
        self._input.focus()

    def clear(self) -> None:
        """Shows everything again."""
        self._input.value = ""

    def show_count(self, shown: int, total: int) -> None:
        """Says how many of how many are shown."""
        counted = whole(total) if shown == total else f"{whole(shown)}/{whole(total)}"
        noun = self._noun.removesuffix("s") if total == 1 else self._noun
        self._count.update(f"{counted} {noun}")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left())

    def on_key(self, event: Key) -> None:
        """Escape first empties the filter's text and goes back; down goes back and keeps it."""
        if event.key not in ("escape", "down"):
            return
        event.stop()
        if event.key == "escape":
            self.clear()
        self.post_message(self.Left())


def holds(haystack: str, words: Sequence[str]) -> bool:
    """Returns whether all words occur; `haystack` is in lower case."""
    return all(word in haystack for word in words)
