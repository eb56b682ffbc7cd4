"""The gateway at a glance, drawn as one widget: providers and breakers, cost, latency, quota."""

import textwrap
from collections.abc import Sequence

from textual import events

from tui.domain.gateway import GatewaySnapshot, ProviderHealth
from tui.domain.money import format_cost, format_usd
from tui.domain.text import clean_line
from tui.ui import keys
from tui.ui.format import age, duration, percent, plural, whole
from tui.ui.widgets.frame.status_bar import countdown
from tui.ui.widgets.gateway.gateway_tables import BREAKERS, WORST_FIRST, failures_of
from tui.ui.widgets.lists.ink import InkedWidget, Piece, Row, fit, right_fit

_BARS = "▁▂▃▄▅▆▇█"
_CREDENTIALS = {
    "missing": "no key",
    "cooling": "cooling down",
    "expired": "key expired",
    "credits_exhausted": "credits used up",
}
_BLANK = Row()
MOST_NOTES, LINES_OF_A_NOTE = 3, 4


class GatewayRail(InkedWidget, can_focus=True):
    """Shows a snapshot; drawn again only when a line changes."""

    DEFAULT_CSS = """
    GatewayRail { background: $surface; padding: 1 2; width: 36; }
    GatewayRail:focus { background: $surface; }
    """
    BINDINGS = keys.bindings("list", only=("cursor_down", "cursor_up", "first", "last", "page_down", "page_up"))

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._snapshot: GatewaySnapshot | None = None
        self._now = 0.0
        self._rows: list[Row] = []
        self._top = 0

    def show(self, snapshot: GatewaySnapshot | None, now: float) -> None:
        """Takes the newest snapshot; `now` is the wall clock in seconds, for ages and countdowns."""
        self._snapshot, self._now = snapshot, now
        if not self.is_on_screen or not self.size.width:
            return
        rows = self._build()
        if rows != self._rows:
            self._rows = rows
            self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self._rows = self._build()
        self._scroll(0)

    def row(self, y: int, width: int) -> Row:
        index = y + self._top
        return self._rows[index] if index < len(self._rows) else _BLANK

    def action_cursor_down(self) -> None:
        self._scroll(1)

    def action_cursor_up(self) -> None:
        self._scroll(-1)

    def action_page_down(self) -> None:
        self._scroll(self.size.height // 2)

    def action_page_up(self) -> None:
        self._scroll(-self.size.height // 2)

    def action_first(self) -> None:
        self._scroll(-len(self._rows))

    def action_last(self) -> None:
        self._scroll(len(self._rows))

    def on_mouse_scroll_down(self) -> None:
        self._scroll(2)

    def on_mouse_scroll_up(self) -> None:
        self._scroll(-2)

    def _scroll(self, lines: int) -> None:
        last = max(0, len(self._rows) - self.size.height)
        self._top = min(last, max(0, self._top + lines))
        self.refresh()

    def _build(self) -> list[Row]:
        width = self.size.width
        if self._snapshot is None:
            return _empty("Nothing reported yet.")
        snapshot = self._snapshot
        title: list[Piece] = [("Gateway ", "bold"), (snapshot.gateway, "live")]
        rows = [Row(title, _verdict(snapshot)), _BLANK]
        rows += _providers(snapshot, self._now, width)
        rows += _cost(snapshot, width)
        rows += _latency(snapshot, width)
        return rows + _quota(snapshot) + _notes(snapshot, width)


def _empty(text: str) -> list[Row]:
    return [
        Row([("Gateway", "bold")]),
        _BLANK,
        Row([(text, "dim")]),
        _BLANK,
        Row([("Providers, breakers, cost and", "dim")]),
        Row([("latency appear here.", "dim")]),
    ]


def _verdict(snapshot: GatewaySnapshot) -> list[Piece]:
    if snapshot.verdict in ("ok", "unknown"):
        return []
    return [(snapshot.verdict, "bad" if snapshot.verdict == "down" else "warn")]


def _providers(snapshot: GatewaySnapshot, now: float, width: int) -> list[Row]:
    rows = [Row([("Providers", "bold")], [(age(max(0.0, now - snapshot.at)), "dim")])]
    if not snapshot.providers:
        return [
            *rows,
            Row([("None yet.", "dim")]),
            Row([("A key in the environment, such as", "dim")]),
            Row([("OPENAI_API_KEY", "code"), (", adds one.", "dim")]),
            _BLANK,
        ]
    for provider in sorted(snapshot.providers, key=lambda each: WORST_FIRST[each.breaker.state]):
        rows += _provider(provider, snapshot, now, width)
    return [*rows, _BLANK]


def _provider(provider: ProviderHealth, snapshot: GatewaySnapshot, now: float, width: int) -> list[Row]:
    sign, word, ink = BREAKERS[provider.breaker.state]
    name_width = max(8, width - 22)
    left: list[Piece] = [
        (f"{sign} ", ink),
        (fit(clean_line(provider.name), name_width), "" if word == "CLOSED" else "bold"),
        (" ", ""),
        (fit(word, 7), ink if word == "CLOSED" else f"{ink} bold"),
    ]
    rows = [Row(left, _provider_figure(provider, snapshot, now))]
    note = _trouble(provider)
    if note:
        rows.append(Row([("  ", ""), (fit(note, width - 2).rstrip(), "dim")]))
    return rows


def _trouble(provider: ProviderHealth) -> str:
    """What is wrong, in one line: the key, failures of the threshold, the newest error; empty when nothing is."""
    breaker = provider.breaker
    parts = [_CREDENTIALS[provider.credential]] if provider.credential in _CREDENTIALS else []
    if breaker.failures:
        parts.append(f"{failures_of(breaker)} failed")
    if breaker.failures or breaker.state != "CLOSED":
        parts.append(breaker.opened_because or provider.last_error)
    return clean_line(" · ".join(part for part in parts if part))


def _provider_figure(provider: ProviderHealth, snapshot: GatewaySnapshot, now: float) -> list[Piece]:
    if provider.breaker.state == "OPEN":
        return [(countdown(provider, snapshot, now).strip(), "bad")]
    if provider.breaker.state == "HALF_OPEN":
        probes = provider.breaker.probes_in_flight
        return [(f"{probes} probe" if probes == 1 else f"{probes} probes", "dim")]
    if provider.breaker.held:
        return [("held closed", "warn")]
    return [("unused", "dim")] if provider.requests == 0 else [("p95 ", "dim"), (f"{duration(provider.p95_ms):>6}", "")]


def _cost(snapshot: GatewaySnapshot, width: int) -> list[Row]:
    spend = snapshot.spend
    rows = [Row([("Cost", "bold")], [("today ", "dim"), (format_usd(spend.today_microusd), "")])]
    if spend.per_minute_microusd:
        bars = sparkline(spend.per_minute_microusd, width - 6)
        rows.append(Row([(bars, "live")], [("$/min", "dim")]))
    session: list[Piece] = [("session ", "dim"), (format_cost(spend.session_cost), "bold")]
    rows.append(Row(session, [(spend.source or "", "dim")]))
    if spend.unknown_calls:
        rows.append(Row([(f"without {plural(spend.unknown_calls, 'call')} of unknown price", "warn")]))
    if spend.limit_microusd and spend.session_microusd is not None:
        rows += _limit(spend.session_microusd, spend.limit_microusd, spend.action, width)
    return [*rows, _BLANK]


def _limit(spent: int, limit: int, action: str, width: int) -> list[Row]:
    share = spent / limit
    ink = "bad" if share >= 1 else "warn" if share >= 0.8 else "live"
    room = width - 6
    full = min(room, max(1 if spent else 0, round(share * room)))
    bar: list[Piece] = [("━" * full, ink), ("─" * (room - full), "dim")]
    return [
        Row(bar, [(percent(share), ink if share >= 0.8 else "dim")]),
        Row([(f"{action} at ", "dim"), (format_usd(limit), "")]),
    ]


def _latency(snapshot: GatewaySnapshot, width: int) -> list[Row]:
    latency = snapshot.latency
    rows = [Row([("Latency", "bold")], [("last 5 min", "dim")])]
    if not latency.requests:
        return [*rows, Row([("No calls in the last five minutes.", "dim")]), _BLANK]
    figures: list[Piece] = []
    for name, value in (("p50", latency.p50_ms), ("p95", latency.p95_ms), ("p99", latency.p99_ms)):
        figures += [(f"{name} ", "dim"), (fit(_seconds(value), 6), "")]
    rows.append(Row(figures, [("s", "dim")]))
    if latency.recent_ms:
        rows.append(Row([(sparkline(latency.recent_ms, width), "user")]))
    good = 1 - latency.errors / latency.requests
    left: list[Piece] = [("requests ", "dim"), (fit(whole(latency.requests), 5), "")]
    left += [("errors ", "dim"), (whole(latency.errors), "bad" if latency.errors else "")]
    rows.append(Row(left, [("ok ", "dim"), (percent(good), "")]))
    return [*rows, _BLANK]


def _seconds(ms: int | None) -> str:
    return "?" if ms is None else f"{ms / 1000:.1f}" if ms >= 100 else f"{ms / 1000:.2f}"


def _quota(snapshot: GatewaySnapshot) -> list[Row]:
    if not snapshot.providers:
        return []
    rows = [Row([("Quota", "bold")])]
    for provider in snapshot.providers:
        known: Piece = (clean_line(provider.quota), "") if provider.quota else ("not told", "dim")
        rows.append(Row([(fit(clean_line(provider.name), 14), "dim"), known]))
    return rows


def _notes(snapshot: GatewaySnapshot, width: int) -> list[Row]:
    """What to know of these figures, such as witnesses that disagree; the Gateway screen has all of it."""
    rows: list[Row] = []
    for note in snapshot.notes[:MOST_NOTES]:
        rows += [_BLANK, *(Row([(line, "warn")]) for line in textwrap.wrap(note, max(10, width))[:LINES_OF_A_NOTE])]
    left = len(snapshot.notes) - MOST_NOTES
    return [*rows, Row([(f"and {plural(left, 'more note')}", "dim")])] if left > 0 else rows


def sparkline(values: Sequence[int], width: int) -> str:
    """Returns the newest `width` values as bars from zero to the greatest, at the right end of `width` cells."""
    shown = values[-width:]
    greatest = max(shown, default=0)
    if greatest <= 0:
        return right_fit(_BARS[0] * len(shown), width)
    top = len(_BARS) - 1
    return right_fit("".join(_BARS[round(value * top / greatest)] for value in shown), width)
