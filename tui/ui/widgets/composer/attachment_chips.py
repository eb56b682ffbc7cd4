"""The attachments of the message that is being written, as one line of chips."""

from textual.content import Content
from textual.widgets import Static

from tui.domain.messages import Part
from tui.ui.widgets.composer.attachment_files import Attachment

MOST_ATTACHMENTS = 10


class AttachmentChips(Static):
    """`[image a.png 12 kB]`; takes no line while there is none."""

    DEFAULT_CSS = """
    AttachmentChips {
        height: auto;
        padding-left: 2;
        color: $live;
        display: none;
        &.-filled { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._attachments: list[Attachment] = []

    @property
    def full(self) -> bool:
        """Whether a message takes no more."""
        return len(self._attachments) >= MOST_ATTACHMENTS

    @property
    def parts(self) -> tuple[Part, ...]:
        """What goes with the message."""
        return tuple(attachment.part for attachment in self._attachments)

    def add(self, attachment: Attachment) -> None:
        """Adds one at the end."""
        self._attachments.append(attachment)
        self._show()

    def remove_last(self) -> None:
        """Takes the last one away, if there is one."""
        del self._attachments[-1:]
        self._show()

    def clear(self) -> None:
        """Takes all away."""
        self._attachments.clear()
        self._show()

    def _show(self) -> None:
        labels = "  ".join(attachment.label for attachment in self._attachments)
        self.update(Content.assemble(labels, ("  backspace removes", "$dim")) if labels else "")
        self.set_class(bool(labels), "-filled")
