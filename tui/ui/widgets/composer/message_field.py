"""The field a message is written in: several lines, history, and the keys that a list of completions needs."""

import re
from collections.abc import Sequence
from pathlib import Path

from textual.events import Key, Paste
from textual.message import Message
from textual.widgets import TextArea

from tui.domain.text import clean
from tui.ui.format import byte_size
from tui.ui.keys import bindings
from tui.ui.widgets.composer.completion_popup import Candidate, CompletionPopup

LONGEST_PASTE = 128_000
"""Characters; more belongs in a file."""
_WORD = re.compile(r"(?<!\S)[@/]\S*$")
_PATH = re.compile(r"(?<!\S)(?:\"[^\"]+\"|'[^']+'|(?:\\ |\S)+)$")


class MessageField(TextArea):
    """A text area where enter sends. It knows its popup and asks its composer for everything else by message."""

    BINDINGS = bindings("composer")
    DEFAULT_CSS = """
    MessageField {
        height: auto;
        min-height: 1;
        max-height: 8;
        width: 1fr;
        padding: 0;
        border: none;
        background: transparent;
        color: $foreground;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: $foreground 0%; }
        & .text-area--placeholder { color: $dim; }
    }
    """

    class Sent(Message):
        """The person pressed enter."""

    class TakeBackWanted(Message):
        """The person wants the newest message that waits back; it goes to `Composer.put_back`."""

    class EditorWanted(Message):
        """The person wants to write in an editor."""

    class Refused(Message):
        """A paste or a file was not taken; `reason` says why and what to do."""

        def __init__(self, reason: str) -> None:
            self.reason = reason
            super().__init__()

    class ReadOn(Message):
        """The person wants to move in the transcript; `move` is one of its actions."""

        def __init__(self, move: str) -> None:
            self.move = move
            super().__init__()

    class OfferTaken(Message):
        """Tab was pressed while nothing is to be completed."""

    class FileChosen(Message):
        """A file was chosen among the completions; its word is gone from the text."""

        def __init__(self, path: Path) -> None:
            self.path = path
            super().__init__()

    class BackspaceAtStart(Message):
        """Backspace where there is nothing before the cursor."""

    def __init__(self, popup: CompletionPopup) -> None:
        super().__init__(
            compact=True, soft_wrap=True, highlight_cursor_line=False, placeholder="Ask, or / for commands"
        )
        self._popup = popup
        self._history: list[str] = []
        self._place = 0
        self._draft = ""
        self.resources: Sequence[Candidate] = ()
        self.commands: Sequence[Candidate] = ()
        self.waiting = False
        """Whether a message waits for the running turn."""
        self.offering = False
        """Whether a file is offered that tab would attach."""

    def set_history(self, messages: list[str]) -> None:
        """Sets earlier messages, oldest first."""
        self._history = list(messages)
        self._place = len(self._history)

    def remember(self, text: str) -> None:
        """Adds a message to the history."""
        if text.strip() and (not self._history or self._history[-1] != text):
            self._history.append(text)
        self._place, self._draft = len(self._history), ""

    def forget(self, text: str) -> None:
        """Takes the newest message out of the history, if it is this one."""
        if self._history[-1:] == [text]:
            self._history.pop()
        self._place, self._draft = len(self._history), ""

    @property
    def word(self) -> str:
        """The path-like word that ends at the cursor: quoted, or with escaped spaces, as terminals paste it."""
        match = _PATH.search(self._before_cursor())
        return match[0] if match else ""

    def replace_word(self, word: str, text: str) -> None:
        """Replaces `word` before the cursor."""
        row, column = self.cursor_location
        self.replace(text, (row, column - len(word)), (row, column))

    def offer_completions(self) -> None:
        """Opens, filters or closes the list as the word before the cursor wants it."""
        match = _WORD.search(self._before_cursor())
        at_start = match is not None and self.cursor_location[0] == 0 and match.start() == 0
        if match and match[0][0] == "@":
            self._popup.offer(self.resources, match[0])
        elif match and at_start:
            self._popup.offer(self.commands, match[0])
        else:
            self._popup.close()

    def _before_cursor(self) -> str:
        row, column = self.cursor_location
        return self.document.get_line(row)[max(0, column - 1_000) : column]

    def complete(self) -> None:
        """Replaces the typed word by the chosen candidate."""
        candidate = self._popup.chosen
        match = _WORD.search(self._before_cursor())
        self._popup.close()
        if candidate and match:
            self.replace_word(match[0], clean(candidate.insert))
            if candidate.path:
                self.post_message(self.FileChosen(candidate.path))

    # --- keys

    async def _on_key(self, event: Key) -> None:
        """Escape and tab belong to the list or to the offer of a file, while there is one."""
        taken = True
        if self._popup.is_open and event.key == "escape":
            self._popup.close()
        elif self._popup.is_open and event.key == "tab":
            self.complete()
        elif self.offering and event.key == "tab":
            self.post_message(self.OfferTaken())
        else:
            taken = False
        if event.key == "backspace" and self.cursor_location == (0, 0) and self.selection.is_empty:
            self.post_message(self.BackspaceAtStart())
        if taken:
            event.stop()
            event.prevent_default()
        else:
            await super()._on_key(event)

    async def _on_paste(self, event: Paste) -> None:
        """A paste is text and nothing else: it never sends, whatever newlines it holds."""
        event.stop()
        event.prevent_default()
        if len(event.text) > LONGEST_PASTE:
            most = byte_size(LONGEST_PASTE)
            self.post_message(self.Refused(f"The paste is longer than {most}. Save it to a file and attach it."))
            return
        self.insert(clean(event.text), maintain_selection_offset=False)

    def action_submit(self) -> None:
        if self._popup.is_open:
            self.complete()
        else:
            self.post_message(self.Sent())

    def action_newline(self) -> None:
        self.insert("\n")

    def action_edit(self) -> None:
        self.post_message(self.EditorWanted())

    def action_read(self, move: str) -> None:
        self.post_message(self.ReadOn(move))

    def action_older(self) -> None:
        if self._popup.is_open:
            self._popup.move(-1)
        elif self.waiting and not self.text:
            self.post_message(self.TakeBackWanted())
        elif self.cursor_at_first_line and self._place > 0:
            self._recall(self._place - 1)
        else:
            self.action_cursor_up()

    def action_newer(self) -> None:
        if self._popup.is_open:
            self._popup.move(1)
        elif self.cursor_at_last_line and self._place < len(self._history):
            self._recall(self._place + 1)
        else:
            self.action_cursor_down()

    def _recall(self, place: int) -> None:
        """Shows another message of the history; what was being written is kept at its end."""
        if self._place == len(self._history):
            self._draft = self.text
        self._place = place
        self.text = self._history[place] if place < len(self._history) else self._draft
        self.move_cursor(self.document.end)
