"""A few values to fill in, described by a schema: the arguments of a prompt."""

from collections.abc import Iterable, Mapping

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from tui.domain.messages import Json
from tui.domain.text import CleanText
from tui.ui import keys
from tui.ui.dialogs.dialog import Dialog, key_line, text
from tui.ui.widgets.form.schema_form import SchemaForm, Suggest


class FormDialog(Dialog[dict[str, Json] | None]):
    """Answers with the values, None when closed."""

    BINDINGS = keys.bindings("dialog")
    DEFAULT_CSS = """
    FormDialog #form { height: auto; max-height: 50vh; margin-top: 1; }
    """

    def __init__(
        self, title: CleanText, note: CleanText, schema: Mapping[str, Json], *, suggest: Suggest | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._note = note
        self._form = SchemaForm(schema, suggest=suggest)

    def title_text(self) -> str:
        return self._title

    def body(self) -> Iterable[Widget]:
        if self._note:
            yield text(self._note, "note")
        yield VerticalScroll(self._form, id="form", can_focus=False)

    def keys_text(self) -> Content:
        return key_line(("ctrl+s", "accept"), ("esc", "close"))

    def on_mount(self) -> None:
        self._form.focus_first()

    def on_schema_form_submitted(self) -> None:
        self.action_accept()

    def action_accept(self) -> None:
        if self._form.problems():
            self._form.focus_problem()
        else:
            self.dismiss(self._form.values())

    def action_close(self) -> None:
        self.dismiss(None)
