"""The line below a view of the gateway: how old its figures are, and the command line that prints the same."""

from rich.cells import cell_len

from tui.ui.widgets.gateway.reading import Reading, freshness
from tui.ui.widgets.lists.ink import InkedWidget, Piece, Row


class ViewFoot(InkedWidget):
    """One line. Trouble goes before the command line where both do not fit."""

    DEFAULT_CSS = """
    ViewFoot { height: 1; padding: 0 2; background: $background; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._left: list[Piece] = []
        self._twin = ""
        self._trouble = False

    def show(self, reading: Reading[object], twin: str, now: float) -> None:
        """Tells of a reading; `now` is the wall clock."""
        left, trouble = freshness(reading, now), bool(reading.trouble)
        if (left, twin, trouble) != (self._left, self._twin, self._trouble):
            self._left, self._twin, self._trouble = left, twin, trouble
            self.refresh()

    def row(self, y: int, width: int) -> Row:
        right: list[Piece] = [("  $ ", "dim"), (self._twin, "code")]
        needed = sum(cell_len(text) for text, _ in (*self._left, *right))
        return Row(self._left, [] if self._trouble and needed > width else right)
