"""What a step of a turn, or a JSON-RPC message, says in full."""

import json

from textual.content import Content

from tui.domain.events import FrameSeen
from tui.domain.money import format_cost
from tui.domain.text import clean
from tui.domain.transcript import ReplyEntry, ToolEntry
from tui.ui.format import byte_size, clock, clock_to_the_second, duration, tokens, whole
from tui.ui.widgets.lists.columns import Column, Columns
from tui.ui.widgets.lists.detail import fact, facts, heading, lines, paragraph
from tui.ui.widgets.lists.ink import Piece
from tui.ui.widgets.trace.waterfall import Bar, TurnTrace

FRAME_COLUMNS = Columns(
    Column("Time", 8, rank=3),
    Column("Server", 14),
    Column("  Message", least=24),
    Column("Id", 8, right=True, rank=2),
    Column("Size", 7, right=True, rank=1),
)
_MAX_CHARACTERS = 8_000


def frame_cells(frame: FrameSeen, width: int) -> list[Piece]:
    """Draws one JSON-RPC message."""
    sent = frame.direction == "sent"
    ink = "bad" if frame.label.startswith("error") else "live" if sent else ""
    cells: list[Piece] = [
        (clock_to_the_second(frame.at), "dim"),
        (frame.server, "dim"),
        (f"{'→' if sent else '←'} {frame.label}", ink),
        (frame.request_id, "dim"),
        (byte_size(frame.size), "dim"),
    ]
    return FRAME_COLUMNS.cells(cells, width)


def frame_text(frame: FrameSeen | None) -> Content:
    """Returns a message's preview, indented when it is whole JSON."""
    if frame is None:
        return Content("")
    try:
        shown = clean(json.dumps(json.loads(frame.preview), ensure_ascii=False, indent=2), _MAX_CHARACTERS)
    except (ValueError, RecursionError):
        shown = frame.preview
    way = "sent to" if frame.direction == "sent" else "received from"
    head = Content.assemble((f"{way} {frame.server}  ", "$dim"), (frame.label, "bold"))
    cut = "" if frame.size <= len(frame.preview.encode()) else f"   {byte_size(frame.size)}, shortened"
    return lines([head + Content.styled(cut, "$dim"), paragraph(shown, "$code")])


def turn_cells(trace: TurnTrace) -> list[Piece]:
    """Returns the cells of one turn in the list of turns."""
    took = duration(trace.duration_s * 1000) if trace.bars else ""
    return [
        (clock(trace.at), "dim"),
        (trace.prompt or "–", ""),
        (whole(len(trace.bars)), "dim"),
        ("running" if trace.running else took, "warn" if trace.running else ""),
        (trace.costs, "dim"),
    ]


def bar_text(bar: Bar | None) -> Content:
    """Returns what is known about one bar."""
    if bar is None:
        return Content("")
    return _attempt(bar.entry) if isinstance(bar.entry, ReplyEntry) else _call(bar.entry)


def _attempt(entry: ReplyEntry) -> Content:
    usage, cost = entry.usage, entry.cost
    counted = f"{tokens(usage.input_tokens)} in, {tokens(usage.output_tokens)} out" if usage else "?"
    if usage and usage.estimated:
        counted += " (estimated)"
    parts: list[Content | None] = [
        Content.assemble(
            (f"{entry.provider}/{entry.model}", "bold"), (f"   {entry.combo}" if entry.combo else "", "$dim")
        ),
        fact("outcome", entry.outcome or "still answering", "$text-error" if entry.outcome == "failed" else ""),
        *facts((("failure", entry.failure or ""), ("reason", entry.reason))),
        fact("first token", duration(entry.first_token_ms)),
        fact("whole", duration(entry.latency_ms)),
        fact("tokens", counted),
        fact("cost", f"{format_cost(cost)} {cost.source}" if cost else "?"),
    ]
    if entry.superseded:
        parts.append(paragraph("The gateway went on after this attempt; the next one counts.", "$dim"))
    return lines(parts)


def _call(entry: ToolEntry) -> Content:
    result = entry.result
    parts: list[Content | None] = [
        Content.assemble((f"{entry.server}.{entry.tool}", "bold")),
        fact(
            "outcome",
            result.outcome if result else entry.state,
            "$text-error" if result and result.outcome != "ok" else "",
        ),
        *facts((("duration", duration(result.duration_ms) if result else ""),)),
        *facts((("result", f"{byte_size(result.size)}, {tokens(entry.result_tokens)} tokens" if result else ""),)),
        None,
        heading("Arguments"),
        paragraph(clean(entry.arguments_json, 4_000), "$code"),
    ]
    if result and result.text:
        parts += [None, heading("Result"), paragraph(clean(result.text, _MAX_CHARACTERS))]
    return lines(parts)
