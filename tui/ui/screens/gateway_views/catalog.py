"""Models: all there are, found by words, abilities and price."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from tui.domain.gateway_answers import ModelsAnswer, ModelView
from tui.ui.keys import bindings
from tui.ui.screens.gateway_views.view import GatewayView, Question
from tui.ui.widgets.gateway.choice_line import ChoiceLine
from tui.ui.widgets.gateway.model_table import (
    ABILITIES,
    MODEL_COLUMNS,
    PRICES,
    FoundModels,
    ModelFilter,
    found_models,
    model_cells,
    model_note,
)
from tui.ui.widgets.gateway.reading import unanswered
from tui.ui.widgets.lists.list_filter import ListFilter
from tui.ui.widgets.lists.row_list import RowList

SELDOM_S = 60.0
"""Lists and prices change seldom; whether a model is usable does not."""


class ModelsView(GatewayView):
    """A list with a filter."""

    AREA = "models"
    BINDINGS = [*bindings("models"), *bindings("list", only=("filter",))]  # noqa: RUF012 - Textual declares it so
    DEFAULT_CSS = """
    ModelsView > ListFilter { width: 100%; padding: 0 2; }
    ModelsView > RowList { height: 1fr; padding: 1 1 0 1; }
    ModelsView > .note { height: 3; padding: 1 2 0 2; }
    """

    def body(self) -> ComposeResult:
        self._anew = False
        self._found = FoundModels((), 0)
        self._filter = ListFilter("models")
        self._abilities = ChoiceLine("can     ", ABILITIES, id="abilities")
        self._prices = ChoiceLine("up to   ", PRICES, id="prices")
        self._rows: RowList[ModelView] = RowList(
            model_cells, key=lambda one: (one.provider, one.id), header=MODEL_COLUMNS.header
        )
        self._note = Static("", classes="note", markup=False)
        yield self._filter
        yield self._abilities
        yield self._prices
        yield self._rows
        yield self._note

    def questions(self) -> Sequence[Question]:
        return (Question("models", SELDOM_S, self._ask_models),)

    def twin(self) -> str:
        ability = self._abilities.choice
        return "mcp-tui gateway models" + ("" if ability == "any" else f" --capability {ability}")

    def enter(self) -> None:
        self._rows.focus()

    @on(ListFilter.Changed)
    def draw(self) -> None:
        reading = self.reading("models", ModelsAnswer)
        models = reading.answer.models if reading.answer else ()
        wanted = ModelFilter(tuple(self._filter.words), self._abilities.choice, self._prices.choice)
        self._found = found_models(models, wanted)
        if reading.answer is None:
            self._rows.empty = ([unanswered(reading)],)
        elif models:
            self._rows.empty = ([("No model fits.", "bold")], [("/", "live"), (" then esc clears the words.", "dim")])
        else:
            self._rows.empty = ([("No provider names a model.", "bold")], [("n adds a provider.", "dim")])
        self._rows.show(self._found.rows)
        self._filter.show_count(len(self._found.rows), len(models))
        self._show_note()

    @on(RowList.Moved)
    def _show_note(self) -> None:
        answer = self.reading("models", ModelsAnswer).answer
        self._note.update(model_note(self._rows.item, answer, self._found.undecided))

    @on(ListFilter.Left)
    def _filter_left(self) -> None:
        self._rows.focus()

    async def _ask_models(self) -> object:
        """Who asks by hand wants the providers asked."""
        anew, self._anew = self._anew, False
        return await self.operate("models", {"refresh": True} if anew else {})

    # --- what can be done

    def action_again(self) -> None:
        self._anew = True
        super().action_again()

    def action_filter(self) -> None:
        self._filter.open()

    def action_ability(self) -> None:
        self._choose(self._abilities, self._abilities.after(self._abilities.choice))

    def action_price(self) -> None:
        self._choose(self._prices, self._prices.after(self._prices.choice))

    @on(ChoiceLine.Chosen)
    def _chosen(self, event: ChoiceLine.Chosen) -> None:
        self._choose(event.line, event.choice)

    def _choose(self, line: ChoiceLine, choice: str) -> None:
        line.show(choice)
        self.draw()
        self.refresh_due()

    def action_use(self) -> None:
        model = self._rows.item
        if model:
            target = f"{model.provider}/{model.id}"
            self.live.order(self._use(target))

    async def _use(self, target: str) -> None:
        await self.engine.gateway.set_target(target)
        self.notify(f"The next messages go to {target}.", markup=False)
