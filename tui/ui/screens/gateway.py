"""The gateway screen: who is well, what it cost, how quick it was, which way requests go, and what can be done."""

from collections.abc import Mapping, Sequence
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.domain.events import GatewaySampled
from tui.domain.gateway import BreakerOrder, ComboSpec, ProviderHealth
from tui.domain.messages import Json
from tui.domain.text import clean_line
from tui.ui.adding_provider import add_provider
from tui.ui.bridge import Kinds
from tui.ui.dialogs.answer import AnswerDialog
from tui.ui.dialogs.trial import TrialDialog
from tui.ui.format import age
from tui.ui.keys import bindings
from tui.ui.screens.framed import FramedScreen
from tui.ui.screens.live import concerns
from tui.ui.widgets.gateway.gateway_tables import (
    PROVIDER_COLUMNS,
    ComboLine,
    combo_lines,
    combo_pieces,
    cost_text,
    latency_text,
    problem_first,
    provider_cells,
    provider_note,
)
from tui.ui.widgets.lists.row_list import RowList

_VERDICTS = {"ok": ("● all well", "$text-success"), "degraded": ("◐ degraded", "$text-warning")}
_VERDICTS |= {"down": ("✗ down", "$text-error"), "unknown": ("? unknown", "$dim")}


WIDE = 96
"""Columns from which cost, combos and latency stand side by side."""


class GatewayScreen(FramedScreen):
    """Health and breakers, combos, cost and latency of the gateway in use."""

    NAME = "Gateway"
    AREA = "gateway"
    BINDINGS = bindings("gateway")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - Textual declares it so
    DEFAULT_CSS = """
    GatewayScreen > .title { height: 2; width: 100%; padding: 1 2 0 2; }
    GatewayScreen > RowList { height: auto; max-height: 40%; min-height: 5; padding: 1 1 0 1; }
    GatewayScreen > .note { height: 4; width: 100%; padding: 1 2; }
    GatewayScreen > VerticalScroll { height: 1fr; width: 100%; background: $surface; }
    GatewayScreen > VerticalScroll { scrollbar-size-vertical: 1; scrollbar-background: $surface; }
    GatewayScreen .panels { height: auto; }
    GatewayScreen .panels > Static { width: 1fr; height: auto; padding: 1 2; }
    GatewayScreen .panels > RowList { width: 1fr; height: auto; padding: 1; background: $surface; }
    GatewayScreen.-narrow .panels { layout: vertical; }
    GatewayScreen.-narrow .panels > Static, GatewayScreen.-narrow .panels > RowList { width: 100%; }
    """

    def body(self) -> ComposeResult:
        self._title = Static("", classes="title", markup=False)
        self._table: RowList[ProviderHealth] = RowList(
            self._cells, key=lambda one: one.name, header=PROVIDER_COLUMNS.header
        )
        self._note = Static("", classes="note", markup=False)
        self._combos: RowList[ComboLine] = RowList(
            combo_pieces,
            key=lambda line: line.key,
            header=lambda _: [("Combos", "bold")],
            stops=lambda one: not one.number,
        )
        self._combos.empty = ([("None yet. A combo chains models;", "dim")], [("config.toml names them.", "dim")])
        self._cost, self._latency = Static("", markup=False), Static("", markup=False)
        yield self._title
        yield self._table
        yield self._note
        with VerticalScroll(), Horizontal(classes="panels"):
            yield self._combos
            yield self._cost
            yield self._latency

    def on_mount(self) -> None:
        self._table.focus()

    def on_resize(self) -> None:
        if self.is_current:
            self._show_panels()

    def draw(self, kinds: Kinds) -> None:
        if not concerns(kinds, GatewaySampled):
            return
        snapshot = self.state.gateway
        self._table.empty = (
            [("No providers yet.", "bold")],
            [("A key in the environment, such as ", "dim"), ("OPENAI_API_KEY", "code"), (", adds one;", "dim")],
            [("so does a local model server, or [[providers]] in config.toml.", "dim")],
        )
        self._table.show(problem_first(snapshot) if snapshot else [])
        self._show_title()
        self._show_panels()

    def tick(self) -> None:
        self._show_title()
        self._table.refresh()

    @on(RowList.Moved)
    def _moved(self) -> None:
        self._note.update(provider_note(self._table.item, self.engine.clock.wall()))

    def _cells(self, provider: ProviderHealth, width: int) -> list[tuple[str, str]]:
        sampled_at = self.state.gateway.at if self.state.gateway else 0.0
        return PROVIDER_COLUMNS.cells(provider_cells(provider, sampled_at, self.engine.clock.wall()), width)

    def _show_title(self) -> None:
        snapshot = self.state.gateway
        if snapshot is None:
            self._title.update(Content.styled("Gateway", "bold") + Content.styled("  has not reported yet", "$dim"))
            return
        word, style = _VERDICTS[snapshot.verdict]
        sampled = age(max(0.0, self.engine.clock.wall() - snapshot.at))
        self._title.update(
            Content.assemble(
                ("Gateway  ", "bold"), (snapshot.gateway, "$live"), "   ", (word, style), (f"   {sampled}", "$dim")
            )
        )

    def _show_panels(self) -> None:
        snapshot = self.state.gateway
        if snapshot is None:
            return
        width = max(20, min(60, (self.size.width // 3 if self.size.width >= WIDE else self.size.width) - 5))
        self._note.update(provider_note(self._table.item, self.engine.clock.wall()))
        self._combos.show(combo_lines(snapshot.combos, snapshot.providers))
        self._cost.update(cost_text(snapshot.spend, width))
        self._latency.update(latency_text(snapshot.latency, width))

    # --- what can be done

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        if event.rows is self._table:
            self._show_answers(event.item.name, ("provider", {"provider": event.item.name}))
        else:
            # Where a request would go now; with `auto` that is each step's score and what it is made of.
            combo: ComboSpec = event.item.combo
            where = [("simulate", {"model": combo.name})] if combo.enabled else []
            self._show_answers(combo.name, ("combo-metrics", {"combo": combo.name}), *where)

    def action_models(self) -> None:
        self._show_answers("Models", ("models", {}))

    def action_breaker(self, order: BreakerOrder) -> None:
        provider = self._table.item
        if provider:
            self.order(self.engine.gateway.order_breaker(provider.name, order))

    def action_hold(self) -> None:
        provider = self._table.item
        if provider:
            self.action_breaker("release" if provider.breaker.held else "hold")

    def action_switch(self) -> None:
        combo = self._combo_in_view()
        if combo:
            self.order(self.engine.gateway.operate("switch", {"combo": combo.name, "active": not combo.enabled}))

    def action_benchmark(self) -> None:
        combo = self._combo_in_view()
        if combo:
            self.app.push_screen(
                TrialDialog(combo.name, combo.steps, partial(self.engine.gateway.try_combo, combo.name))
            )

    @work(exclusive=True, group="default", exit_on_error=False)
    async def action_add(self) -> None:
        await add_provider(self)

    def _combo_in_view(self) -> ComboSpec | None:
        """The combo under the cursor once the list has the focus: nobody switches what they do not look at."""
        if not self._combos.has_focus:
            self._combos.focus()
            return None
        line = self._combos.item
        return line.combo if line else None

    def _show_answers(self, title: str, *questions: tuple[str, Mapping[str, Json]]) -> None:
        async def ask() -> Sequence[object]:
            return [await self.engine.gateway.operate(name, arguments) for name, arguments in questions]

        self.app.push_screen(AnswerDialog(clean_line(title), ask))
