"""The line above the gateway's views: which there are, the one in view, and which gateway they show."""

from dataclasses import dataclass

from rich.cells import cell_len
from textual.events import Click
from textual.message import Message

from tui.domain.gateway import GatewaySnapshot
from tui.ui.format import age
from tui.ui.widgets.lists.ink import InkedWidget, Piece, Row

VERDICTS: dict[str, Piece] = {
    "ok": ("● all well", "ok"),
    "degraded": ("◐ degraded", "warn"),
    "down": ("✗ down", "bad"),
    "unknown": ("? unknown", "dim"),
}

WIDE_GAP = "  "


@dataclass(frozen=True, slots=True)
class Tab:
    """A view: its name, the key that leads there, its label."""

    name: str
    key: str
    label: str


class ViewTabs(InkedWidget):
    """One line; a click on a tab chooses it."""

    DEFAULT_CSS = """
    ViewTabs { height: 1; margin: 1 2 1 2; color: $dim; }
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, tabs: tuple[Tab, ...]) -> None:
        super().__init__()
        self._tabs = tabs
        self._current = ""
        self._snapshot: GatewaySnapshot | None = None
        self._now = 0.0

    def show(self, current: str, snapshot: GatewaySnapshot | None, now: float) -> None:
        """Marks the view in view and tells of the gateway; `now` is the wall clock."""
        self._current, self._snapshot, self._now = current, snapshot, now
        self.refresh()

    def row(self, y: int, width: int) -> Row:
        tabs = [piece for tab in self._tabs for piece in self._pieces(tab, self._gap(width))]
        room = width - _cells(tabs)
        standing = next((pieces for pieces in self._standings() if _cells(pieces) <= room), [])
        return Row(tabs, standing)

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        right, gap = 0, self._gap(self.size.width)
        for tab in self._tabs:
            right += _cells(self._pieces(tab, gap))
            if offset is not None and offset.x < right:
                self.post_message(self.Chosen(tab.name))
                return

    def _gap(self, width: int) -> str:
        """What stands between two tabs: less of it where the gateway's standing would not fit beside them."""
        wide = sum(_cells(self._pieces(tab, WIDE_GAP)) for tab in self._tabs)
        return WIDE_GAP if width - wide >= _cells(self._standings()[1]) else " "

    def _pieces(self, tab: Tab, gap: str) -> list[Piece]:
        name = "plain bold" if tab.name == self._current else ""
        return [(tab.key, "live"), (f" {tab.label}", name), (gap, "")]

    def _standings(self) -> list[list[Piece]]:
        """How the gateway is, in fewer and fewer words."""
        if self._snapshot is None:
            return [[("has not reported yet", "dim")], [("not reported yet", "dim")]]
        word, ink = VERDICTS[self._snapshot.verdict]
        name: Piece = (self._snapshot.gateway, "bold")
        sampled = age(max(0.0, self._now - self._snapshot.at))
        far: Piece = (f"  {word}", ink)
        return [[name, far, (f"  {sampled}", "dim")], [name, far], [name, (f" {word}", ink)], [(word, ink)]]


def _cells(pieces: list[Piece]) -> int:
    return sum(cell_len(text) for text, _ in pieces)
