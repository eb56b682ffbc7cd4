"""The gateway screen: who is well, what it cost, how quick it was, which way requests go."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.domain.events import GatewaySampled
from tui.domain.gateway import ProviderHealth
from tui.ui.bridge import Kinds
from tui.ui.format import age
from tui.ui.screens.framed import FramedScreen
from tui.ui.screens.live import concerns
from tui.ui.widgets.gateway_tables import (
    PROVIDER_COLUMNS,
    combos_text,
    cost_text,
    latency_text,
    problem_first,
    provider_cells,
    provider_note,
)
from tui.ui.widgets.row_list import RowList

_VERDICTS = {"ok": ("● all well", "$text-success"), "degraded": ("◐ degraded", "$text-warning")}
_VERDICTS |= {"down": ("✗ down", "$text-error"), "unknown": ("? unknown", "$dim")}


class GatewayScreen(FramedScreen):
    """Health and breakers, combos, cost and latency of the gateway in use."""

    NAME = "Gateway"
    AREA = "gateway"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (96, "-wide")]  # noqa: RUF012 - Textual declares it so
    DEFAULT_CSS = """
    GatewayScreen > .title { height: 2; width: 100%; padding: 1 2 0 2; }
    GatewayScreen > RowList { height: auto; max-height: 40%; min-height: 5; padding: 1 1 0 1; }
    GatewayScreen > .note { height: 4; width: 100%; padding: 1 2; }
    GatewayScreen > VerticalScroll { height: 1fr; width: 100%; background: $surface; }
    GatewayScreen > VerticalScroll { scrollbar-size-vertical: 1; scrollbar-background: $surface; }
    GatewayScreen .panels { height: auto; }
    GatewayScreen .panels > Static { width: 1fr; height: auto; padding: 1 2; }
    GatewayScreen.-narrow .panels { layout: vertical; }
    GatewayScreen.-narrow .panels > Static { width: 100%; }
    """

    def body(self) -> ComposeResult:
        self._title = Static("", classes="title", markup=False)
        self._table: RowList[ProviderHealth] = RowList(
            self._cells, key=lambda one: one.name, header=PROVIDER_COLUMNS.header
        )
        self._note = Static("", classes="note", markup=False)
        self._combos, self._cost, self._latency = (Static("", markup=False) for _ in range(3))
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
        self._note.update(provider_note(self._table.item))

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
        width = max(20, min(60, (self.size.width // 3 if self.has_class("-wide") else self.size.width) - 5))
        self._note.update(provider_note(self._table.item))
        self._combos.update(combos_text(snapshot.combos, snapshot.providers))
        self._cost.update(cost_text(snapshot.spend, width))
        self._latency.update(latency_text(snapshot.latency, width))
