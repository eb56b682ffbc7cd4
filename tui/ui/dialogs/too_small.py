"""Shown instead of everything when the terminal has too little room."""

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

SMALLEST = (40, 10)
"""Columns and lines."""


class TooSmall(ModalScreen[None]):
    """Goes away by itself when there is room again."""

    DEFAULT_CSS = """
    TooSmall { background: $background; color: $foreground; align: center middle; }
    TooSmall Static { width: 100%; text-align: center; height: auto; }
    """

    def compose(self) -> ComposeResult:
        yield Static(f"Too small: {SMALLEST[0]}×{SMALLEST[1]} needed. ctrl+q quits.", markup=False)
