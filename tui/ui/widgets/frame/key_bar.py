"""The bottom line: where the number keys lead, and the three keys everybody needs first."""

from dataclasses import dataclass

from rich.cells import cell_len
from textual import events

from tui.ui import keys
from tui.ui.widgets.frame.action_line import printed
from tui.ui.widgets.lists.ink import InkedWidget, Piece, Row


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key as it is printed on the keyboard, what it does, and the action a click runs."""

    key: str
    label: str
    action: str


class KeyBar(InkedWidget):
    """Screens on the left with the one in view in bold, general keys on the right; all of it can be clicked."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; padding: 0 1; background: $panel; color: $dim; }
    """

    def __init__(self, screens: tuple[KeyHint, ...], general: tuple[KeyHint, ...], current: str) -> None:
        super().__init__()
        self._screens = screens
        self._general = general
        self._current = current

    def row(self, y: int, width: int) -> Row:
        screens = [piece for hint in self._screens for piece in self._hint(hint)]
        general = [piece for hint in self._general for piece in self._hint(hint)]
        if sum(cell_len(text) for text, _ in screens + general) > width:
            general = general[:-1]
        if sum(cell_len(text) for text, _ in screens + general) > width:
            screens = [piece for hint in self._screens for piece in self._short(hint)]
        return Row(screens, general)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        action = self._action_at(offset.x) if offset else None
        if action:
            self.call_later(self.run_action, action)

    def _hint(self, hint: KeyHint) -> list[Piece]:
        name = "plain bold" if hint.label == self._current else ""
        return [(hint.key, "live"), (f" {hint.label}", name), ("  ", "")]

    def _short(self, hint: KeyHint) -> list[Piece]:
        return self._hint(hint) if hint.label == self._current else [(hint.key, "live"), (" ", "")]

    def _action_at(self, x: int) -> str | None:
        width = self.size.width
        row = self.row(0, width)
        actions = {hint.key: hint.action for hint in (*self._screens, *self._general)}
        current: str | None = None
        right_start = width - sum(cell_len(text) for text, _ in row.right)
        for start, pieces in ((0, row.left), (right_start, row.right)):
            column = start
            for text, _ in pieces:
                current = actions.get(text, current) if text.strip() else None
                if column <= x < column + cell_len(text):
                    return current
                column += cell_len(text)
        return None


def house_key_bar(current: str) -> KeyBar:
    """Returns the bar with the screens' number keys and the general keys, from the table of actions."""
    table = {action.id: action for action in keys.actions("app")}
    screens = tuple(
        KeyHint(action.keys.rpartition(",")[2], action.label, action.id)
        for action in table.values()
        if action.id.startswith("app.screen(")
    )
    general = tuple(
        KeyHint(printed(action.keys), action.label, action.id)
        for action in (table["app.help"], table["app.palette"], table["app.quit"])
    )
    return KeyBar(screens, general, current)
