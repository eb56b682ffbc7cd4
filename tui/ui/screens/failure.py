"""Shown when the engine could not start: the cause and the next step; quitting works."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tui.domain.errors import McpTuiError
from tui.domain.text import clean
from tui.ui.dialogs.dialog import key_line


class FailureScreen(Screen[None]):
    """A dead end with a sign."""

    DEFAULT_CSS = """
    FailureScreen { align: center middle; background: $background; }
    FailureScreen > Vertical { width: 72; max-width: 92%; height: auto; background: $surface; padding: 1 2;
        border-left: thick $error; }
    FailureScreen Static { height: auto; margin-bottom: 1; }
    FailureScreen #failure-title { text-style: bold; color: $text-error; }
    FailureScreen #failure-keys { color: $dim; margin: 0; }
    """

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._cause = clean(error, 2_000)
        self._hint = error.hint if isinstance(error, McpTuiError) else clean("")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content("✗ mcp-tui could not start"), id="failure-title")
            yield Static(Content(self._cause))
            yield Static(Content(self._hint or "`mcp-tui doctor` in a shell says more."))
            yield Static(key_line(("ctrl+q", "quit")), id="failure-keys")
