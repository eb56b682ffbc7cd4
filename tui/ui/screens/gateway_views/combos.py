"""Combos: which chains there are, what went through them, switching, trying and changing them."""

from collections.abc import Sequence
from functools import partial

from textual import on, work
from textual.app import ComposeResult

from tui.domain.errors import McpTuiError
from tui.domain.gateway import ComboSpec
from tui.domain.gateway_answers import CombosAnswer, ComboView
from tui.domain.text import clean_line
from tui.ui.dialogs.answer import AnswerDialog
from tui.ui.dialogs.combo_edit import ComboEditDialog
from tui.ui.dialogs.trial import TrialDialog
from tui.ui.keys import bindings
from tui.ui.screens.gateway_views.view import GatewayView, Question
from tui.ui.widgets.gateway.combo_tables import COMBO_COLUMNS, ComboRow, combo_cells, combo_detail, combo_rows
from tui.ui.widgets.gateway.reading import unanswered
from tui.ui.widgets.lists.detail import Detail
from tui.ui.widgets.lists.row_list import RowList

NONE_YET = (
    [("None yet. A combo chains models; ", "dim"), ("[[combos]]", "code"), (" in config.toml names them.", "dim")],
)


class CombosView(GatewayView):
    """The chains; below, the chosen one in detail."""

    AREA = "combos"
    BINDINGS = bindings("combos")
    DEFAULT_CSS = """
    CombosView > RowList { height: auto; min-height: 4; max-height: 50%; padding: 0 1 1 1; }
    CombosView > Detail { height: 1fr; padding: 0; }
    """

    def body(self) -> ComposeResult:
        self._rows: RowList[ComboRow] = RowList(
            combo_cells, key=lambda row: row.combo.name, header=COMBO_COLUMNS.header
        )
        self._detail = Detail()
        yield self._rows
        yield self._detail

    def questions(self) -> Sequence[Question]:
        return (
            Question("combos", 10.0, partial(self.operate, "combos")),
            Question("metrics", 60.0, partial(self.operate, "combos", {"include_metrics": True})),
        )

    def twin(self) -> str:
        return "mcp-tui gateway combos --include-metrics"

    def enter(self) -> None:
        self._rows.focus()

    def draw(self) -> None:
        reading = self.reading("combos", CombosAnswer)
        metrics = self.reading("metrics", CombosAnswer)
        if reading.answer is None:
            self._rows.empty = ([unanswered(reading)],)
        else:
            self._rows.empty = NONE_YET
        self._rows.show(combo_rows(reading.answer, metrics.answer))
        self._show_detail()

    def tick(self) -> None:
        self._show_detail()

    @on(RowList.Moved)
    def _show_detail(self) -> None:
        metrics = self.reading("metrics", CombosAnswer)
        room = max(24, self._detail.size.width - 5)
        self._detail.show(combo_detail(self._rows.item, metrics, self.engine.clock.wall(), room))

    def on_resize(self) -> None:
        if self.is_mounted:
            self.call_after_refresh(self._show_detail)

    # --- what can be done

    def action_switch(self) -> None:
        combo = self._chosen
        if combo:
            self.order(self.operate("switch", {"combo": combo.name, "active": not combo.enabled}))

    @on(RowList.Chosen)
    def _show_way(self, event: RowList.Chosen) -> None:
        """Where a request would go now; with `auto` that is each step's score and what it is made of."""
        combo: ComboView = event.item.combo

        async def ask() -> Sequence[object]:
            metrics = await self.operate("combo-metrics", {"combo": combo.name})
            return [metrics, await self.operate("simulate", {"model": combo.name})] if combo.enabled else [metrics]

        self.app.push_screen(AnswerDialog(clean_line(combo.name), ask))

    def action_benchmark(self) -> None:
        combo = self._chosen
        if combo:
            steps = [step.step for step in combo.steps]
            trial = TrialDialog(combo.name, steps, partial(self.engine.gateway.try_combo, combo.name))
            self.app.push_screen(trial, lambda _: self.action_again())

    @work(group="default", exit_on_error=False)
    async def action_edit(self) -> None:
        combo = self._chosen
        if combo is None:
            return
        spec = _spec_of(combo)
        edited = await self.app.push_screen_wait(ComboEditDialog(spec, self._places))
        if edited is not None and (edited.combo != spec or edited.keep):
            self.order(self.engine.gateway.edit_combo(edited.combo, keep=edited.keep))

    async def _places(self) -> Sequence[str]:
        try:
            known = await self.engine.gateway.known_values("model")
        except McpTuiError as error:
            self.live.refused(error)
            return ()
        return [name for name in known if "/" in name]

    @property
    def _chosen(self) -> ComboView | None:
        row = self._rows.item
        return row.combo if row else None


def _spec_of(combo: ComboView) -> ComboSpec:
    weights = tuple(step.weight for step in combo.steps if step.weight is not None)
    steps = tuple(f"{step.provider}/{step.model}" for step in combo.steps)
    return ComboSpec(combo.name, steps, combo.strategy, combo.enabled, weights if len(weights) == len(steps) else ())
