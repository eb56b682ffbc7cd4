"""The line of keys of a screen or a part of one: what can be done here, each to be pressed or clicked."""

from rich.cells import cell_len
from textual.events import Click
from textual.widget import Widget

from tui.ui.keys import Action
from tui.ui.widgets.lists.ink import InkedWidget, Piece, Row

_PRINTED = {"slash": "/", "escape": "esc", "space": "space", "enter": "⏎"}
_WIDEST_GAP = 3


class ActionLine(InkedWidget):
    """Keys and labels of some actions of the screen around it."""

    DEFAULT_CSS = """
    ActionLine { height: 1; padding: 0 1; color: $dim; background: $background; }
    """

    def __init__(self, actions: tuple[Action, ...], owner: Widget | None = None) -> None:
        """`owner` carries the actions out; without one the screen does."""
        super().__init__()
        self._actions = actions
        self._owner = owner

    def row(self, y: int, width: int) -> Row:
        gap = self._gap(width)
        pieces: list[Piece] = []
        for action in self._actions:
            pieces += [(printed(action.keys), "live"), (f" {action.label}{gap}", "")]
        return Row(pieces)

    def _gap(self, width: int) -> str:
        """What stands between two actions: less of it where all of them would not fit."""
        spare = width - sum(cell_len(_words(action)) for action in self._actions)
        return " " * max(1, min(_WIDEST_GAP, spare // max(1, len(self._actions) - 1)))

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        right, gap = 0, self._gap(self.size.width)
        for action in self._actions:
            right += cell_len(_words(action) + gap)
            if offset.x < right:
                self.call_later((self._owner or self.screen).run_action, action.method)
                return


def _words(action: Action) -> str:
    return f"{printed(action.keys)} {action.label}"


def printed(keys: str) -> str:
    """Returns the first of an action's keys as it stands on the keyboard."""
    first = keys.partition(",")[0]
    return _PRINTED.get(first, first)
