"""Check boxes, one or a list of them, that tell their state by sign and word, not by colour alone."""

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import Checkbox, OptionList, SelectionList


class TickBox(Checkbox):
    """A check box."""

    BUTTON_LEFT = BUTTON_RIGHT = ""
    DEFAULT_CSS = """
    TickBox > .toggle--button, TickBox.-on > .toggle--button { color: $foreground; background: $panel; }
    TickBox:focus > .toggle--label { background: $live; color: $background; }
    TickBox:ansi:focus > .toggle--label { text-style: reverse; }
    """

    def __init__(self, value: bool) -> None:
        self.BUTTON_INNER = _tick(value)
        super().__init__(_word(value), value, compact=True)

    def watch_value(self) -> None:
        self.BUTTON_INNER = _tick(self.value)
        self.label = _word(self.value)
        super().watch_value()


class TickList(SelectionList[int]):
    """Several of many, each on one line."""

    DEFAULT_CSS = """
    TickList { text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def render_line(self, y: int) -> Strip:
        # SelectionList's own line has the same X for both states, told apart by colour.
        line = OptionList.render_line(self, y)
        row = self.scroll_offset.y + y
        if row >= self.option_count:
            return line
        picked = self.get_option_at_index(row).value in self.selected
        style = next(iter(line)).style
        return Strip([Segment(f"{_tick(picked)} ", style), *line])


def _tick(value: bool) -> str:
    return "[✓]" if value else "[ ]"


def _word(value: bool) -> str:
    return "yes" if value else "no"
