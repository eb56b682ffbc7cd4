"""Changing a chain: the order of its steps, which they are, their weights, the strategy, and whether it is kept."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from textual import work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.gateway import ComboSpec, Strategy
from tui.domain.text import clean_line
from tui.ui import keys
from tui.ui.dialogs.choice import Choice, ChoiceDialog
from tui.ui.dialogs.dialog import Dialog, key_line
from tui.ui.widgets.lists.detail import fact
from tui.ui.widgets.lists.ink import Piece
from tui.ui.widgets.lists.row_list import RowList

STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
WEIGHTED: Strategy = "weighted"
MOST_WEIGHT = 1_000


@dataclass(frozen=True, slots=True)
class EditedCombo:
    """The chain as it shall be, and whether config.toml shall have it too."""

    combo: ComboSpec
    keep: bool


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    weight: int


class ComboEditDialog(Dialog[EditedCombo | None]):
    """Answers with the changed chain, None when closed. `places` returns what can be added."""

    BINDINGS = keys.bindings("combo") + keys.bindings("dialog")
    DEFAULT_CSS = """
    ComboEditDialog RowList { height: auto; max-height: 12; min-height: 3; margin: 1 0; background: $panel; }
    ComboEditDialog RowList { scrollbar-background: $panel; }
    ComboEditDialog .facts { height: auto; }
    """

    def __init__(self, combo: ComboSpec, places: Callable[[], Awaitable[Sequence[str]]]) -> None:
        super().__init__()
        self._combo = combo
        self._places = places
        weights = combo.weights or (1,) * len(combo.steps)
        self._steps = [_Step(name, weight) for name, weight in zip(combo.steps, weights, strict=False)]
        self._strategy = combo.strategy
        self._keep = False
        self._rows: RowList[_Step] = RowList(self._cells, key=lambda step: step.name)
        self._rows.empty = ([("No steps. ", "dim"), ("a", "live"), (" adds one.", "dim")],)
        self._facts = Static("", classes="facts", markup=False)

    def title_text(self) -> str:
        return f"Change the combo {clean_line(self._combo.name, 40)}"

    def keys_text(self) -> Content:
        moves = (("shift+↑↓", "order"), ("a", "add"), ("x", "take out"), ("s", "strategy"), ("+ -", "weight"))
        return key_line(*moves, ("w", "keep"), ("ctrl+s", "apply"), ("esc", "close"))

    def body(self) -> Iterable[Widget]:
        yield self._facts
        yield self._rows

    def on_mount(self) -> None:
        self._show()
        self._rows.focus()

    def _show(self) -> None:
        self._rows.show(list(self._steps))
        kept = "at once, and written into config.toml" if self._keep else "at once, for this run only"
        self._facts.update(
            Content("\n").join([fact("strategy", clean_line(self._strategy), "bold"), fact("applies", kept)])
        )

    def _cells(self, step: _Step, width: int) -> list[Piece]:
        number = next((place for place, one in enumerate(self._steps, 1) if one is step), 0)
        weight = f"  weight {step.weight}" if self._strategy == WEIGHTED else ""
        return [(f"{number:>2}  ", "dim"), (clean_line(step.name, max(8, width - 16)), ""), (weight, "dim")]

    # --- changes

    def action_move(self, way: Literal["up", "down"]) -> None:
        here = self._rows.cursor
        there = here + (1 if way == "down" else -1)
        if here < len(self._steps) and 0 <= there < len(self._steps):
            self._steps[here], self._steps[there] = self._steps[there], self._steps[here]
            self._show()

    def action_take_out(self) -> None:
        if self._steps:
            del self._steps[self._rows.cursor]
            self._show()

    @work(exit_on_error=False)
    async def action_add(self) -> None:
        taken = {step.name for step in self._steps}
        choices = [Choice(name, clean_line(name)) for name in await self._places() if name not in taken]
        chosen = await self.app.push_screen_wait(ChoiceDialog("Add a step", choices, empty="No model is known."))
        if chosen:
            self._steps.append(_Step(chosen, 1))
            self._show()

    def action_strategy(self) -> None:
        place = STRATEGIES.index(self._strategy) if self._strategy in STRATEGIES else -1
        self._strategy = STRATEGIES[(place + 1) % len(STRATEGIES)]
        self._show()

    def action_weigh(self, by: int) -> None:
        if self._steps and self._strategy == WEIGHTED:
            step = self._steps[self._rows.cursor]
            self._steps[self._rows.cursor] = replace(step, weight=min(MOST_WEIGHT, max(0, step.weight + by)))
            self._show()

    def action_keep(self) -> None:
        self._keep = not self._keep
        self._show()

    def action_accept(self) -> None:
        weights = tuple(step.weight for step in self._steps) if self._strategy == WEIGHTED else ()
        steps = tuple(step.name for step in self._steps)
        combo = replace(self._combo, steps=steps, strategy=self._strategy, weights=weights)
        self.dismiss(EditedCombo(combo, self._keep))

    def action_close(self) -> None:
        self.dismiss(None)
