"""Route: where a request would go now, and why past ones went their way."""

from collections.abc import Sequence
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content

from tui.domain.errors import McpTuiError
from tui.domain.gateway_routing import SimulateAnswer
from tui.domain.text import clean_line
from tui.ui.dialogs.choice import Choice, ChoiceDialog
from tui.ui.keys import bindings
from tui.ui.screens.gateway_views.view import GatewayView, Question
from tui.ui.widgets.gateway.choice_line import ChoiceLine
from tui.ui.widgets.gateway.reading import Reading, unanswered
from tui.ui.widgets.gateway.route_rows import RouteRow, route_cells, route_rows
from tui.ui.widgets.gateway.route_tree import STYLES, explanation, simulation
from tui.ui.widgets.lists.detail import Detail
from tui.ui.widgets.lists.row_list import RowList

SIZES = ("1k", "8k", "32k", "128k")
"""Prompts, in thousands of tokens."""


class RouteView(GatewayView):
    """Targets and requests at the left, the way of the chosen one at the right."""

    AREA = "route"
    FOLLOWS_SAMPLES = True
    BINDINGS = bindings("route")
    DEFAULT_CSS = """
    RouteView > .columns { height: 1fr; }
    RouteView .left { width: 38%; min-width: 32; max-width: 56; }
    RouteView .left ChoiceLine { padding: 0 1; margin-bottom: 1; }
    RouteView Detail { width: 1fr; height: 1fr; }
    """

    def body(self) -> ComposeResult:
        self._picked: list[str] = []
        self._shown = ""
        self._sizes = ChoiceLine("prompt", SIZES, id="sizes")
        self._rows: RowList[RouteRow] = RowList(
            route_cells, key=lambda row: row.key, stops=lambda row: not row.is_heading
        )
        self._way = Detail()
        with Horizontal(classes="columns"):
            with Vertical(classes="left"):
                yield self._sizes
                yield self._rows
            yield self._way

    def questions(self) -> Sequence[Question]:
        recent = Question("recent", 15.0, self._ask_recent)
        row = self._rows.item
        if row is None or not row.target:
            return (recent,)
        arguments = {"model": row.target, "prompt_tokens": self._tokens}
        return (Question(self._asked_as(row), 10.0, partial(self.operate, "simulate", arguments)), recent)

    def twin(self) -> str:
        row = self._rows.item
        if row is None:
            return "mcp-tui gateway simulate MODEL"
        if row.request:
            return f"mcp-tui gateway explain {row.request.request_id}"
        return f"mcp-tui gateway simulate {clean_line(row.target, 48)} {self._tokens}"

    def enter(self) -> None:
        self._rows.focus()

    def draw(self) -> None:
        recent = self.reading("recent", tuple)
        combos = self.state.gateway.combos if self.state.gateway else ()
        targets = [*(combo.name for combo in combos if combo.enabled), *self._picked]
        self._rows.show(route_rows(targets, recent.answer or (), _why_none(recent)))
        self._show_way()

    @on(RowList.Moved)
    def _moved(self) -> None:
        self._show_way()
        self.refresh_due()

    def _show_way(self) -> None:
        row = self._rows.item
        key = "" if row is None else self._asked_as(row)
        self._way.show(self._told(row), fresh=key != self._shown)
        self._shown = key

    def _told(self, row: RouteRow | None) -> Content:
        if row is None:
            return Content.styled("No combo is on. m chooses a model.", "$dim")
        if row.request:
            return explanation(row.request, self._room)
        reading = self.reading(self._asked_as(row), SimulateAnswer)
        if reading.answer:
            return simulation(reading.answer, self._room)
        words, ink = unanswered(reading)
        return Content.styled(words, STYLES[ink])

    def _asked_as(self, row: RouteRow) -> str:
        return row.key if row.request else f"{row.target} {self._tokens}"

    @property
    def _room(self) -> int:
        """Cells a line of the way may take."""
        return max(24, self._way.size.width - 5)

    @property
    def _tokens(self) -> int:
        return int(self._sizes.choice.removesuffix("k")) * 1_000

    async def _ask_recent(self) -> object:
        return tuple(await self.engine.gateway.recent_requests())

    def on_resize(self) -> None:
        if self.is_mounted:
            self.call_after_refresh(self._show_way)

    # --- what can be done

    def action_size(self) -> None:
        self._show_size(self._sizes.after(self._sizes.choice))

    @on(ChoiceLine.Chosen)
    def _chosen(self, event: ChoiceLine.Chosen) -> None:
        self._show_size(event.choice)

    def _show_size(self, size: str) -> None:
        self._sizes.show(size)
        self._moved()

    @work(group="default", exit_on_error=False)
    async def action_target(self) -> None:
        try:
            known = await self.engine.gateway.known_values("model")
        except McpTuiError as error:
            self.live.refused(error)
            return
        choices = [Choice(name, clean_line(name)) for name in known]
        chosen = await self.app.push_screen_wait(ChoiceDialog("Simulate", choices, empty="No model is known."))
        if chosen is None:
            return
        combos = self.state.gateway.combos if self.state.gateway else ()
        if chosen not in self._picked and all(chosen != combo.name for combo in combos):
            self._picked.append(chosen)
        self.draw()
        self._rows.seek(RouteRow("", chosen).key)


def _why_none(recent: Reading[tuple[object, ...]]) -> str:
    return unanswered(recent)[0] if recent.answer is None else "No request was sent yet."
