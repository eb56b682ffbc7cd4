"""A larger text to change: the arguments of a call."""

import json
from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static, TextArea

from tui.domain.text import clean_line
from tui.ui import keys
from tui.ui.dialogs.dialog import Dialog, key_line


class EditDialog(Dialog[str | None]):
    """Answers with the text, None when closed; with `json_object` only an object is accepted."""

    BINDINGS = keys.bindings("dialog")
    DEFAULT_CSS = """
    EditDialog {
        #dialog-box { width: 92; }
        TextArea { height: 16; border: none; background: $background; }
        TextArea:focus { border: none; }
    }
    """

    def __init__(self, title: str, content: str, *, json_object: bool = False) -> None:
        super().__init__()
        self._title = title
        self._json_object = json_object
        self._area = TextArea(content, show_line_numbers=True)
        self._problem = Static(Content(""), classes="warning")

    def title_text(self) -> str:
        return self._title

    def body(self) -> Iterable[Widget]:
        yield self._area
        yield self._problem

    def keys_text(self) -> Content:
        return key_line(("ctrl+s", "accept"), ("esc", "back"))

    def on_mount(self) -> None:
        self._area.focus()

    def action_close(self) -> None:
        self.dismiss(None)

    def action_accept(self) -> None:
        content = self._area.text
        problem = _json_problem(content) if self._json_object else ""
        if problem:
            self._problem.update(Content(problem))
        else:
            self.dismiss(content)


def _json_problem(content: str) -> str:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        return clean_line(f"Not JSON yet: {error}", 200)
    return "" if isinstance(value, dict) else "The arguments must be an object: { … }"
