"""A turn as a waterfall: attempts and tool calls as bars on one time axis."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len

from tui.domain.ids import TurnId
from tui.domain.messages import Json, TextPart
from tui.domain.money import format_cost, format_usd
from tui.domain.text import CleanText, clean, clean_line
from tui.domain.transcript import AnyEntry, NoticeEntry, ReplyEntry, ToolEntry, UserEntry
from tui.ui.format import byte_size, duration, tokens
from tui.ui.widgets.lists.ink import Piece, fit, right_fit

LABEL_WIDTH = 28
FIGURES_WIDTH = 27
Mark = Literal["ok", "failed", "running", "cut"]
_SIGNS: dict[Mark, tuple[str, str]] = {
    "ok": ("✓", "ok"),
    "failed": ("✗", "bad"),
    "running": ("◐", "warn"),
    "cut": ("◌", "warn"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One attempt or one call; times are seconds of the wall clock."""

    key: str
    kind: Literal["attempt", "call"]
    label: CleanText
    began: float
    ended: float | None
    """None while it runs."""
    first_token: float | None
    mark: Mark
    figures: CleanText
    entry: ReplyEntry | ToolEntry


@dataclass(frozen=True, slots=True)
class TurnTrace:
    """One turn: what was asked and the bars, in the order they began."""

    turn_id: TurnId
    at: float
    prompt: CleanText
    bars: tuple[Bar, ...]
    notices: tuple[NoticeEntry, ...]

    @property
    def duration_s(self) -> float:
        """From the question to the last end that is known."""
        return max([0.0, *((bar.ended or bar.began) - self.at for bar in self.bars)])

    @property
    def cost_microusd(self) -> int | None:
        """The sum of the attempts' costs; None when one of them is unknown."""
        costs = [bar.entry.cost for bar in self.bars if isinstance(bar.entry, ReplyEntry)]
        known = [cost.microusd for cost in costs if cost is not None and cost.microusd is not None]
        return sum(known) if costs and len(known) == len(costs) else None

    @property
    def costs(self) -> str:
        """The price in words; `+?` when an attempt's price is unknown."""
        costs = [bar.entry.cost for bar in self.bars if isinstance(bar.entry, ReplyEntry)]
        known = [cost.microusd for cost in costs if cost is not None and cost.microusd is not None]
        if not known:
            return format_usd(None) if costs else ""
        sign = "~" if any(cost and cost.source == "estimated" for cost in costs) else ""
        return sign + format_usd(sum(known)) + ("" if len(known) == len(costs) else "+?")

    @property
    def running(self) -> bool:
        """Whether something still runs."""
        return any(bar.ended is None for bar in self.bars)


def traces(entries: Iterable[AnyEntry]) -> list[TurnTrace]:
    """Returns the turns of a transcript, newest first."""
    turns: dict[TurnId, list[AnyEntry]] = {}
    for entry in entries:
        if entry.turn_id is not None:
            turns.setdefault(entry.turn_id, []).append(entry)
    return [_trace(turn_id, parts) for turn_id, parts in reversed(turns.items())]


def _trace(turn_id: TurnId, entries: list[AnyEntry]) -> TurnTrace:
    steps = [one for one in entries if isinstance(one, ReplyEntry | ToolEntry)]
    bars = [_attempt(one) if isinstance(one, ReplyEntry) else _call(one) for one in steps]
    asked = next((one for one in entries if isinstance(one, UserEntry)), None)
    prompt = " ".join(part.text for part in asked.parts if isinstance(part, TextPart)) if asked else ""
    at = asked.at if asked else min((bar.began for bar in bars), default=0.0)
    notices = tuple(one for one in entries if isinstance(one, NoticeEntry))
    return TurnTrace(turn_id, at, clean_line(prompt, 300), tuple(bars), notices)


def _attempt(entry: ReplyEntry) -> Bar:
    first, latency = entry.first_token_ms, entry.latency_ms
    usage = entry.usage
    mark: Mark = "running" if entry.streaming else "ok" if entry.outcome == "complete" else "failed"
    if entry.outcome in ("partial", "cancelled"):
        mark = "cut"
    figures = f"{tokens(usage.input_tokens)} in {tokens(usage.output_tokens)} out" if usage else ""
    cost = format_cost(entry.cost) if entry.cost else ""
    return Bar(
        key=entry.key,
        kind="attempt",
        label=CleanText(f"{entry.provider}/{entry.model}"),
        began=entry.at,
        ended=None if entry.streaming else entry.at + (latency or 0) / 1000,
        first_token=None if first is None else entry.at + first / 1000,
        mark=mark,
        figures=clean_line(f"{figures} {cost}" if entry.outcome != "failed" else (entry.failure or "failed")),
        entry=entry,
    )


def _call(entry: ToolEntry) -> Bar:
    result = entry.result
    began = entry.at if entry.started_at is None else entry.started_at
    mark: Mark = "running" if result is None else "ok" if result.outcome == "ok" else "failed"
    if result is not None and result.outcome == "cancelled":
        mark = "cut"
    figures = f"{byte_size(result.size)} +{tokens(entry.result_tokens)} tok" if result else entry.state
    return Bar(
        key=entry.key,
        kind="call",
        label=CleanText(f"{clean_line(entry.server)}.{entry.tool}" if entry.server else entry.tool),
        began=began,
        ended=None if result is None else began + result.duration_ms / 1000,
        first_token=None,
        mark=mark,
        figures=clean_line(figures),
        entry=entry,
    )


def axis(trace: TurnTrace | None, now: float, width: int) -> list[Piece]:
    """Draws the time axis above the bars: zero, the middle and the end."""
    if trace is None or (cells := _bar_cells(trace, width)) < 12:
        return []
    span = _span(trace, now)
    half = cells // 2
    middle, end = duration(span * 500), duration(span * 1000)
    if cell_len(middle) > cells - half - 9:
        middle = ""
    scale = fit("0", half) + fit(middle, cells - half - 8) + right_fit(end, 8)
    return [(" " * (_label_cells(trace) + 2), ""), (scale, "")]


def bar_cells(bar: Bar, trace: TurnTrace, now: float, width: int) -> list[Piece]:
    """Draws one line: sign, label, bar, duration and figures."""
    sign, ink = _SIGNS[bar.mark]
    cells = _bar_cells(trace, width)
    ended = now if bar.ended is None else bar.ended
    took = duration(max(0.0, ended - bar.began) * 1000)
    label_ink = "bold" if bar.kind == "attempt" else ""
    pieces: list[Piece] = [(f"{sign} ", ink), (fit(bar.label, _label_cells(trace)), label_ink)]
    if cells > 3:
        pieces += _drawn(bar, trace, ended, now, cells)
    return [*pieces, (right_fit(took, 9), ink if bar.mark == "running" else ""), ("  ", ""), (bar.figures, "dim")]


def _drawn(bar: Bar, trace: TurnTrace, ended: float, now: float, cells: int) -> list[Piece]:
    span = _span(trace, now)

    def column(at: float) -> int:
        return max(0, min(cells, round((at - trace.at) / span * cells)))

    start = min(column(bar.began), cells - 1)
    stop = max(start + 1, column(ended))
    ink = {"failed": "bad", "cut": "warn", "running": "warn"}.get(bar.mark, "live" if bar.kind == "attempt" else "code")
    if bar.kind == "call" or bar.first_token is None:
        body: list[Piece] = [("━" * (stop - start), ink)]
    else:
        # What comes before the first token is waiting, drawn thin.
        first = max(start, min(stop - 1, column(bar.first_token)))
        body = [("─" * (first - start), "dim"), ("━" * (stop - first), ink)]
    return [(" " * start, ""), *body, (" " * (cells - stop), "")]


def _label_cells(trace: TurnTrace) -> int:
    return min(LABEL_WIDTH, max((cell_len(bar.label) for bar in trace.bars), default=0))


def _bar_cells(trace: TurnTrace, width: int) -> int:
    return width - _label_cells(trace) - FIGURES_WIDTH - 13


def _span(trace: TurnTrace, now: float) -> float:
    return max(0.001, (now - trace.at) if trace.running else trace.duration_s)


def document(trace: TurnTrace, frames: Iterable[Json]) -> Json:
    """Returns a turn and its JSON-RPC messages as one JSON value; unknown figures are null."""
    return {
        "turn_id": trace.turn_id,
        "at": trace.at,
        "prompt": trace.prompt,
        "duration_ms": round(trace.duration_s * 1000),
        "cost_microusd": trace.cost_microusd,
        "steps": [_step(bar) for bar in trace.bars],
        "notices": [{"at": one.at, "severity": one.severity, "text": one.text} for one in trace.notices],
        "frames": list(frames),
    }


def _step(bar: Bar) -> Json:
    times = {"began": bar.began, "ended": bar.ended}
    entry = bar.entry
    if isinstance(entry, ToolEntry):
        result = entry.result
        return {
            "kind": "call",
            "server": entry.server,
            "tool": entry.tool,
            "arguments": _parsed(entry.arguments_json),
            "outcome": result.outcome if result else None,
            "duration_ms": result.duration_ms if result else None,
            "bytes": result.size if result else None,
            "result_tokens": entry.result_tokens if result else None,
            **times,
        }
    usage = entry.usage
    return {
        "kind": "attempt",
        "provider": entry.provider,
        "model": entry.model,
        "combo": entry.combo or None,
        "outcome": entry.outcome,
        "failure": entry.failure,
        "reason": entry.reason,
        "superseded": entry.superseded,
        "first_token_ms": entry.first_token_ms,
        "latency_ms": entry.latency_ms,
        "input_tokens": usage.input_tokens if usage else None,
        "output_tokens": usage.output_tokens if usage else None,
        "cost_microusd": entry.cost.microusd if entry.cost else None,
        **times,
    }


def _parsed(text: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return clean(text)
