"""The keys that work where the focus is, from the one table of actions."""

from collections.abc import Iterable, Sequence

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.ui import keys
from tui.ui.dialogs.dialog import Dialog, key_line
from tui.ui.reach import Reachable

_AREAS = {
    "app": "Everywhere",
    "chat": "In the cockpit",
    "composer": "In the message field",
    "transcript": "In the transcript",
    "list": "In lists",
    "pane": "In the servers pane",
    "approval": "When a call asks",
    "dialog": "In dialogs",
}
KEY_CELLS = 30


class HelpDialog(Dialog[None]):
    """Groups the reachable actions by their area, the focused pane's first."""

    BINDINGS = keys.bindings("dialog", "app", only=("close", "help"))
    DEFAULT_CSS = """
    HelpDialog { #dialog-box { width: 88; } #help-keys { height: auto; max-height: 30; } }
    """

    def __init__(self, reachable: Sequence[Reachable]) -> None:
        super().__init__()
        self._reachable = reachable

    def title_text(self) -> str:
        return "Keys"

    def body(self) -> Iterable[Widget]:
        scroll = VerticalScroll(Static(_table(self._reachable)), id="help-keys")
        yield scroll

    def keys_text(self) -> Content:
        return key_line(("↑↓", "scroll"), ("ctrl+p", "all commands by name"), ("esc", "close"))

    def action_close(self) -> None:
        self.dismiss(None)


def _table(reachable: Sequence[Reachable]) -> Content:
    areas = list(dict.fromkeys(each.action.area for each in reachable))
    areas.sort(key=lambda area: area == "app")
    lines: list[str | Content | tuple[str, str]] = []
    for area in areas:
        lines += [(f"{_AREAS.get(area, area.capitalize())}\n", "bold")]
        for each in reachable:
            if each.action.area == area:
                lines += [(f"  {each.keys:<{KEY_CELLS}}  ", "$live"), f"{each.action.help}\n"]
        lines.append("\n")
    return Content.assemble(*lines).rstrip()
