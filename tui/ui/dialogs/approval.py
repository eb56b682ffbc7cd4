"""May this call run? The exact arguments, who asks and why; No has the focus, and haste approves nothing."""

import hashlib
from collections.abc import Iterable

from textual import events
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from tui.domain.clock import Clock
from tui.domain.questions import ApprovalAnswer, ApprovalQuestion
from tui.domain.text import CleanText, clean_line, escape_line
from tui.ui import keys
from tui.ui.dialogs.dialog import READ_AND_CHOOSE, QuestionDialog, key_line, text
from tui.ui.dialogs.edit import EditDialog
from tui.ui.dialogs.to_be_read import ToBeRead
from tui.ui.json_text import laid_out

_BUTTONS = (
    ("deny_now", "No"),
    ("once", "y once"),
    ("session", "s session"),
    ("always", "a always"),
    ("edit", "e edit"),
)


class ApprovalDialog(QuestionDialog[ApprovalAnswer | None]):
    """Answers with a choice; None when the question fell away."""

    BINDINGS = keys.bindings("approval")
    DEFAULT_CSS = """
    ApprovalDialog {
        #dialog-box { width: 92; border-left: thick $warning; }
        #approval-arguments { height: auto; max-height: 40vh; background: $background; padding: 0 1; margin: 1 0; }
        #approval-arguments Static { height: auto; }
        #approval-choices { height: 1; }
        #approval-choices Button { margin-right: 2; min-width: 6; height: 1; border: none; background: $surface; }
        #approval-choices Button:focus { background: $primary; color: $background; text-style: bold; }
        #approval-choices:ansi Button:focus { text-style: bold reverse; }
        #approval-reason { display: none; border: none; height: 1; padding: 0 1; background: $background; }
        #approval-reason:focus { border: none; }
        &.-denying #approval-reason { display: block; }
        &.-denying #approval-choices { display: none; }
    }
    """

    def __init__(self, question: ApprovalQuestion, clock: Clock) -> None:
        super().__init__(clock)
        self._question = question
        self._arguments = ToBeRead(Static(_arguments(question.arguments_json)), id="approval-arguments")
        self._note = Static("", classes="note")
        self._note.display = False
        self._reason = Input(placeholder="Why not? The model is told. enter denies", id="approval-reason")

    def title_text(self) -> str:
        return f"Run {escape_line(self._question.server)}.{escape_line(self._question.tool)} ?"

    def body(self) -> Iterable[Widget]:
        question = self._question
        if question.reason:
            yield text(clean_line(question.reason), "warning")
        yield text(_facts(question), "note")
        yield self._arguments
        yield Horizontal(*(Button(label, id=name) for name, label in _BUTTONS), id="approval-choices")
        yield self._reason
        yield self._note

    def keys_text(self) -> Content:
        return key_line(("y", "run it"), ("n", "deny with a reason"), *READ_AND_CHOOSE)

    def on_mount(self) -> None:
        next(iter(self.query(Button))).focus()

    def on_paste(self, event: events.Paste) -> None:
        if not self._reason.has_focus:
            event.stop()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "deny_now":
            self.answer(ApprovalAnswer("deny"))
        elif event.button.id:
            self.call_later(self.run_action, event.button.id)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.answer(ApprovalAnswer("deny", clean_line(event.value, 500)))

    def action_once(self) -> None:
        self._allow(ApprovalAnswer("once"))

    def action_session(self) -> None:
        self._allow(ApprovalAnswer("session"))

    def action_always(self) -> None:
        self._allow(ApprovalAnswer("always"))

    def action_edit(self) -> None:
        if self.armed:
            draft = self._question.draft_json
            shown = "\n".join(laid_out(self._question.arguments_json)) if draft is None else draft
            self.app.push_screen(EditDialog("Change the arguments", shown, json_object=True), self._edited)

    def action_deny(self) -> None:
        if self.has_class("-denying"):
            self.answer(ApprovalAnswer("deny"))
        elif self.armed:
            self.add_class("-denying")
            self._reason.focus()

    def action_read(self, where: str) -> None:
        self._arguments.read_on(where)

    def on_to_be_read_finished(self) -> None:
        self._say("")

    def _say(self, words: str) -> None:
        self._note.update(Content(words))
        self._note.display = bool(words)

    def _allow(self, answer: ApprovalAnswer) -> None:
        # What was never on the screen was never approved.
        if self.armed and not self._arguments.finished:
            self._say("The arguments go on: read them to the end first (end).")
            return
        self.answer(answer)

    def _edited(self, arguments_json: str | None) -> None:
        if arguments_json is not None:
            self.dismiss(ApprovalAnswer("edit", arguments_json=arguments_json))


def _facts(question: ApprovalQuestion) -> CleanText:
    data = question.arguments_json.encode("utf-8", "surrogatepass")
    nature = "may change or delete things" if question.destructive else "says it only reads"
    return CleanText(f"{nature} · {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()[:12]}")


def _arguments(arguments_json: str) -> Content:
    lines = laid_out(arguments_json)
    number = len(str(len(lines)))
    pieces: list[str | Content | tuple[str, str]] = []
    for index, line in enumerate(lines, 1):
        pieces += [(f"{index:>{number}}  ", "$dim"), f"{line}\n"]
    return Content.assemble(*pieces).rstrip() if pieces else Content("(no arguments)")
