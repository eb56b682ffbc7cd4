"""Health and breakers: who is well, who is not and why, what the breakers did, how quick it was."""

from collections.abc import Sequence
from functools import partial
from typing import get_args

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from tui.domain.gateway import BreakerOrder, ProviderHealth
from tui.domain.gateway_answers import HealthAnswer
from tui.domain.text import clean_line
from tui.ui.dialogs.answer import AnswerDialog
from tui.ui.keys import bindings
from tui.ui.screens.gateway_views.view import GatewayView, Question
from tui.ui.widgets.gateway.breaker_history import MOVE_COLUMNS, MoveRow, move_cells, move_rows
from tui.ui.widgets.gateway.gateway_tables import (
    PROVIDER_COLUMNS,
    latency_line,
    latency_text,
    problem_first,
    provider_cells,
    provider_note,
)
from tui.ui.widgets.gateway.reading import NOT_EXPOSED, Reading, unanswered
from tui.ui.widgets.lists.ink import Piece
from tui.ui.widgets.lists.row_list import RowList

LATENCY_WIDTH = 40
NO_PROVIDERS = (
    [("No providers yet.", "bold")],
    [("A key in the environment, such as ", "dim"), ("OPENAI_API_KEY", "code"), (", adds one;", "dim")],
    [("so does a local model server, or [[providers]] in config.toml.", "dim")],
)


class HealthView(GatewayView):
    """Providers, the problem first; below, the breakers' past and the latency of late."""

    AREA = "health"
    FOLLOWS_SAMPLES = True
    BINDINGS = bindings("health")
    DEFAULT_CSS = """
    HealthView > #providers { height: auto; max-height: 45%; min-height: 4; }
    HealthView > .note { height: auto; max-height: 8; padding: 1 2; }
    HealthView > .below { height: 1fr; }
    HealthView #moves { height: 1fr; width: 1fr; background: $surface; padding: 0 1; scrollbar-background: $surface; }
    HealthView .latency { width: 42; height: 100%; padding: 0 2; background: $surface; }
    HealthView .latency-line { height: 1; padding: 0 2; display: none; }
    """

    def body(self) -> ComposeResult:
        self._table: RowList[ProviderHealth] = RowList(
            self._cells, key=lambda one: one.name, header=PROVIDER_COLUMNS.header, id="providers"
        )
        self._table.empty = NO_PROVIDERS
        self._note = Static("", classes="note", markup=False)
        self._moves: RowList[MoveRow] = RowList(
            lambda row, width: move_cells(row, self.engine.clock.wall(), width),
            key=lambda row: row.key,
            header=MOVE_COLUMNS.header,
            id="moves",
        )
        self._latency = Static("", classes="latency", markup=False)
        self._line = Static("", classes="latency-line", markup=False)
        yield self._table
        yield self._note
        yield self._line
        with Horizontal(classes="below"):
            yield self._moves
            yield self._latency

    def questions(self) -> Sequence[Question]:
        return (Question("health", 5.0, partial(self.operate, "health")),)

    def twin(self) -> str:
        return "mcp-tui gateway health"

    def enter(self) -> None:
        self._table.focus()

    def draw(self) -> None:
        snapshot = self.state.gateway
        reading = self.reading("health", HealthAnswer)
        moves = move_rows(reading.answer)
        self._moves.empty = ([_no_moves(reading)],)
        self._moves.show(moves or [])
        if snapshot is None:
            return
        self._table.show(problem_first(snapshot))
        self._latency.update(latency_text(snapshot.latency, LATENCY_WIDTH - 2))
        self._line.update(latency_line(snapshot.latency))
        self._moved()

    def tick(self) -> None:
        self._table.refresh()
        self._moves.refresh()

    @on(RowList.Moved, "#providers")
    def _moved(self) -> None:
        note = provider_note(self._table.item, self.engine.clock.wall())
        notes = self.state.gateway.notes if self.state.gateway else ()
        self._note.update(Content("\n").join([note, *(Content.styled(one, "$text-warning") for one in notes)]))

    def _cells(self, provider: ProviderHealth, width: int) -> list[tuple[str, str]]:
        sampled_at = self.state.gateway.at if self.state.gateway else 0.0
        return PROVIDER_COLUMNS.cells(provider_cells(provider, sampled_at, self.engine.clock.wall()), width)

    # --- what can be done

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What the gateway would refuse for the chosen provider's breaker is not offered."""
        order = parameters[0] if action == "breaker" else action
        if order not in get_args(BreakerOrder):
            return True
        provider = self._table.item if self.children else None
        return provider is not None and order in provider.breaker_orders

    @on(RowList.Chosen, "#providers")
    def _show_provider(self, event: RowList.Chosen) -> None:
        async def ask() -> Sequence[object]:
            return [await self.operate("provider", {"provider": event.item.name})]

        self.app.push_screen(AnswerDialog(clean_line(event.item.name), ask))

    def action_breaker(self, order: BreakerOrder) -> None:
        provider = self._table.item
        if provider:
            self.order(self.engine.gateway.order_breaker(provider.name, order))

    def action_hold(self) -> None:
        provider = self._table.item
        if provider:
            self.action_breaker("release" if provider.breaker.held else "hold")


def _no_moves(reading: Reading[HealthAnswer]) -> Piece:
    if reading.answer is None:
        return unanswered(reading)
    if not reading.answer.providers:
        return "No provider, no breaker.", "dim"
    if all(one.moves is None for one in reading.answer.providers):
        return NOT_EXPOSED, "dim"
    return "No breaker has moved yet: each change will stand here with its reason.", "dim"
