"""A few choices on one line, the one in force marked; each can be clicked."""

from rich.cells import cell_len
from textual.events import Click
from textual.message import Message

from tui.ui.widgets.lists.ink import InkedWidget, Piece, Row


class ChoiceLine(InkedWidget):
    """A label, the choices, and what stands at the right edge."""

    DEFAULT_CSS = """
    ChoiceLine { height: 1; padding: 0 2; color: $dim; }
    """

    class Chosen(Message):
        """A choice was clicked."""

        def __init__(self, line: "ChoiceLine", choice: str) -> None:
            super().__init__()
            self.line = line
            self.choice = choice

        @property
        def control(self) -> "ChoiceLine":
            return self.line

    def __init__(self, label: str, choices: tuple[str, ...], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label
        self._choices = choices
        self.choice = choices[0]
        """The one in force."""
        self._right: list[Piece] = []

    def show(self, choice: str, right: list[Piece] | None = None) -> None:
        """Marks a choice."""
        self.choice, self._right = choice, right or []
        self.refresh()

    def after(self, choice: str) -> str:
        """Returns the choice that follows, the first after the last."""
        return self._choices[(self._choices.index(choice) + 1) % len(self._choices)]

    def row(self, y: int, width: int) -> Row:
        pieces: list[Piece] = [(f"{self._label}  ", "dim")] if self._label else []
        for choice in self._choices:
            pieces += self._piece(choice)
        return Row(pieces[:-1], self._right)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        right = cell_len(f"{self._label}  ") if self._label else 0
        for choice in self._choices:
            right += sum(cell_len(text) for text, _ in self._piece(choice))
            if offset is not None and offset.x < right:
                self.post_message(self.Chosen(self, choice))
                return

    def _piece(self, choice: str) -> list[Piece]:
        mark: Piece = (f"▸{choice}", "live bold") if choice == self.choice else (f" {choice}", "dim")
        return [mark, ("  ", "")]
