"""What the gateway answers, to read, copy and write to a file; asked when the dialog opens and again on demand."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

from textual import work
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.errors import McpTuiError
from tui.domain.text import CleanText, clean
from tui.ui import keys
from tui.ui.answer_text import answer_text, sections
from tui.ui.dialogs.dialog import Dialog, key_line
from tui.ui.new_file import write_new_file

Ask = Callable[[], Awaitable[Sequence[object]]]
"""Returns dataclasses, shown one below the other. Raises McpTuiError."""


class AnswerDialog(Dialog[None]):
    """Asks, shows, and stops asking when it is closed."""

    BINDINGS = keys.bindings("answer") + keys.bindings("dialog", only=("close",))
    DEFAULT_CSS = """
    AnswerDialog {
        #dialog-box { width: 96%; max-width: 124; }
        #answer { height: auto; max-height: 65vh; scrollbar-size-vertical: 1; scrollbar-background: $panel; }
        #answer > Static { height: auto; }
    }
    """

    def __init__(self, title: CleanText, ask: Ask) -> None:
        super().__init__()
        self._title, self._ask = title, ask
        self._text = Static("", markup=False)
        self._answers: Sequence[object] = ()

    def title_text(self) -> str:
        return self._title

    def keys_text(self) -> Content:
        return key_line(("↑↓", "scroll"), ("y", "copy"), ("w", "write a file"), ("r", "ask again"), ("esc", "close"))

    def body(self) -> Iterable[Widget]:
        yield VerticalScroll(self._text, id="answer")

    def on_mount(self) -> None:
        self.query_one("#answer").focus()
        self.action_again()

    @work(exclusive=True, group="answer", exit_on_error=False)
    async def action_again(self) -> None:
        self._answers = ()
        self._text.update(Content.styled("asking …   esc stops", "$dim"))
        try:
            self._answers = await self._ask()
        except McpTuiError as error:
            self._text.update(Content.assemble((error.message, "$text-error"), "\n", (error.hint, "$dim")))
        else:
            self._text.update(_content(self._answers, max(30, self.size.width * 96 // 100 - 8)))

    def follow(self, progress: CleanText) -> None:
        """Shows how far a long answer has come."""
        if self.is_mounted and not self._answers:
            self._text.update(Content.assemble((progress, ""), "\n", ("esc stops", "$dim")))

    def action_copy(self) -> None:
        if self._answers:
            self.app.copy_to_clipboard(self._whole)
            self.notify("Sent to the clipboard (OSC 52). If your terminal refuses it, w writes a file.", markup=False)

    def action_write(self) -> None:
        if not self._answers:
            return
        try:
            path = write_new_file(Path.cwd(), self._title, ".txt", f"{self._whole}\n")
        except McpTuiError as error:
            self.notify(clean(f"{error.message} {error.hint}"), severity="error", markup=False)
        else:
            self.notify(clean(f"Written to {path}"), markup=False)

    def action_close(self) -> None:
        # What it still waits for ends with it.
        self.dismiss(None)

    @property
    def _whole(self) -> str:
        return "\n\n".join(answer_text(sections(answer)) for answer in self._answers)


def _content(answers: Sequence[object], width: int) -> Content:
    parts: list[Content] = []
    for section in (section for answer in answers for section in sections(answer, width=width)):
        parts += [Content("")] if parts else []
        parts += [Content.styled(section.title.capitalize(), "$live bold")] if section.title else []
        parts += map(Content, section.lines)
        if section.shortened:
            parts.append(Content.styled("the main columns; --json on the command line has all", "$dim"))
    return Content("\n").join(parts)
