"""The gateway screen: views of who is well, what it costs, which way requests go and what is left, one at a time."""

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container

from tui.domain.errors import McpTuiError
from tui.domain.events import BreakerChanged, EngineReady, GatewaySampled
from tui.domain.state import State
from tui.domain.text import clean_line
from tui.engine import Engine
from tui.ui import keys
from tui.ui.adding_provider import add_provider
from tui.ui.bridge import Kinds
from tui.ui.dialogs.choice import Choice, ChoiceDialog
from tui.ui.keys import bindings
from tui.ui.screens.framed import FramedScreen
from tui.ui.screens.gateway_views.audit import AuditView
from tui.ui.screens.gateway_views.catalog import ModelsView
from tui.ui.screens.gateway_views.combos import CombosView
from tui.ui.screens.gateway_views.cost import CostView
from tui.ui.screens.gateway_views.health import HealthView
from tui.ui.screens.gateway_views.quota import QuotasView
from tui.ui.screens.gateway_views.route import RouteView
from tui.ui.screens.gateway_views.view import GatewayView
from tui.ui.screens.live import EVERYTHING, concerns
from tui.ui.widgets.frame.action_line import printed
from tui.ui.widgets.gateway.view_tabs import Tab, ViewTabs

VIEWS: tuple[type[GatewayView], ...] = (HealthView, CostView, CombosView, ModelsView, RouteView, QuotasView, AuditView)
WIDE = 110
"""Columns from which panels stand side by side."""
HIGH = 32
"""Rows from which there is room for blank lines."""


class GatewayScreen(FramedScreen):
    """The tabs, and below them the view that was chosen; a view is made when it is first looked at."""

    NAME = "Gateway"
    AREA = "gateway"
    BINDINGS = bindings("gateway")
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - Textual declares it so
    VERTICAL_BREAKPOINTS = [(0, "-low"), (HIGH, "-high")]  # noqa: RUF012
    DEFAULT_CSS = """
    GatewayScreen > #views { height: 1fr; width: 100%; }
    GatewayScreen.-low > ViewTabs { margin: 0 1 0 2; }
    GatewayScreen.-low CombosView > Detail > Static { padding: 0 2; }
    GatewayScreen.-low CostView > .plot-title { height: 1; padding: 0 2; }
    GatewayScreen.-low CostView > .forecast { padding: 0 2; }
    GatewayScreen.-low CostView > .summary { margin-top: 0; }
    GatewayScreen.-low CostView > RowList { height: 1fr; padding: 0 1; }
    GatewayScreen.-low CostView > SpendPlot { height: 1fr; }
    GatewayScreen.-low HealthView > .note { padding: 0 2; }
    GatewayScreen.-low ModelsView > .note { height: 2; padding: 0 2; }
    GatewayScreen.-low ModelsView > RowList { padding: 0 1; }
    GatewayScreen.-low QuotasView > .budget { padding: 0 2; }
    GatewayScreen.-low QuotasView > .note { height: 2; padding: 0 2; }
    GatewayScreen.-low RouteView Detail > Static { padding: 0 2; }
    GatewayScreen.-narrow HealthView .latency { display: none; }
    GatewayScreen.-narrow HealthView .latency-line { display: block; }
    """

    def __init__(self, engine: Engine, state: State) -> None:
        super().__init__(engine, state)
        self._views: dict[str, GatewayView] = {}
        self._current = VIEWS[0].AREA
        self._tabs = ViewTabs(_tabs())

    def body(self) -> ComposeResult:
        yield self._tabs
        with Container(id="views"):
            yield self._made(VIEWS[0])

    def on_mount(self) -> None:
        self._view.enter()

    def draw(self, kinds: Kinds) -> None:
        if concerns(kinds, GatewaySampled, EngineReady, BreakerChanged):
            self._show_tabs()
            if kinds is EVERYTHING or self._view.FOLLOWS_SAMPLES:
                self._view.draw()
            self._view.refresh_due()

    def tick(self) -> None:
        self._show_tabs()
        self._view.refresh_due()

    # --- views

    @property
    def _view(self) -> GatewayView:
        return self._views[self._current]

    def _made(self, kind: type[GatewayView]) -> GatewayView:
        self._views[kind.AREA] = kind(self.engine, self.state)
        return self._views[kind.AREA]

    @on(ViewTabs.Chosen)
    async def _tab_chosen(self, event: ViewTabs.Chosen) -> None:
        await self.action_view(event.name)

    async def action_view(self, name: str) -> None:
        if name == self._current:
            return
        self._view.display = False
        self._current = name
        if name not in self._views:
            kind = next(kind for kind in VIEWS if name == kind.AREA)
            await self.query_one("#views").mount(self._made(kind))
        self._view.display = True
        self._show_tabs()
        self._view.draw()
        self._view.refresh_due()
        self._view.enter()

    async def action_turn(self, by: int) -> None:
        names = [kind.AREA for kind in VIEWS]
        await self.action_view(names[(names.index(self._current) + by) % len(names)])

    def _show_tabs(self) -> None:
        self._tabs.show(self._current, self.state.gateway, self.engine.clock.wall())

    # --- what can be done wherever one looks

    def action_again(self) -> None:
        self._view.action_again()

    @work(exclusive=True, group="default", exit_on_error=False)
    async def action_add(self) -> None:
        await add_provider(self)
        self.action_again()

    @work(exclusive=True, group="default", exit_on_error=False)
    async def action_other(self) -> None:
        try:
            known = self.engine.gateway.known_gateways()
        except McpTuiError as error:
            self.refused(error)
            return
        choices = [
            Choice(
                one.name,
                clean_line(one.name),
                clean_line(one.url if one.kind == one.name else f"{one.kind}  {one.url}", 60),
            )
            for one in known
        ]
        current = next((one.name for one in known if one.in_use), "")
        chosen = await self.app.push_screen_wait(ChoiceDialog("Gateway", choices, current=current))
        if chosen and chosen != current:
            self.order(self.engine.gateway.use(chosen))


def _tabs() -> tuple[Tab, ...]:
    actions = {action.method: action for action in keys.actions("gateway")}
    found = ((kind.AREA, actions[f"view('{kind.AREA}')"]) for kind in VIEWS)
    return tuple(Tab(name, printed(action.keys), action.label) for name, action in found)
