"""What a server says of itself is new or changed: may a model be told of it? No has the focus."""

from collections.abc import Iterable

from textual import events
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from tui.domain.clock import Clock
from tui.domain.questions import ChangedToolQuestion
from tui.domain.text import CleanText, clean_line, escape_line
from tui.domain.trust import Change, DefinitionReview
from tui.ui import keys
from tui.ui.dialogs.dialog import READ_AND_CHOOSE, QuestionDialog, key_line, text
from tui.ui.dialogs.to_be_read import ToBeRead

_STYLES: dict[Change, str] = {"same": "", "gone": "$text-error strike", "new": "$text-success"}
_MARKS: dict[Change, tuple[str, str]] = {"same": ("", ""), "gone": ("[-", "-]"), "new": ("{+", "+}")}
"""As `git diff --word-diff` writes it: told by signs, not by colour alone."""


class DefinitionsDialog(QuestionDialog[bool | None]):
    """Answers with yes or no; None when the question fell away. A yes counts once all of it was on the screen."""

    BINDINGS = keys.bindings("definitions")
    DEFAULT_CSS = """
    DefinitionsDialog {
        #dialog-box { width: 100; border-left: thick $warning; }
        #definitions { height: auto; max-height: 58vh; }
        #definitions Static { height: auto; }
        #definitions-said { background: $background; padding: 0 1; margin-top: 1; }
        #definitions-choices { height: 1; margin-top: 1; }
        #definitions-choices Button { margin-right: 2; min-width: 8; height: 1; border: none; background: $surface; }
        #definitions-choices Button:focus { background: $primary; color: $background; text-style: bold; }
        #definitions-choices:ansi Button:focus { text-style: bold reverse; }
    }
    """

    def __init__(self, question: ChangedToolQuestion, clock: Clock) -> None:
        super().__init__(clock)
        self._question = question
        self._texts = ToBeRead(*self._to_read(question), id="definitions")
        self._note = Static("", classes="note")
        self._note.display = False
        self._no = Button("Keep it from the model", id="no")
        self._yes = Button("Tell the model", id="yes")
        self._no.active_effect_duration = self._yes.active_effect_duration = 0

    def title_text(self) -> str:
        name = escape_line(self._question.server)
        return f"Tell the model what {name} says?" if self._question.first else f"{name} changed what it says"

    def body(self) -> Iterable[Widget]:
        yield self._texts
        yield Horizontal(self._no, self._yes, id="definitions-choices")
        yield self._note

    @staticmethod
    def _to_read(question: ChangedToolQuestion) -> Iterable[Widget]:
        who = f"{clean_line(question.title)}, " if question.title else ""
        does = "is reached at" if "://" in question.command.partition(" ")[0] else "runs"
        yield text(CleanText(f"{who}named by {clean_line(question.origin)}, {does}:"), "note")
        yield text(CleanText(f"    {escape_line(question.command)}"))
        for caution in question.cautions:
            yield text(CleanText(f"⚠ {caution}"), "warning")
        yield text(_summary(question), "warning" if _flagged(question) or not question.first else "note")
        yield Static(_definitions(question), id="definitions-said")

    def keys_text(self) -> Content:
        return key_line(("y", "tell the model"), ("n", "keep it from the model"), *READ_AND_CHOOSE)

    def on_mount(self) -> None:
        self._no.focus()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button is self._yes:
            self.action_agree()
        else:
            self.action_deny()

    def action_agree(self) -> None:
        # What was never on the screen was never agreed to.
        if self.armed and not self._texts.finished:
            self._say("It goes on: read it to the end first (end).")
            return
        self.answer(True)

    def action_deny(self) -> None:
        self.answer(False)

    def action_read(self, where: str) -> None:
        self._texts.read_on(where)

    def on_to_be_read_finished(self) -> None:
        self._say("")

    def _say(self, words: str) -> None:
        self._note.update(Content(words))
        self._note.display = bool(words)


def _flagged(question: ChangedToolQuestion) -> int:
    return sum(bool(review.flags) for review in question.reviews)


def _summary(question: ChangedToolQuestion) -> CleanText:
    """How much there is, and how much of it looks odd."""
    count, flagged = len(question.reviews), _flagged(question)
    what = f"{count} definition{'s' * (count != 1)}"
    state = "no model was told of yet" if question.first else "new, or not what you agreed to; kept from the model"
    odd = f" · {flagged} look{'s' * (flagged == 1)} odd" if flagged else ""
    return CleanText(f"{what}, {state}{odd}")


def _definitions(question: ChangedToolQuestion) -> Content:
    return Content("\n\n").join([_definition(review) for review in question.reviews])


def _definition(review: DefinitionReview) -> Content:
    pieces: list[Content | str | tuple[str, str]] = [(f"{review.kind} {review.name}".rstrip(), "bold"), "\n"]
    for flag in review.flags:
        pieces.append((f"⚠ {flag}\n", "$text-warning"))
    alone = len(review.diff) == 1
    for change, words in review.diff:
        before, after = ("", "") if alone else _MARKS[change]
        pieces.append((f"{before}{words}{after}", "" if alone else _STYLES[change]))
    return Content.assemble(*pieces).rstrip()
