"""A question with two answers; No has the focus."""

from collections.abc import Iterable, Sequence

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button

from tui.domain.clock import Clock
from tui.domain.questions import LimitQuestion, TrustQuestion
from tui.domain.text import CleanText, clean_line, escape_line
from tui.ui import keys
from tui.ui.dialogs.dialog import QuestionDialog, key_line, text


class YesNoDialog(QuestionDialog[bool | None]):
    """Answers with yes or no; None when the question fell away."""

    BINDINGS = keys.bindings("confirm")
    DEFAULT_CSS = """
    YesNoDialog {
        #yes-no { height: 1; margin-top: 1; }
        #yes-no Button { margin-right: 2; min-width: 8; height: 1; border: none; background: $surface; }
        #yes-no Button:focus { background: $primary; color: $background; text-style: bold; }
        #yes-no:ansi Button:focus { text-style: bold reverse; }
    }
    """

    def __init__(self, title: str, lines: Sequence[CleanText], yes: str, no: str, clock: Clock) -> None:
        super().__init__(clock)
        self._title = title
        self._lines = lines
        self._no = Button(Content(no), id="no")
        self._yes = Button(Content(yes), id="yes")
        self._no.active_effect_duration = self._yes.active_effect_duration = 0

    def title_text(self) -> str:
        return self._title

    def body(self) -> Iterable[Widget]:
        for line in self._lines:
            yield text(line)
        yield Horizontal(self._no, self._yes, id="yes-no")

    def keys_text(self) -> Content:
        return key_line(("y", str(self._yes.label).lower()), ("n", str(self._no.label).lower()))

    def on_mount(self) -> None:
        self._no.focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.answer(event.button is self._yes)

    def action_decide(self, yes: bool) -> None:
        self.answer(yes)

    def action_other(self) -> None:
        self.focus_next(Button)


def limit_dialog(question: LimitQuestion, clock: Clock) -> YesNoDialog:
    """Returns the dialog that asks whether a turn may go past a limit."""
    title = "A spending limit is reached" if question.limit == "money" else "The turn reached a limit"
    return YesNoDialog(title, (question.message,), "Go on", "Stop here", clock)


def trust_dialog(question: TrustQuestion, clock: Clock) -> YesNoDialog:
    """Returns the dialog that asks for consent to start a server; the command is shown exactly."""
    lines = (
        CleanText(f"{clean_line(question.origin)} names this server. Starting it runs or calls:"),
        CleanText(f"    {escape_line(question.command)}"),
        CleanText("It can do all that you can do. The consent holds for exactly this definition."),
    )
    return YesNoDialog(f"Trust {escape_line(question.server)} ?", lines, "Trust and start", "Do not start", clock)
