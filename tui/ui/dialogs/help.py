"""The keys that work where the focus is, from the one table of actions."""

from collections.abc import Iterable, Sequence
from textwrap import wrap

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.ui import keys
from tui.ui.dialogs.dialog import Dialog, key_line
from tui.ui.reach import Reachable

KEY_CELLS = 30
_HELP_COLUMN = KEY_CELLS + 4


class HelpDialog(Dialog[None]):
    """Groups the reachable actions by their area, the focused pane's first."""

    BINDINGS = keys.bindings("dialog", "app", only=("close", "help"))
    DEFAULT_CSS = """
    HelpDialog { #dialog-box { width: 88; } #help-keys { height: auto; max-height: 70vh; } }
    """

    def __init__(self, reachable: Sequence[Reachable]) -> None:
        super().__init__()
        self._reachable = reachable
        self._table = Static(_table(reachable, 80))

    def title_text(self) -> str:
        return "Keys"

    def body(self) -> Iterable[Widget]:
        yield VerticalScroll(self._table, id="help-keys")

    def on_resize(self) -> None:
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        self._table.update(_table(self._reachable, self._table.size.width))

    def keys_text(self) -> Content:
        return key_line(("↑↓", "scroll"), ("ctrl+p", "all commands by name"), ("esc", "close"))

    def action_close(self) -> None:
        self.dismiss(None)


def _table(reachable: Sequence[Reachable], width: int) -> Content:
    areas = list(dict.fromkeys(each.action.area for each in reachable))
    areas.sort(key=lambda area: area == "app")
    lines: list[str | Content | tuple[str, str]] = []
    for area in areas:
        lines += [(f"{keys.AREAS[area]}\n", "bold")]
        for each in reachable:
            if each.action.area == area:
                help = wrap(each.action.help, max(16, width - _HELP_COLUMN))
                lines += [(f"  {each.keys:<{KEY_CELLS}}  ", "$live"), f"\n{' ' * _HELP_COLUMN}".join(help), "\n"]
        lines.append("\n")
    return Content.assemble(*lines).rstrip()
