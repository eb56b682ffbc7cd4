"""The line of keys of a screen or a part of one: what can be done here and now, each to be pressed or clicked."""

from itertools import accumulate

from rich.cells import cell_len
from textual.events import Click
from textual.widget import Widget

from tui.ui.keys import Action
from tui.ui.widgets.lists.ink import InkedWidget, Piece, Row

_PRINTED = {"slash": "/", "escape": "esc", "space": "space", "enter": "⏎"}
_WIDEST_GAP = 3


class ActionLine(InkedWidget):
    """Keys and labels of those actions that work where the focus is; the last ones give way where space is short."""

    DEFAULT_CSS = """
    ActionLine { height: 1; padding: 0 1; color: $dim; background: $background; }
    """

    def __init__(self, actions: tuple[Action, ...], owner: Widget | None = None) -> None:
        """`owner` carries the actions out; without one the screen does."""
        super().__init__()
        self._actions = actions
        self._owner = owner
        self._offered: tuple[tuple[str, Action], ...] = ()

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._look)
        self._look()

    def _look(self, _: object = None) -> None:
        """Takes what can be done now, with the keys it has now."""
        keys: dict[str, str] = {}
        for key, active in self.screen.active_bindings.items():
            keys.setdefault(active.binding.id or "", key)
        offered = tuple((keys[action.id], action) for action in self._actions if action.id in keys)
        if offered != self._offered:
            self._offered = offered
            self.refresh()

    def row(self, y: int, width: int) -> Row:
        offered, gap = self._fitting(width)
        pieces: list[Piece] = []
        for key, action in offered:
            pieces += [(gap if pieces else "", ""), (printed(key), "live"), (f" {action.label}", "")]
        return Row(pieces)

    def _fitting(self, width: int) -> tuple[tuple[tuple[str, Action], ...], str]:
        """The actions there is room for, and what stands between two of them."""
        ends = accumulate(_cells(key, action) + 1 for key, action in self._offered)
        offered = self._offered[: sum(end - 1 <= width for end in ends)]
        spare = width - sum(_cells(key, action) for key, action in offered)
        return offered, " " * max(1, min(_WIDEST_GAP, spare // max(1, len(offered) - 1)))

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        offered, gap = self._fitting(self.size.width)
        right = 0
        for key, action in offered:
            right += _cells(key, action) + len(gap)
            if offset.x < right:
                self.call_later((self._owner or self.screen).run_action, action.method)
                return


def _cells(key: str, action: Action) -> int:
    return cell_len(f"{printed(key)} {action.label}")


def printed(keys: str) -> str:
    """Returns the first of an action's keys as it stands on the keyboard."""
    first = keys.partition(",")[0]
    return _PRINTED.get(first, first)
