"""A yes or no about something a person asked for that cannot be taken back, or that starts a program."""

from collections.abc import Iterable

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from tui.domain.text import CleanText
from tui.ui import keys
from tui.ui.dialogs.dialog import Dialog, key_line


class Confirm(Dialog[bool]):
    """Asks; the focus starts on no."""

    BINDINGS = keys.bindings("confirm")
    DEFAULT_CSS = """
    Confirm {
        .body { height: auto; max-height: 14; overflow-y: auto; }
        #choices { height: 1; margin-top: 1; }
        #choices Button { margin-right: 2; min-width: 8; height: 1; border: none; background: $surface; }
        #choices Button:focus { background: $primary; color: $background; text-style: bold; }
        #choices:ansi Button:focus { text-style: bold reverse; }
    }
    """

    def __init__(self, title: CleanText, body: Content, *, yes: str, no: str) -> None:
        """`yes` and `no` say what either answer does, as in `delete it` and `keep it`."""
        super().__init__()
        self._title, self._body, self._yes, self._no = title, body, yes, no

    def title_text(self) -> str:
        return self._title

    def keys_text(self) -> Content:
        return key_line(("y", self._yes), ("n", self._no))

    def body(self) -> Iterable[Widget]:
        yield Static(self._body, classes="body", markup=False)
        yield Horizontal(
            Button(Content(self._no.capitalize()), id="no"),
            Button(Content(self._yes.capitalize()), id="yes"),
            id="choices",
        )

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    def action_decide(self, yes: bool) -> None:
        self.dismiss(yes)

    def action_other(self) -> None:
        self.focus_next(Button)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
