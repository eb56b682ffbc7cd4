"""A server asks the person for data; see `page` for the pages it wants opened."""

from collections.abc import Iterable

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from tui.domain.clock import Clock
from tui.domain.questions import ElicitationAnswer, ElicitationQuestion
from tui.domain.text import CleanText, escape_line
from tui.ui import keys
from tui.ui.dialogs.dialog import QuestionDialog, key_line, message, text
from tui.ui.widgets.form.schema_fields import fields_of, names_secret
from tui.ui.widgets.form.schema_form import SchemaForm


class ElicitationDialog(QuestionDialog[ElicitationAnswer | None]):
    """Answers with what was filled in; escape declines; None when the question fell away."""

    BINDINGS = keys.bindings("dialog")
    DEFAULT_CSS = """
    ElicitationDialog #elicitation-form { height: auto; max-height: 32vh; margin-top: 1; }
    """

    def __init__(self, question: ElicitationQuestion, clock: Clock) -> None:
        super().__init__(clock)
        self._question = question
        self._form = SchemaForm(question.schema) if question.schema is not None else None

    def title_text(self) -> str:
        return f"{escape_line(self._question.server)} asks"

    def body(self) -> Iterable[Widget]:
        question = self._question
        yield message(question.message)
        if self._form is not None:
            secret = _secret(question)
            if secret:
                warning = f"{secret} looks like a secret. Servers must not ask for secrets in a form: decline."
                yield text(CleanText(warning), "warning")
            yield VerticalScroll(self._form, id="elicitation-form", can_focus=False)

    def keys_text(self) -> Content:
        return key_line(("ctrl+s", "accept"), ("esc", "decline"))

    def on_mount(self) -> None:
        if self._form is not None:
            self._form.focus_first()

    def on_schema_form_submitted(self) -> None:
        self.action_accept()

    def action_accept(self) -> None:
        if self._form is not None:
            if self._form.problems():
                self._form.focus_problem()
            else:
                self.answer(ElicitationAnswer("accept", self._form.values()))
        else:
            self.answer(ElicitationAnswer("accept", {}))

    def action_close(self) -> None:
        self.answer(ElicitationAnswer("decline"))


def _secret(question: ElicitationQuestion) -> CleanText:
    """Returns what seems to ask for a secret: a field, or `This` for the whole question; empty when nothing does."""
    for field in fields_of(question.schema or {}):
        if field.secret or names_secret(field.description):
            return CleanText(f"“{field.label}”")
    return CleanText("This" if names_secret(question.message) else "")
