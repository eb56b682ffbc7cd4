"""Calls served to other agents as rows, what they come to, and whether the record is whole."""

from textual.content import Content

from tui.domain.audit import AuditEntry, AuditOutcome, AuditStats, AuditVerdict
from tui.domain.money import format_cost, format_usd
from tui.domain.text import clean_line
from tui.ui.format import age, duration, percent, plural, whole
from tui.ui.widgets.gateway.reading import Reading, freshness
from tui.ui.widgets.lists.columns import Column, Columns
from tui.ui.widgets.lists.detail import lines
from tui.ui.widgets.lists.ink import Piece

AUDIT_COLUMNS = Columns(
    Column("When", 10),
    Column("Caller", 16),
    Column("Tool", least=16),
    Column("Outcome", 11),
    Column("Took", 10, right=True, rank=1),
    Column("Cost", 10, right=True, rank=2),
    Column("Via", 5, rank=3),
    Column("No.", 6, right=True, rank=4),
)
_OUTCOMES: dict[AuditOutcome, Piece] = {
    "ok": ("✓ ok", "ok"),
    "failed": ("✗ failed", "bad"),
    "refused": ("○ refused", "warn"),
    "cancelled": ("– cancelled", "dim"),
    "begun": ("◌ running", "dim"),
    "unknown": ("? unknown", "warn"),
}
_STYLES = {"dim": "$dim", "warn": "$text-warning", "bad": "$text-error", "": ""}
TOOLS_SHOWN = 3


def audit_cells(entry: AuditEntry, now: float, width: int) -> list[Piece]:
    """Returns one row; `now` is the wall clock."""
    call = entry.call
    return AUDIT_COLUMNS.cells(
        [
            (age(max(0.0, now - call.at)), "dim"),
            (call.caller, "bold"),
            (call.tool, ""),
            _OUTCOMES[call.outcome],
            (duration(call.duration_ms), ""),
            (format_cost(call.cost), ""),
            (call.transport, "dim"),
            (str(entry.seq), "dim"),
        ],
        width,
    )


def audit_summary(stats: AuditStats | None, verdict: Reading[AuditVerdict], now: float) -> Content:
    """Returns two lines: the calls in figures, and what checking the record showed."""
    return lines([_figures(stats) if stats else Content(""), _verdict(verdict, now)])


def _figures(stats: AuditStats) -> Content:
    missing = "+?" if stats.unknown_costs else ""
    often = ", ".join(f"{clean_line(one.tool, 32)} {whole(one.calls)}" for one in stats.tools[:TOOLS_SHOWN])
    return Content.assemble(
        (plural(stats.calls, "call"), "bold"),
        f"   {percent(stats.success_rate)} ok   {whole(stats.refused)} refused   "
        f"{duration(stats.average_ms)} on average   {format_usd(stats.cost_microusd)}{missing}",
        (f"   {often}" if often else "", "$dim"),
    )


def _verdict(reading: Reading[AuditVerdict], now: float) -> Content:
    verdict = reading.answer
    if verdict is None:
        if reading.trouble:
            return Content.styled(f"✗ {reading.trouble}", "$text-error")
        return Content.assemble(("v", "$live"), (" checks whether the record is whole", "$dim"))
    told = [(f"   {text}", _STYLES.get(ink, "")) for text, ink in freshness(reading, now)]
    if verdict.whole:
        return Content.assemble(("● whole", "$text-success"), f": {plural(verdict.entries, 'row')} checked", *told)
    where = f" at no. {verdict.broken_at}" if verdict.broken_at is not None else ""
    return Content.assemble((f"✗ broken{where}", "$text-error"), f": {verdict.trouble}", *told)
