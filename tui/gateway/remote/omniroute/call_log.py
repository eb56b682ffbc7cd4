"""What OmniRoute's call log tells of one provider and of one request. Pure.

The log is the only page with single calls: percentiles, fallbacks and the way a request went are found from it.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tui.domain.gateway_figures import CallFigures, CostFigures, Window
from tui.domain.gateway_routing import AttemptRecord, ExplainAnswer
from tui.domain.ids import ProviderName
from tui.domain.money import Cost
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.providers.meter import percentile
from tui.gateway.remote.omniroute.names import Names
from tui.gateway.remote.omniroute.use_pages import Call

WINDOW_S: dict[Window, float] = {"hour": 3_600.0, "day": 86_400.0, "week": 604_800.0, "month": 2_592_000.0}
CALLS_BEHIND = "calls behind the gateway"
"""What of a request is unknown where its calls over there cannot be told apart."""
_MARGIN_S = 3.0
"""How far the two clocks, and the moments at which both sides write a call down, may be apart."""


def figures(calls: Sequence[Call], cost: CostFigures | None) -> CallFigures:
    """Returns how some calls went."""
    good = [call for call in calls if call.ok]
    durations = sorted(call.duration_ms for call in good if call.duration_ms is not None)
    return CallFigures(
        requests=len(calls),
        successes=len(good),
        errors=len(calls) - len(good),
        cancelled=None,
        fallbacks=None,
        average_ms=round(math.fsum(durations) / len(durations)) if durations else None,
        p50_ms=percentile(durations, 50),
        p95_ms=percentile(durations, 95),
        p99_ms=percentile(durations, 99),
        cost=cost or CostFigures(None, len(calls), None, None, None),
    )


def failures(calls: Sequence[Call]) -> dict[str, int]:
    """Returns failed calls by their status."""
    return dict(Counter(f"status {call.status}" if call.status else "no status" for call in calls if not call.ok))


def of_provider(calls: Sequence[Call], provider: ProviderName, names: Names, since: float) -> list[Call]:
    """Returns a provider's calls since a moment (wall clock), newest first."""
    own = [call for call in calls if names.of(call.provider) == provider]
    return [call for call in own if call.at is None or call.at >= since]


def covers(calls: Sequence[Call], since: float, most: int) -> bool:
    """Whether the log as it was read reaches back to `since`: it is cut after `most` rows."""
    oldest = min((call.at for call in calls if call.at is not None), default=None)
    return len(calls) < most or (oldest is not None and oldest <= since)


def explained(own: ExplainAnswer, calls: Sequence[Call], names: Names, target: str) -> ExplainAnswer:
    """Returns what this program knows of a request, with the calls behind the gateway that it became.

    OmniRoute keeps no mark that both sides know: calls are matched by the model asked for and the time, which is said.
    Where more than one request fits, they are only named, since some of them are another's.
    """
    unknown = replace(own, unknown=(*own.unknown, CALLS_BEHIND))
    if own.at is None:
        return unknown
    began = own.at - (own.latency_ms or 0) / 1_000 - _MARGIN_S
    mine = [call for call in calls if call.at is not None and began <= call.at <= own.at + _MARGIN_S]
    mine = sorted((call for call in mine if target in (call.combo, call.requested)), key=lambda call: call.at or 0.0)
    if not mine:
        return unknown
    each = [f"{names.of(call.provider)}/{call.model} ({call.status or '?'})" for call in mine]
    if any(call.ok for call in mine[:-1]):
        # A request ends with its first success.
        doubt = f"{own.explanation} More than one request behind the gateway fits by model and time: {', '.join(each)}."
        return replace(unknown, explanation=clean_line(doubt, 600))
    words = f"{own.explanation} Behind the gateway, matched by model and time: {' → '.join(each)}."
    return replace(
        own,
        attempts=(*own.attempts, *(_attempt(call, names) for call in mine)),
        fallbacks=(*own.fallbacks, *((names.of(call.provider), call.error) for call in mine[:-1] if not call.ok)),
        explanation=clean_line(words, 600),
    )


def _attempt(call: Call, names: Names) -> AttemptRecord:
    return AttemptRecord(
        step=clean_line(f"{names.of(call.provider)}/{call.model}"),
        outcome="complete" if call.ok else "failed",
        reason=CleanText("") if call.ok else call.error or clean_line(f"status {call.status}"),
        status=call.status,
        latency_ms=call.duration_ms,
        first_token_ms=None,
        cost=Cost.unknown(),
    )
