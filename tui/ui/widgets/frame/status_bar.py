"""The top line: where chats go, how full the window is, what was spent, who is well; figures keep their column."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from tui.domain.gateway import GatewaySnapshot, ProviderHealth
from tui.domain.money import format_usd
from tui.domain.state import State
from tui.domain.text import clean_line
from tui.ui.format import duration, percent, session_cost_text, until
from tui.ui.widgets.lists.ink import InkedWidget, Piece, Row

GAP = "    "
NARROW_GAP = "  "


@dataclass(frozen=True, slots=True)
class _Cell:
    """A group of pieces that keeps at least `width` cells; groups of low rank give way first when space is short."""

    rank: int
    pieces: tuple[Piece, ...]
    width: int = 0
    shorter: "_Cell | None" = None
    """What it gives way to; without one it goes."""

    @property
    def cells(self) -> int:
        return max(self.width, sum(cell_len(text) for text, _ in self.pieces))


_NAME = _Cell(1, (("mcp-tui", "live bold"),))
_NOTHING = _Cell(0, ())


class StatusBar(InkedWidget):
    """One line over the whole width."""

    DEFAULT_CSS = """
    StatusBar { dock: top; height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """

    def __init__(self, profile: str) -> None:
        super().__init__()
        self._profile = profile
        self._cells: tuple[_Cell, ...] = (_NAME,)

    def show(self, state: State, now: float) -> None:
        """Takes the figures; `now` is the wall clock, for countdowns."""
        servers, trouble = _servers(state), _trouble(state.gateway, now)
        cells = (
            _NAME,
            _Cell(0, ((clean_line(self._profile, 16), "dim"),)),
            _Cell(8, _route(state)),
            _Cell(7, _context(state), 8),
            _Cell(8, _spend(state.gateway), 14),
            _Cell(2, (*servers, (" servers", servers[0][1])), 13, _Cell(5, servers)) if servers else _NOTHING,
            _Cell(4, trouble, shorter=_Cell(6, _trouble(state.gateway, None))),
            _Cell(3, _latency(state.gateway), 10),
        )
        if cells != self._cells:
            self._cells = cells
            self.refresh()

    def row(self, y: int, width: int) -> Row:
        cells, gap = [cell for cell in self._cells if cell.pieces], GAP
        if _needed(cells, gap) > width:
            gap = NARROW_GAP
        while len(cells) > 1 and _needed(cells, gap) > width:
            least = min(range(len(cells)), key=lambda place: cells[place].rank)
            cells[least : least + 1] = [shorter] if (shorter := cells[least].shorter) else []
        left: list[Piece] = []
        for cell in cells:
            used = sum(cell_len(text) for text, _ in cell.pieces)
            left += [*cell.pieces, (" " * (cell.cells - used) + gap, "")]
        return Row(left[:-1])


def _needed(cells: Sequence[_Cell], gap: str) -> int:
    return sum(cell.cells for cell in cells) + len(gap) * (len(cells) - 1)


def _route(state: State) -> tuple[Piece, ...]:
    if not state.ready:
        return (("starting …", "dim"),)
    if not state.target:
        return (("no model", "warn"), (" ctrl+t chooses one", "dim"))
    if state.reached and state.reached != state.target:
        return ((clean_line(state.target, 24), ""), (" → ", "dim"), (clean_line(state.reached, 40), "live"))
    return ((clean_line(state.target, 48), "live"),)


def _context(state: State) -> tuple[Piece, ...]:
    if not state.context_tokens:
        return (("ctx ", "dim"), ("?", ""))
    share = state.context_used / state.context_tokens
    ink = "bad" if share > 0.9 else "warn" if share > 0.75 else ""
    return (("ctx ", "dim"), (f"{percent(share):>4}", ink))


def _spend(gateway: GatewaySnapshot | None) -> tuple[Piece, ...]:
    if gateway is None:
        return (("$?", "dim"),)
    spend = gateway.spend
    pieces: tuple[Piece, ...] = ((session_cost_text(spend), "bold"),)
    if spend.limit_microusd is not None:
        pieces += ((f" of {format_usd(spend.limit_microusd).removesuffix('.00')}", "dim"),)
    return pieces


def _servers(state: State) -> tuple[Piece, ...]:
    wanted = [status for status in state.servers.values() if status.state != "disabled"]
    if not wanted:
        return ()
    ready = sum(status.state == "ready" for status in wanted)
    failed = any(status.state == "failed" for status in wanted)
    sign, ink = ("●", "ok") if ready == len(wanted) else ("✗", "bad") if failed and not ready else ("◐", "warn")
    if ready and failed:
        sign, ink = "●", "ok"
    return ((f"{sign} {ready}/{len(wanted)}", ink),)


def _trouble(gateway: GatewaySnapshot | None, now: float | None) -> tuple[Piece, ...]:
    """The worst provider whose breaker is not closed; without `now` no countdown."""
    providers = gateway.providers if gateway else ()
    for provider in providers:
        if provider.breaker.state == "OPEN":
            left = "" if now is None else countdown(provider, gateway, now)
            return ((f"○ {clean_line(provider.name, 20)} OPEN{left}", "bad"),)
    for provider in providers:
        if provider.breaker.state == "HALF_OPEN":
            return ((f"◐ {clean_line(provider.name, 20)} HALF", "warn"),)
    return ()


def countdown(provider: ProviderHealth, gateway: GatewaySnapshot | None, now: float) -> str:
    """Returns ` 41 s` until the next probe, ticking between samples; empty when unknown."""
    seconds = provider.breaker.seconds_to_probe
    if seconds is None or gateway is None:
        return ""
    return f" {until(seconds - max(0.0, now - gateway.at))}"


def _latency(gateway: GatewaySnapshot | None) -> tuple[Piece, ...]:
    if gateway is None:
        return ()
    return (("p95 ", "dim"), (f"{duration(gateway.latency.p95_ms):>6}", ""))
