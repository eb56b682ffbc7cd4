"""What OmniRoute's call log tells of one provider and of one request. Pure.

The log is the only page with single calls: percentiles, fallbacks and the way a request went are found from it.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

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
_WRITTEN_S = 0.25
"""How much later than its last word came here a call may be written down there."""
_MARGIN_S = 3.0
"""How far the two clocks may be apart: a call that only fits within it may be this request's, and is not claimed."""


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

    OmniRoute keeps no mark that both sides know: calls are claimed where model or combo and their time, from begin to
    end, fit this request and could not be another's. Else those that come near are only named.
    """
    own = replace(
        own, attempts=tuple(replace(one, served_by=clean_line(names.of(one.served_by), 120)) for one in own.attempts)
    )
    unknown = replace(own, unknown=(*own.unknown, CALLS_BEHIND))
    mine = [call for call in calls if (call.combo or call.requested) == target]
    during, near = _within(own, mine, 0.0), _within(own, mine, _MARGIN_S)
    if not near:
        return unknown
    said, each = own.explanation.removesuffix("."), _in_words(during or near, names, ", ")
    if not during:
        doubt = f"{said}. Likely, by model and near in time, though not within it: {each}."
        return replace(unknown, explanation=clean_line(doubt, 600))
    if not _one_request(own, during, names):
        doubt = f"{said}. Calls that fit by model and time, but may be another request's: {each}."
        return replace(unknown, explanation=clean_line(doubt, 600))
    way = _in_words(during, names, " → ")
    return replace(
        own,
        attempts=(*own.attempts, *(_attempt(call, names) for call in during)),
        fallbacks=(*own.fallbacks, *((names.of(call.provider), call.error) for call in during[:-1])),
        explanation=clean_line(f"{said}. Behind the gateway, matched by model and time: {way}.", 600),
    )


def _within(own: ExplainAnswer, calls: Sequence[Call], margin_s: float) -> list[Call]:
    """The calls that began and ended while a request ran, oldest first."""
    if own.at is None:
        return []
    began, ended = own.at - (own.latency_ms or 0) / 1_000 - margin_s, own.at + margin_s
    fit = [
        call
        for call in calls
        if call.at is not None and call.began is not None
        if began <= call.began <= ended and call.at <= ended + _WRITTEN_S
    ]
    return sorted(fit, key=lambda call: call.at or 0.0)


def _one_request(own: ExplainAnswer, calls: Sequence[Call], names: Names) -> bool:
    """Whether calls may be those of one request: one after another, ending with its first success as ours ended."""
    apart = all((one.at or 0.0) <= (after.began or 0.0) for one, after in pairwise(calls))
    by = next((one.served_by for one in reversed(own.attempts) if one.served_by), "")
    as_ours = calls[-1].ok == (own.provider is not None) and by in ("", names.of(calls[-1].provider))
    return apart and as_ours and not any(call.ok for call in calls[:-1])


def _in_words(calls: Sequence[Call], names: Names, between: str) -> str:
    return between.join(f"{names.of(call.provider)}/{call.model} ({call.status or '?'})" for call in calls)


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
