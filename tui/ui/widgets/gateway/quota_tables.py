"""What is left: for each credential as a row, of each budget as a gauge."""

from textual.content import Content

from tui.domain.gateway_accounts import BudgetAnswer, BudgetLine, QuotaView
from tui.domain.money import format_usd
from tui.domain.text import clean_line
from tui.ui.format import UNKNOWN, age, duration, percent, plural, tokens
from tui.ui.widgets.gateway.gateway_tables import KEYS, gauge
from tui.ui.widgets.lists.columns import Column, Columns
from tui.ui.widgets.lists.detail import heading, lines
from tui.ui.widgets.lists.ink import Piece

QUOTA_COLUMNS = Columns(
    Column("Provider", 14),
    Column("Key from", least=14, rank=2),
    Column("Key", 10),
    Column("Left", 16),
    Column("Requests", 13, right=True, rank=3),
    Column("Tokens", 13, right=True, rank=1),
    Column("Resets in", 10, right=True, rank=4),
    Column("Credits", 11, right=True, rank=5),
    Column("Told", 10, right=True, rank=6),
)
BAR = 10
_STATUS = {
    "ok": ("● kept", "$text-success"),
    "near": ("◐ nearly used up", "$text-warning"),
    "exceeded": ("✗ used up", "$text-error"),
    "unlimited": ("no limit", "$dim"),
    "unknown": ("? unknown", "$dim"),
}


def quota_cells(quota: QuotaView, width: int) -> list[Piece]:
    """Returns one row of the table."""
    key, ink = KEYS[quota.health]
    limit, credit = quota.rate_limit, quota.credits
    told = min((one.age_s for one in (limit, credit) if one and one.age_s is not None), default=None)
    return QUOTA_COLUMNS.cells(
        [
            (clean_line(quota.provider), "bold"),
            (quota.credential, "dim"),
            (key, ink),
            _left(quota.remaining),
            _of(limit.remaining_requests if limit else None, limit.limit_requests if limit else None),
            _of(limit.remaining_tokens if limit else None, limit.limit_tokens if limit else None),
            (UNKNOWN, "dim") if not limit or limit.reset_in_s is None else (duration(limit.reset_in_s * 1_000), ""),
            (format_usd(credit.remaining_microusd) if credit else "$?", "" if credit else "dim"),
            (age(told), "dim"),
        ],
        width,
    )


def _left(share: float | None) -> Piece:
    if share is None:
        return UNKNOWN, "dim"
    full = min(BAR, round(share * BAR))
    ink = "bad" if share <= 0 else "warn" if share < 0.2 else "ok"
    return f"{'━' * full}{'─' * (BAR - full)} {percent(share):>5}", ink


def _of(left: int | None, whole: int | None) -> Piece:
    if left is None and whole is None:
        return UNKNOWN, "dim"
    return (tokens(left) if whole is None else f"{tokens(left)}/{tokens(whole)}"), ""


def quota_note(quota: QuotaView | None) -> Content:
    """Returns why a credential is as it is, and what nobody tells of it."""
    if quota is None:
        return Content("")
    parts: list[tuple[str, str]] = [(f"{clean_line(quota.provider)}   ", "bold")]
    reason_style = "$dim" if KEYS[quota.health][1] == "dim" else "$text-error"
    for text, style in ((quota.reason, reason_style), (quota.trouble, "$text-warning")):
        if text:
            parts.append((f"{text}   ", style))
    if quota.credits and quota.credits.source:
        parts.append((f"credits from {quota.credits.source}   ", "$dim"))
    if quota.unknown:
        parts.append((f"not told: {', '.join(name.replace('_', ' ') for name in quota.unknown)}", "$dim"))
    return Content.assemble(*parts)


def budget_text(budget: BudgetAnswer, width: int) -> Content:
    """Returns the budget in force, a gauge for each limit."""
    then = f"{budget.action} beyond it" + (f" to {budget.degrade_to} models" if budget.action == "degrade" else "")
    by_hand = "set by hand" if budget.set_by_hand else "as configured"
    parts: list[Content | None] = [
        heading("Budget") + Content.assemble("   ", _STATUS[budget.status], (f"   {then}, {by_hand}", "$dim"))
    ]
    parts += [_budget_line(line, width) for line in budget.lines]
    if budget.turn_limit_microusd is not None:
        parts.append(Content.styled(f"a turn may cost {format_usd(budget.turn_limit_microusd)}", "$dim"))
    if budget.unknown_calls:
        parts.append(
            Content.styled(f"without {plural(budget.unknown_calls, 'call')} of unknown price", "$text-warning")
        )
    return lines(parts)


def _budget_line(line: BudgetLine, width: int) -> Content:
    name, spent = Content.styled(f"{line.scope:<9}", "bold"), format_usd(line.spent_microusd)
    if line.limit_microusd is None:
        return name + Content.assemble(f"{spent} spent", ("   no limit", "$dim"))
    aside = f", {format_usd(line.reserved_microusd)} set aside" if line.reserved_microusd else ""
    words = f"   {spent} of {format_usd(line.limit_microusd)}{aside}, {format_usd(line.remaining_microusd)} left"
    if line.spent_microusd is None or not line.limit_microusd:
        return name + Content(words)
    return name + gauge(line.spent_microusd / line.limit_microusd, max(12, min(40, width - 68))) + Content(words)
