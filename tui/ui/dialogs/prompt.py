"""One line of text: a name, a reason, a path."""

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from tui.ui import keys
from tui.ui.dialogs.dialog import Dialog, key_line, text


class PromptDialog(Dialog[str | None]):
    """Answers with what was typed, None when closed."""

    BINDINGS = keys.bindings("dialog", only=("close",))
    DEFAULT_CSS = """
    PromptDialog Input { border: none; height: 1; padding: 0 1; background: $background; }
    PromptDialog Input:focus { border: none; }
    """

    def __init__(self, title: str, *, note: str = "", value: str = "", placeholder: str = "") -> None:
        super().__init__()
        self._title = title
        self._note = note
        self._input = Input(value, placeholder=placeholder)

    def title_text(self) -> str:
        return self._title

    def body(self) -> Iterable[Widget]:
        if self._note:
            yield text(self._note, "note")
        yield self._input

    def keys_text(self) -> Content:
        return key_line(("enter", "accept"), ("esc", "close"))

    def on_mount(self) -> None:
        self._input.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)

    def action_close(self) -> None:
        self.dismiss(None)
