"""A pane of headings, facts and paragraphs about one chosen thing."""

from collections.abc import Iterable

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.domain.text import CleanText

LABEL_WIDTH = 13
"""Cells of the longest label; one blank follows it."""


class Detail(VerticalScroll):
    """What is known about the chosen row; scrolls by keys when it has the focus."""

    DEFAULT_CSS = """
    Detail {
        background: $surface;
        scrollbar-size-vertical: 1;
        scrollbar-background: $surface;
    }
    Detail:focus { background: $panel; scrollbar-background: $panel; }
    Detail > Static { height: auto; padding: 1 2; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._text = Static("", markup=False)
        self._shown: Content | None = None

    def compose(self) -> Iterable[Static]:
        yield self._text

    def show(self, content: Content, *, fresh: bool = False) -> None:
        """Shows this instead; `fresh` when it is about another thing, which begins at its top."""
        if content != self._shown or content.spans != self._shown.spans:
            self._shown = content
            self._text.update(content)
        if fresh:
            self.scroll_home(animate=False)


def heading(text: str) -> Content:
    """Returns a heading line."""
    return Content.styled(text, "bold")


def fact(label: str, value: str | Content, style: str = "") -> Content:
    """Returns `label   value` on one line, the label dim and of one width."""
    shown = value if isinstance(value, Content) else Content.styled(value, style)
    return Content.styled(f"{label:<{LABEL_WIDTH}} ", "$dim") + shown


def facts(pairs: Iterable[tuple[str, str]]) -> list[Content]:
    """Returns the facts that are known, one line each."""
    return [fact(label, value) for label, value in pairs if value]


def paragraph(text: CleanText | str, style: str = "") -> Content:
    """Returns text as it is; nothing in it is markup."""
    return Content.styled(text, style)


def lines(parts: Iterable[Content | None]) -> Content:
    """Returns the parts one below the other; None leaves a blank line."""
    return Content("\n").join(Content("") if part is None else part for part in parts)
