"""The gateway in detail: providers and their breakers, combos, cost and latency, as rows and text."""

from collections.abc import Sequence

from textual.content import Content

from tui.domain.gateway import TRIPPED_BY_HAND, BreakerView, GatewaySnapshot, LatencyView, ProviderHealth
from tui.domain.text import clean_line
from tui.ui.format import UNKNOWN, age, duration, percent, plural, until, whole
from tui.ui.widgets.lists.columns import Column, Columns
from tui.ui.widgets.lists.detail import fact, heading, lines
from tui.ui.widgets.lists.ink import Piece, right_fit

BREAKERS = {
    "CLOSED": ("●", "CLOSED", "ok"),
    "OPEN": ("○", "OPEN", "bad"),
    "HALF_OPEN": ("◐", "HALF", "warn"),
    "DEGRADED": ("◑", "WEAK", "warn"),
    "UNKNOWN": ("?", "?", "dim"),
}
KEYS = {
    "ok": ("ok", "dim"),
    "none": ("not needed", "dim"),
    "missing": ("missing", "bad"),
    "cooling": ("cooling", "warn"),
    "expired": ("expired", "bad"),
    "credits_exhausted": ("no credits", "bad"),
    "unknown": ("?", "dim"),
}
WORST_FIRST = {"OPEN": 0, "HALF_OPEN": 1, "DEGRADED": 2, "UNKNOWN": 3, "CLOSED": 4}
_EIGHTHS = " ▁▂▃▄▅▆▇█"
CHART_ROWS = 3
FIGURE = 8
"""Cells of a figure in a column."""

PROVIDER_COLUMNS = Columns(
    Column("  Breaker", 9),
    Column("Provider", 14),
    Column("Failures", 8, right=True, rank=1),
    Column("Probe in", 8, right=True, rank=2),
    Column("Requests", 8, right=True, rank=4),
    Column("Errors", 6, right=True, rank=2),
    Column("p50", 7, right=True, rank=5),
    Column("p95", 7, right=True, rank=1),
    Column("p99", 7, right=True, rank=6),
    Column("Key", 10, rank=3),
    Column("Quota", rank=7, least=16),
)


def problem_first(snapshot: GatewaySnapshot) -> list[ProviderHealth]:
    """Returns the providers, those that need a look at the top."""
    return sorted(
        snapshot.providers, key=lambda one: (WORST_FIRST[one.breaker.state], KEYS[one.credential][1] == "dim")
    )


def provider_cells(provider: ProviderHealth, sampled_at: float, now: float) -> list[Piece]:
    """Returns one row of the providers' table."""
    breaker = provider.breaker
    sign, word, ink = BREAKERS[breaker.state]
    used = "" if provider.requests else "dim"
    key, key_ink = KEYS[provider.credential]
    failing = "bad" if breaker.failures else "dim"
    return [
        (f"{sign} {word}", ink),
        (clean_line(provider.name), "bold"),
        ("held" if breaker.held else _failures(breaker), "warn" if breaker.held else failing),
        (_probe(provider, sampled_at, now), ink if breaker.state != "CLOSED" else "dim"),
        (whole(provider.requests), used),
        (whole(provider.errors), "bad" if provider.errors else "dim"),
        *(
            ("–" if provider.requests == 0 else duration(ms), used if ms is not None else "dim")
            for ms in (provider.p50_ms, provider.p95_ms, provider.p99_ms)
        ),
        (key, key_ink),
        (provider.quota or UNKNOWN, "" if provider.quota else "dim"),
    ]


def failures_of(breaker: BreakerView) -> str:
    """Returns `2/5`: how many of the failures that open a breaker there were."""
    return f"{whole(breaker.failures)}/{whole(breaker.threshold)}"


def _failures(breaker: BreakerView) -> str:
    """A breaker that moved counts anew: what it counts while open says nothing of why it opened."""
    if breaker.state not in ("OPEN", "HALF_OPEN") or breaker.failures:
        return failures_of(breaker)
    return "by hand" if breaker.opened_because == TRIPPED_BY_HAND else "–"


def _probe(provider: ProviderHealth, sampled_at: float, now: float) -> str:
    breaker = provider.breaker
    if breaker.state == "HALF_OPEN":
        return plural(breaker.probes_in_flight, "probe")
    if breaker.state in ("CLOSED", "DEGRADED"):
        return "–"
    if breaker.seconds_to_probe is None:
        return UNKNOWN
    return until(breaker.seconds_to_probe - max(0.0, now - sampled_at))


def provider_note(provider: ProviderHealth | None, now: float) -> Content:
    """Returns in two lines why a provider is as it is."""
    if provider is None:
        return Content("")
    breaker = provider.breaker
    why = breaker.opened_because or _counted(breaker)
    last = provider.last_error or "no error seen"
    error: tuple[str | tuple[str, str], ...] = (
        ("last error  ", "$dim"),
        (last, "$text-error" if provider.last_error else "$dim"),
        "   ",
    )
    standing = (("quota  ", "$dim"), provider.quota or UNKNOWN, ("   models  ", "$dim"), _models(provider, now))
    return lines(
        [
            Content.assemble((clean_line(provider.name), "bold"), ("   breaker  ", "$dim"), why),
            # The error that opened the breaker stands in the line above.
            Content.assemble(*(() if last == why else error), *standing),
        ]
    )


def _counted(breaker: BreakerView) -> str:
    if breaker.calls is None:
        return f"{failures_of(breaker)} failures" if breaker.failures is not None else "failures not told"
    if not breaker.calls:
        return "no call in the window"
    return f"{whole(breaker.failures)} of {plural(breaker.calls, 'call')} in the window failed"


def _models(provider: ProviderHealth, now: float) -> str:
    if provider.models_listed_at is None:
        return f"{whole(provider.models)}, never listed"
    return f"{whole(provider.models)}, listed {age(max(0.0, now - provider.models_listed_at))}"


def latency_text(latency: LatencyView, width: int) -> Content:
    """Returns the latency of the last five minutes."""
    parts: list[Content | None] = [heading("Latency") + Content.styled("  last 5 min", "$dim")]
    for name, ms in (("p50", latency.p50_ms), ("p95", latency.p95_ms), ("p99", latency.p99_ms)):
        parts.append(fact(name, right_fit(duration(ms), FIGURE)))
    good = 1 - latency.errors / latency.requests if latency.requests else None
    parts += [
        fact("requests", right_fit(whole(latency.requests), FIGURE)),
        fact("errors", right_fit(whole(latency.errors), FIGURE), "$text-error" if latency.errors else ""),
        fact("fallbacks", right_fit(whole(latency.fallbacks), FIGURE)),
        fact("ok", right_fit(percent(good), FIGURE)),
    ]
    if latency.recent_ms:
        parts += [None, Content.styled(f"newest calls, peak {duration(max(latency.recent_ms))}", "$dim")]
        parts += chart(latency.recent_ms, width, "$user")
    return lines(parts)


def latency_line(latency: LatencyView) -> Content:
    """Returns the same in one line."""
    pieces: list[tuple[str, str] | str] = [("last 5 min  ", "$dim")]
    for name, ms in (("p50", latency.p50_ms), ("p95", latency.p95_ms), ("p99", latency.p99_ms)):
        pieces += [(f"{name} ", "$dim"), f"{duration(ms)}  "]
    pieces += [(f"{plural(latency.requests, 'request')}, ", "$dim"), (plural(latency.errors, "error"), "$dim")]
    return Content.assemble(*pieces)


def gauge(share: float, width: int) -> Content:
    """Returns a bar that is full at 1, with the share in figures."""
    cells = max(4, width - 7)
    filled = min(cells, round(share * cells))
    style = "$text-error" if share >= 1 else "$text-warning" if share >= 0.8 else "$live"
    return Content.assemble(("━" * filled, style), ("─" * (cells - filled), "$dim"), f" {percent(share):>6}")


def chart(values: Sequence[int], width: int, style: str) -> list[Content]:
    """Returns columns from zero to the greatest value, CHART_ROWS lines high, the newest at the right."""
    # Each value gets as many cells as there is room for, at most three.
    wide = max(1, min(3, width // max(1, len(values))))
    shown = [value for value in values[-max(1, width // wide) :] for _ in range(wide)]
    peak = max(shown, default=0) or 1
    heights = [max(1, round(value / peak * CHART_ROWS * 8)) if value else 0 for value in shown]
    rows = []
    for level in reversed(range(CHART_ROWS)):
        bars = "".join(_EIGHTHS[min(8, max(0, height - level * 8))] for height in heights)
        rows.append(Content.styled(bars.replace(" ", "▁") if level == 0 else bars, style))
    return rows
