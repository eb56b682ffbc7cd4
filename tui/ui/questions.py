"""Questions wait in a line: the oldest has its dialog, an answered or withdrawn one closes it."""

from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import ModalScreen

from tui.domain.ids import QuestionId
from tui.domain.questions import (
    Answer,
    ApprovalQuestion,
    ChangedToolQuestion,
    ElicitationQuestion,
    LimitQuestion,
    Question,
    TrustQuestion,
    YesNoAnswer,
)
from tui.domain.state import State
from tui.engine import Engine

if TYPE_CHECKING:
    from tui.ui.dialogs.dialog import QuestionDialog


class QuestionLine:
    """Keeps exactly one dialog open while questions wait."""

    def __init__(self, app: App[Any], engine: Engine, state: State) -> None:
        self._app = app
        self._engine = engine
        self._state = state
        self._open: tuple[Question, QuestionDialog[Any]] | None = None
        self._done: set[QuestionId] = set()
        """Answered here; the engine's own word for it comes a frame later."""

    def sync(self) -> None:
        """Call after the questions changed."""
        if self._open:
            question, dialog = self._open
            if question.id not in self._state.questions:
                self._withdraw(dialog)
            dialog.show_waiting(self._waiting() - 1)
            return
        self._done &= self._state.questions.keys()
        waiting = (each for each in self._state.questions.values() if each.id not in self._done)
        oldest = next(waiting, None)
        if oldest is not None:
            dialog = self._dialog(oldest)
            dialog.show_waiting(self._waiting() - 1)
            self._open = (oldest, dialog)
            self._app.push_screen(dialog, self._answered)

    def _waiting(self) -> int:
        return len(self._state.questions.keys() - self._done)

    def _withdraw(self, dialog: "QuestionDialog[Any]") -> None:
        """Closes a dialog nobody needs any more, with whatever it opened on top of itself."""
        stack = self._app.screen_stack
        if dialog in stack:
            for above in reversed(stack[stack.index(dialog) + 1 :]):
                if isinstance(above, ModalScreen):
                    above.dismiss(None)
            dialog.dismiss(None)

    def _answered(self, result: Any) -> None:
        if self._open:
            question, _ = self._open
            self._open = None
            answer: Answer | None = YesNoAnswer(result) if isinstance(result, bool) else result
            if answer is not None:
                self._done.add(question.id)
                self._engine.answer(question.id, answer)
        self._app.call_later(self.sync)

    def _dialog(self, question: Question) -> "QuestionDialog[Any]":
        """Dialogs are imported with the first question of their kind: none is needed at start-up."""
        clock = self._engine.clock
        match question:
            case ApprovalQuestion():
                from tui.ui.dialogs.approval import ApprovalDialog

                return ApprovalDialog(question, clock)
            case ElicitationQuestion():
                if question.url is not None:
                    from tui.ui.dialogs.page import PageDialog

                    return PageDialog(question, clock, self._engine.servers.open_page)
                from tui.ui.dialogs.elicitation import ElicitationDialog

                return ElicitationDialog(question, clock)
            case LimitQuestion():
                from tui.ui.dialogs.yes_no import limit_dialog

                return limit_dialog(question, clock)
            case TrustQuestion():
                from tui.ui.dialogs.yes_no import trust_dialog

                return trust_dialog(question, clock)
            case ChangedToolQuestion():
                from tui.ui.dialogs.definitions import DefinitionsDialog

                return DefinitionsDialog(question, clock)
