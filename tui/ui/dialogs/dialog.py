"""What all dialogs look like: a quiet box in the middle, a title, a body and a line of keys."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.clock import Clock
from tui.ui.format import plural

ARMED_AFTER_S = 0.5
_SHORT_CHARS, _SHORT_LINES = 250, 4
"""What stands on a small terminal without scrolling."""
READ_AND_CHOOSE = (("↑↓", "read"), ("tab", "choose"), ("enter", "take it"))
"""How a long question is read and answered with the focused button, for `key_line`."""
ResultT = TypeVar("ResultT")


class Dialog(ModalScreen[ResultT], Generic[ResultT]):
    """Subclasses give the title, the body and the line of keys; every text is shown literally."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 70%;
        #dialog-box {
            width: 76; max-width: 96%; height: auto; max-height: 94%;
            background: $panel; padding: 1 2; border: none; border-left: thick $primary;
        }
        &:ansi #dialog-box { background: ansi_default; border: round ansi_blue; }
        #dialog-title { height: auto; text-style: bold; margin-bottom: 1; }
        #dialog-keys { height: auto; color: $dim; margin-top: 1; }
        .note { color: $dim; height: auto; }
        .warning { color: $text-warning; height: auto; }
        .plain { height: auto; }
        .message { height: auto; max-height: 20vh; }
    }
    """

    def title_text(self) -> str:
        """Returns the clean title."""
        raise NotImplementedError

    def heading(self) -> Content:
        """Returns the title as it is shown."""
        return Content(self.title_text())

    def keys_text(self) -> Content:
        """Returns the line of keys; see `key_line`."""
        return key_line(("esc", "close"))

    def body(self) -> Iterable[Widget]:
        """Yields what stands between the title and the keys."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog-box"):
            yield Static(self.heading(), id="dialog-title")
            yield from self.body()
            yield Static(self.keys_text(), id="dialog-keys")


class QuestionDialog(Dialog[ResultT]):
    """A dialog that comes unasked: what is typed before a person can have read it answers nothing."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._shown_at = clock.monotonic()
        self._waiting = 0

    def heading(self) -> Content:
        more = f"   {plural(self._waiting, 'more question')} after this" if self._waiting else ""
        return Content.assemble(self.title_text(), (more, "not bold $dim"))

    def show_waiting(self, count: int) -> None:
        """Says how many questions wait behind this one."""
        if count != self._waiting:
            self._waiting = count
            if self.is_mounted:
                self.query_one("#dialog-title", Static).update(self.heading())

    def on_mount(self) -> None:
        self._shown_at = self._clock.monotonic()

    @property
    def armed(self) -> bool:
        """Whether an answer counts yet."""
        return self._clock.monotonic() - self._shown_at >= ARMED_AFTER_S

    def answer(self, result: ResultT) -> None:
        """Closes with `result`, once armed."""
        if self.armed:
            self.dismiss(result)


def key_line(*hints: tuple[str, str]) -> Content:
    """Returns keys in the accent colour with what they do."""
    pieces: list[Content | str | tuple[str, str]] = []
    for key, what in hints:
        pieces += [(key, "$live"), f" {what}   "]
    return Content.assemble(*pieces).rstrip()


def message(content: str) -> VerticalScroll:
    """Returns a clean text of any length, shown literally; a long one is scrolled and leaves room for the rest."""
    scroll = VerticalScroll(text(content), classes="message")
    scroll.can_focus = len(content) > _SHORT_CHARS or content.count("\n") >= _SHORT_LINES
    return scroll


def text(content: str, classes: str = "plain") -> Static:
    """Returns a clean text, shown literally."""
    return Static(Content(content), classes=classes)
