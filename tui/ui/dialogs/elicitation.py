"""A server asks the person for data, or to open a page."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.clock import Clock
from tui.domain.questions import ElicitationAnswer, ElicitationQuestion
from tui.domain.text import clean_line, escape_line
from tui.ui import keys
from tui.ui.dialogs.dialog import QuestionDialog, key_line, text
from tui.ui.widgets.form.schema_form import SchemaForm

_SECRETS = ("password", "passwd", "secret", "token", "api_key", "apikey", "credential")


class ElicitationDialog(QuestionDialog[ElicitationAnswer | None]):
    """Answers with what was filled in; escape declines; None when the question fell away."""

    BINDINGS = keys.bindings("dialog")
    DEFAULT_CSS = """
    ElicitationDialog #elicitation-form { height: auto; max-height: 18; margin-top: 1; }
    """

    def __init__(self, question: ElicitationQuestion, clock: Clock) -> None:
        super().__init__(clock)
        self._question = question
        self._form = SchemaForm(question.schema) if question.schema is not None else None
        self._problem = Static(Content(""), classes="warning")

    def title_text(self) -> str:
        return f"{escape_line(self._question.server)} asks"

    def body(self) -> Iterable[Widget]:
        question = self._question
        yield text(question.message)
        if question.url is not None:
            yield Static(_address(question.url))
            yield text("The page is opened in your browser only if you accept; nothing is fetched before.", "note")
        if self._form is not None:
            if _asks_secret(question):
                yield text("This looks like a secret. Servers must not ask for secrets in a form: decline.", "warning")
            yield VerticalScroll(self._form, id="elicitation-form", can_focus=False)
        yield self._problem

    def keys_text(self) -> Content:
        return key_line(("ctrl+s", "accept"), ("esc", "decline"))

    def on_mount(self) -> None:
        if self._form is not None:
            self._form.focus_first()

    def on_schema_form_submitted(self) -> None:
        self.action_accept()

    def action_accept(self) -> None:
        if self._question.url is not None:
            self._open(self._question.url)
        elif self._form is not None:
            problems = self._form.problems()
            if problems:
                self._problem.update(Content("\n".join(problems)))
            else:
                self.answer(ElicitationAnswer("accept", self._form.values()))
        else:
            self.answer(ElicitationAnswer("accept", {}))

    def action_close(self) -> None:
        self.answer(ElicitationAnswer("decline"))

    def _open(self, url: str) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            self._problem.update(Content("Only http and https pages are opened."))
            return
        if self.armed:
            self.app.open_url(url)
        self.answer(ElicitationAnswer("accept"))


def _address(url: str) -> Content:
    """The whole address with its host in bold, so that `paypal.com.example.org` is seen for what it is."""
    shown = escape_line(url)
    try:
        host = clean_line(urlsplit(url).hostname or "")
    except ValueError:
        host = clean_line("")
    before, found, after = shown.partition(host) if host else (shown, "", "")
    return Content.assemble(before, (found, "bold $live"), after)


def _asks_secret(question: ElicitationQuestion) -> bool:
    names = " ".join(question.schema.get("properties", {})) if question.schema else ""
    words = f"{names} {question.message}".lower().replace("-", "_")
    return any(secret in words for secret in _SECRETS)
