"""A few one-line questions: a new title, a server's name and command."""

from collections.abc import Iterable, Sequence

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.domain.text import CleanText
from tui.ui.dialogs.dialog import Dialog, key_line
from tui.ui.keys import bindings

Line = tuple[str, str, str]
"""Label, first value, what to write there."""


class AskLines(Dialog[list[str] | None]):
    """Asks for lines of text, none of them empty; enter goes on and at the end accepts, escape gives None."""

    BINDINGS = bindings("dialog", only=("close",))
    DEFAULT_CSS = """
    AskLines .label { color: $dim; height: auto; }
    AskLines Input { background: $surface; padding: 0 1; margin-bottom: 1; }
    AskLines Input:focus { background: $background; }
    """

    def __init__(self, title: CleanText, questions: Sequence[Line], note: str = "") -> None:
        super().__init__()
        self._title, self._questions, self._note = title, questions, note

    def title_text(self) -> str:
        return self._title

    def keys_text(self) -> Content:
        return key_line(("enter", "accept"), ("esc", "cancel"))

    def body(self) -> Iterable[Widget]:
        for label, value, example in self._questions:
            yield Static(label, classes="label", markup=False)
            yield Input(value, placeholder=example, compact=True, select_on_focus=False)
        if self._note:
            yield Static(self._note, classes="note", markup=False)

    def on_mount(self) -> None:
        self.query(Input).first().focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        inputs = list(self.query(Input))
        empty = next((one for one in inputs if not one.value.strip()), None)
        here = inputs.index(event.input)
        if here + 1 < len(inputs):
            inputs[here + 1].focus()
        elif empty is not None:
            empty.focus()
        else:
            self.dismiss([one.value.strip() for one in inputs])

    def action_close(self) -> None:
        self.dismiss(None)
