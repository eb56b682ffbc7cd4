"""One of many: models, themes; typing filters."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.domain.text import CleanText
from tui.ui import keys
from tui.ui.dialogs.dialog import Dialog, key_line, text
from tui.ui.widgets.lists.list_filter import holds


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the list; `detail` is secondary."""

    id: str
    label: CleanText
    detail: CleanText = CleanText("")


class ChoiceDialog(Dialog[str | None]):
    """Answers with a choice's id, None when closed. `preview` is told of the highlighted one."""

    BINDINGS = keys.bindings("dialog", only=("close",))
    DEFAULT_CSS = """
    ChoiceDialog {
        Input { border: none; height: 1; padding: 0 1; background: $background; margin-bottom: 1; }
        Input:focus { border: none; }
        OptionList {
            height: auto; max-height: 16; border: none; background: $panel; padding: 0;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
    }
    """

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        current: str = "",
        empty: str = "",
        preview: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._current = current
        self._empty = empty
        self._preview = preview
        self._filter = Input(placeholder="type to filter")
        self._list = OptionList(markup=False)
        self._list.can_focus = False

    def title_text(self) -> str:
        return self._title

    def body(self) -> Iterable[Widget]:
        if not self._choices:
            yield text(self._empty, "note")
        yield self._filter
        yield self._list

    def keys_text(self) -> Content:
        choose = (("↑↓", "move"), ("enter", "choose")) if self._choices else ()
        return key_line(*choose, ("esc", "close"))

    def on_mount(self) -> None:
        self._filter.display = self._list.display = bool(self._choices)
        self._fill("")
        self._filter.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value.lower())

    def on_input_submitted(self) -> None:
        self._list.action_select()

    def on_key(self, event: events.Key) -> None:
        move = {"down": self._list.action_cursor_down, "up": self._list.action_cursor_up}.get(event.key)
        if move:
            event.stop()
            move()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if self._preview and event.option.id:
            self._preview(event.option.id)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def action_close(self) -> None:
        self.dismiss(None)

    def _fill(self, wanted: str) -> None:
        words = wanted.split()
        shown = [
            choice for choice in self._choices if holds(f"{choice.id} {choice.label} {choice.detail}".lower(), words)
        ]
        options = [Option(Content.assemble(each.label, "  ", (each.detail, "$dim")), id=each.id) for each in shown]
        self._list.set_options(options or [Option(Content.styled("Nothing holds these words.", "$dim"), disabled=True)])
        places = (index for index, choice in enumerate(shown) if choice.id == self._current and not wanted)
        self._list.highlighted = next(places, 0) if shown else None
