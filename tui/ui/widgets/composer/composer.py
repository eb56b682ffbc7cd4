"""The composer: the message field with its prompt, attachments, completions and one line of hints."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static, TextArea

from tui.domain.errors import McpTuiError
from tui.domain.messages import Part
from tui.domain.text import clean
from tui.ui.widgets.composer.attachment_chips import MOST_ATTACHMENTS, AttachmentChips
from tui.ui.widgets.composer.attachment_files import FoundFile, attachment_of, find_file, read_file
from tui.ui.widgets.composer.completion_popup import Candidate, CompletionPopup
from tui.ui.widgets.composer.message_field import MessageField

__all__ = ["Candidate", "Composer"]

HINTS = ("enter sends", "alt+enter newline", "@ resource", "/ prompt")
"""As many are shown as fit, the first ones first."""


class Composer(Vertical):
    """Where a message is written. The text stays until it was sent, and comes back with ↑ afterwards."""

    DEFAULT_CSS = """
    Composer {
        height: auto;
        padding: 1 2 1 1;
        background: $surface;
        border-left: outer $panel;
        &:focus-within { border-left: outer $primary; }
        & > .writing { height: auto; }
        & > .writing > .prompt { width: 2; color: $primary; text-style: bold; }
        & > .hints { height: 1; padding-left: 2; }
        & > .hints > .left { width: 1fr; height: 1; color: $dim; text-wrap: nowrap; text-overflow: ellipsis; }
        & > .hints > .right { width: auto; height: 1; color: $warning; }
    }
    """

    class Submitted(Message):
        """The person sent a message."""

        def __init__(self, text: str, attachments: tuple[Part, ...]) -> None:
            self.text = text
            self.attachments = attachments
            super().__init__()

    class EditRequested(Message):
        """The person wants to write `text` in an editor; the answer goes to `Composer.text`."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    Refused: TypeAlias = MessageField.Refused
    TakeBackWanted: TypeAlias = MessageField.TakeBackWanted

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._popup = CompletionPopup()
        self._field = MessageField(self._popup)
        self._chips = AttachmentChips()
        self._hints = _Hints(classes="left", markup=False)
        self._queued = Static("", classes="right", markup=False)
        self._offer: tuple[str, FoundFile] | None = None

    def compose(self) -> ComposeResult:
        yield self._popup
        yield self._chips
        yield Horizontal(Static("›", classes="prompt", markup=False), self._field, classes="writing")
        yield Horizontal(self._hints, self._queued, classes="hints")

    # --- what the screen sets

    @property
    def text(self) -> str:
        """What is written so far."""
        return self._field.text

    @text.setter
    def text(self, text: str) -> None:
        self._field.text = clean(text)
        self._field.move_cursor(self._field.document.end)

    def insert(self, text: str) -> None:
        """Puts text where the cursor is."""
        self._field.insert(clean(text))

    def focus(self, scroll_visible: bool = True) -> "Composer":
        """Puts the cursor into the field."""
        self._field.focus(scroll_visible)
        return self

    def set_candidates(self, resources: Sequence[Candidate], commands: Sequence[Candidate]) -> None:
        """Sets what `@` and `/` complete to; labels begin with their sign."""
        self._field.resources, self._field.commands = resources, commands

    def set_history(self, messages: list[str]) -> None:
        """Sets what ↑ brings back, oldest first."""
        self._field.set_history(messages)

    def set_queued(self, count: int) -> None:
        """Shows how many messages wait for the running turn; ↑ in an empty field asks for the newest of them."""
        self._field.waiting = bool(count)
        self._queued.update(f"queued {count} · ↑ takes back" if count else "")

    def put_back(self, text: str, attachments: Sequence[Part]) -> None:
        """Takes up a message that was not sent after all, above what has been written meanwhile."""
        self._field.forget(text)
        self.text = f"{text}\n{self.text}" if self.text else text
        for part in attachments:
            self._chips.add(attachment_of(part))

    # --- writing

    @on(MessageField.Sent)
    def _send(self, event: MessageField.Sent) -> None:
        event.stop()
        text, attachments = clean(self._field.text), self._chips.parts
        if not text.strip() and not attachments:
            return
        self._field.remember(text)
        self._field.text = ""
        self._chips.clear()
        self.post_message(self.Submitted(text, attachments))

    @on(MessageField.EditorWanted)
    def _edit(self, event: MessageField.EditorWanted) -> None:
        event.stop()
        self.post_message(self.EditRequested(self._field.text))

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._field.offer_completions()
        self._look_for_file()

    @on(OptionList.OptionSelected)
    def _option_clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._field.complete()

    # --- files

    def _look_for_file(self) -> None:
        word = self._field.word
        if self._offer and self._offer[0] != word:
            self._show_offer(None)
        if "/" in word or "." in word.strip(".") or "\\" in word:
            self._find(word)

    @work(exclusive=True, group="find-file")
    async def _find(self, word: str) -> None:
        found = await asyncio.to_thread(find_file, word)
        if word == self._field.word:
            self._show_offer((word, found) if found else None)

    def _show_offer(self, offer: tuple[str, FoundFile] | None) -> None:
        self._offer, self._field.offering = offer, offer is not None
        if offer:
            self._hints.show_offer(offer[1].label)
        else:
            self._hints.show_usual()

    @on(MessageField.FileChosen)
    @on(MessageField.OfferTaken)
    def _take_file(self, event: MessageField.FileChosen | MessageField.OfferTaken) -> None:
        event.stop()
        if isinstance(event, MessageField.FileChosen):
            self._attach_file(event.path)
        elif self._offer:
            word, found = self._offer
            self._show_offer(None)
            self._attach_file(found.path, word)

    @work(group="attach-file")
    async def _attach_file(self, path: Path, word: str = "") -> None:
        """`word` is what stands for the file in the text; it goes once the file is attached."""
        try:
            if self._chips.full:
                raise McpTuiError(f"A message takes {MOST_ATTACHMENTS} attachments.", "Send this one first.")
            attachment = await asyncio.to_thread(read_file, path)
        except McpTuiError as error:
            self.post_message(self.Refused(f"{error.message} {error.hint}".rstrip()))
            return
        if word and self._field.word == word:
            self._field.replace_word(word, "")
        self._chips.add(attachment)

    @on(MessageField.BackspaceAtStart)
    def _drop_attachment(self, event: MessageField.BackspaceAtStart) -> None:
        event.stop()
        self._chips.remove_last()


class _Hints(Static):
    """The usual hints, as many as fit, until something else is shown."""

    usual = True

    def on_resize(self) -> None:
        if self.usual:
            self.show_usual()

    def show_usual(self) -> None:
        self.usual = True
        fitting = (" · ".join(HINTS[:count]) for count in range(len(HINTS), 0, -1))
        self.update(next((line for line in fitting if len(line) <= self.size.width), ""))

    def show_offer(self, label: str) -> None:
        self.usual = False
        self.update(Content.assemble(("tab", "$primary"), f" attaches {label}"))
