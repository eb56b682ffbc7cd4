"""A server asks the person to open a page: where it lies, and nothing opened or fetched before a yes."""

from collections.abc import Awaitable, Callable, Iterable

from textual import work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.clock import Clock
from tui.domain.errors import McpTuiError
from tui.domain.links import host_of, link_cautions, link_problem
from tui.domain.questions import ElicitationAnswer, ElicitationQuestion
from tui.domain.text import escape_line
from tui.ui import keys
from tui.ui.dialogs.dialog import QuestionDialog, key_line, message, text

OpenPage = Callable[[str], Awaitable[None]]
"""Hands a page to the browser. Raises McpTuiError when it cannot."""
_COPIED = "Sent to the clipboard (OSC 52). If your terminal refuses it, select the address with the mouse."
_BY_HAND = "Open the address yourself (y copies it), then press ctrl+s."


class PageDialog(QuestionDialog[ElicitationAnswer | None]):
    """Opens the page and answers yes; escape declines; None when the question fell away."""

    BINDINGS = [*keys.bindings("dialog"), *keys.bindings("page")]  # noqa: RUF012 - Textual declares it so
    DEFAULT_CSS = """
    PageDialog {
        #page-host { height: auto; margin: 1 0; }
        #page-address { height: auto; max-height: 30vh; }
        #page-address Static { height: auto; color: $dim; }
        #page-said { margin-top: 1; }
    }
    """

    def __init__(self, question: ElicitationQuestion, clock: Clock, open_page: OpenPage) -> None:
        super().__init__(clock)
        self._question = question
        self._url = question.url or ""
        self._problem = link_problem(self._url)
        self._open_page = open_page
        self._opening = self._by_hand = False
        self._said = text("", "warning")
        self._said.id = "page-said"
        self._said.display = False

    def title_text(self) -> str:
        return f"{escape_line(self._question.server)} wants a page opened"

    def body(self) -> Iterable[Widget]:
        yield message(self._question.message)
        yield Static(Content.assemble(("at  ", "$dim"), (host_of(self._url) or "?", "bold $live")), id="page-host")
        if not self._problem:
            for caution in link_cautions(self._url):
                yield text(caution, "warning")
        yield VerticalScroll(Static(Content(escape_line(self._url))), id="page-address")
        yield text("Nothing is opened or fetched before you accept.", "note")
        yield self._said

    def keys_text(self) -> Content:
        if self._problem:
            return key_line(("esc", "decline"))
        yes = "I opened it" if self._by_hand else "open it in the browser"
        return key_line(("ctrl+s", yes), ("y", "copy the address"), ("esc", "decline"))

    def on_mount(self) -> None:
        if self._problem:
            self._say(f"This is not opened: {self._problem}.")

    def action_accept(self) -> None:
        if self._problem or self._opening or not self.armed:
            return
        if self._by_hand:
            self.answer(ElicitationAnswer("accept"))
        else:
            self._opening = True
            self._open()

    @work(exit_on_error=False)
    async def _open(self) -> None:
        self._say("Opening …")
        try:
            await self._open_page(self._url)
        except McpTuiError as error:
            self._by_hand = True
            self._say(f"{error.message} {_BY_HAND}")
            self.query_one("#dialog-keys", Static).update(self.keys_text())
        else:
            self.answer(ElicitationAnswer("accept"))
        finally:
            self._opening = False

    def action_copy(self) -> None:
        if self._problem:
            return
        self.app.copy_to_clipboard(self._url)
        self.notify(_COPIED, markup=False)

    def action_close(self) -> None:
        self.answer(ElicitationAnswer("decline"))

    def _say(self, words: str) -> None:
        self._said.update(Content(words))
        self._said.display = True
