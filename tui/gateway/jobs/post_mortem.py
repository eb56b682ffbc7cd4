"""Says why a request went where it went, and how those who had a part in it stand now."""

from collections.abc import Iterator

from tui.domain.errors import McpTuiError, UsageError
from tui.domain.gateway_jobs import PostMortemAnswer, ProviderSince
from tui.domain.gateway_routing import AttemptRecord, ExplainAnswer
from tui.domain.ids import ProviderName
from tui.domain.money import format_usd
from tui.domain.text import CleanText, clean_line
from tui.gateway.contract import Gateway


async def post_mortem(gateway: Gateway, request_id: str = "") -> PostMortemAnswer:
    """Explains a request, the newest one when none is named. Raises UsageError when there is none."""
    explained = await gateway.explain(request_id or await _newest(gateway))
    names = dict.fromkeys(ProviderName(attempt.step.partition("/")[0]) for attempt in explained.attempts)
    standing = [since for name in names if (since := await _since(gateway, name))]
    return PostMortemAnswer(explained.request_id, tuple(findings(explained)), explained, tuple(standing))


async def _newest(gateway: Gateway) -> str:
    known = await gateway.known_values("request_id")
    if not known:
        raise UsageError("No request was stored yet.", "Send one first, then ask again.")
    return known[0]


async def _since(gateway: Gateway, provider: ProviderName) -> ProviderSince | None:
    try:
        seen = await gateway.provider(provider, "hour")
    except McpTuiError:  # what is known of the request is told also where nobody says how its providers are now
        return None
    figures = seen.figures
    return ProviderSince(
        provider, seen.breaker.state, figures.success_rate, figures.p95_ms, figures.requests, seen.last_error
    )


def findings(explained: ExplainAnswer) -> Iterator[CleanText]:
    """Yields what can be said of a request, one sentence each, in the order in which it happened."""
    way = f"chain {explained.combo} ({explained.strategy or 'strategy unknown'})" if explained.combo else "one model"
    yield clean_line(f"{explained.target} was asked for: {way}.")
    tried = {attempt.step for attempt in explained.attempts}
    for candidate in explained.candidates:
        if candidate.left_out and candidate.step not in tried:
            yield clean_line(f"{candidate.step} was not taken: {candidate.left_out.removesuffix('.')}.")
    answered = False
    for number, attempt in enumerate(explained.attempts, start=1):
        # A request ends with its first answer: what follows is what that answer's gateway did for it.
        yield clean_line(_attempted("Behind it" if answered else f"Attempt {number}", attempt))
        answered = answered or attempt.outcome == "complete"
    if explained.refused:
        yield clean_line(f"The gateway itself ended it: {explained.refused.removesuffix('.')}.")
    yield _ending(explained)


def _attempted(which: str, attempt: AttemptRecord) -> str:
    took = "" if attempt.latency_ms is None else f" after {attempt.latency_ms:,} ms"
    if attempt.outcome == "complete":
        return f"{which}, {attempt.step}: answered{took}."
    status = f" (HTTP {attempt.status})" if attempt.status else ""
    reason = attempt.reason.removesuffix(".") or "no reason told"
    return f"{which}, {attempt.step}: {attempt.outcome}{took}{status}: {reason}."


def _ending(explained: ExplainAnswer) -> CleanText:
    if explained.provider is None:
        return CleanText("Nobody answered it.")
    cost = f"It cost {format_usd(explained.cost.microusd)} ({explained.cost.source})"
    took = "" if explained.latency_ms is None else f" and took {explained.latency_ms:,} ms"
    fell = f" after {len(explained.fallbacks)} fallback(s)" if explained.fallbacks else ""
    return clean_line(f"{explained.provider}/{explained.model or '?'} answered{fell}. {cost}{took}.")
