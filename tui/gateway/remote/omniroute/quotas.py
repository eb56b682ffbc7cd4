"""What is left for OmniRoute's connections. Pure."""

from tui.domain.gateway_accounts import QuotaView
from tui.domain.text import CleanText, clean_line
from tui.gateway.remote.omniroute.account_pages import QuotaRow
from tui.gateway.remote.omniroute.seeing import Seen


def quota_view(row: QuotaRow, seen: Seen, now: float) -> QuotaView:
    """Returns what is left for one connection at `now` (wall clock).

    One that cools down after failures is told over there as if its quota of 100 were used up.
    """
    wait_s = max(0.0, (row.resets_at or now) - now)
    left = None if row.rests else row.remaining
    if row.rests and wait_s:
        reason = clean_line(f"rests for {wait_s:.0f} s after failures; its quota is not told")
    else:
        reason = CleanText("") if left is None else clean_line(f"{left:.0%} left")
    return QuotaView(
        provider=seen.sight.names.of(row.provider),
        credential=row.name,
        health="cooling" if row.rests and wait_s else row.health,
        reason=reason,
        unknown=("quota",) if left is None else (),
    )
