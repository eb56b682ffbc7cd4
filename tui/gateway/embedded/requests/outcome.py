"""How a request ended, in one fact for the chat."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from tui.domain.completion import ChatRequest, ReplyEnded, RouteTaken, Usage
from tui.domain.ids import ProviderName, RequestId
from tui.domain.money import OverBudget, total_cost
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.requests.attempt import Attempt
from tui.gateway.embedded.resilience.failures import consequence
from tui.gateway.embedded.routing.router import Plan
from tui.gateway.upstream.events import Done

_WITHOUT_A_WAY = CleanText(
    "Choose another model. A provider that refused is asked again after a reset on the Gateway screen (5)."
)


class Travelled(Protocol):
    """A request that went its way."""

    @property
    def id(self) -> RequestId: ...
    @property
    def request(self) -> ChatRequest: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def began(self) -> float: ...
    @property
    def attempts(self) -> Sequence[Attempt]: ...
    @property
    def left_behind(self) -> Sequence[tuple[ProviderName, CleanText]]: ...
    @property
    def refusal(self) -> Done | None: ...
    @property
    def over_budget(self) -> OverBudget | None: ...


def reply_ended(journey: Travelled, parts: Parts) -> ReplyEnded:
    """Returns the last fact of a request. The cost is that of all its attempts, the usage that of the one told of."""
    best = best_attempt(journey.attempts)
    end = _end(journey, best, parts)
    return ReplyEnded(
        request_id=journey.id,
        outcome=end.outcome,
        failure=end.failure,
        reason=end.reason,
        hint=end.hint,
        text=end.text,
        # Calls that were cut off go along: each must be answered, with an error, before a model reads on.
        tool_calls=(*end.tool_calls, *end.truncated_calls),
        finish_reason=end.finish_reason,
        usage=best.usage if best else Usage(),
        cost=total_cost(attempt.cost for attempt in journey.attempts),
        route=RouteTaken(
            request_id=journey.id,
            provider=best.step.provider if best else None,
            model=best.step.model if best else None,
            combo=journey.plan.combo,
            fallbacks=tuple(journey.left_behind),
        ),
        extras=end.extras,
        retry_in_s=None if end.outcome == "complete" else _retry_in_s(journey, parts),
        over_budget=journey.over_budget if end.failure == "budget" else None,
    )


def best_attempt(attempts: Sequence[Attempt]) -> Attempt | None:
    """Returns the attempt that is told of: the last, unless it left nothing and an earlier one a part of an answer."""
    if not attempts:
        return None
    if attempts[-1].end.outcome == "complete":
        return attempts[-1]
    telling = [attempt for attempt in attempts if attempt.end.text or attempt.end.tool_calls]
    return (telling or attempts)[-1]


def _end(journey: Travelled, best: Attempt | None, parts: Parts) -> Done:
    if journey.refusal:
        text = best.end.text if best else CleanText("")
        return replace(journey.refusal, outcome="partial" if text else "failed", text=text)
    if best is None:
        return _no_route(journey, parts)
    end = best.end
    if end.failure and consequence(end.failure, end.status).fallback:
        return replace(end, hint=_with_retry_time(end.hint, _retry_in_s(journey, parts)))
    return end


def _no_route(journey: Travelled, parts: Parts) -> Done:
    left_out = journey.plan.left_out
    reasons = "; ".join(f"{one.step}: {one.reason}" for one in left_out[:5])
    if len(left_out) > 5:
        reasons += f"; and {len(left_out) - 5} more"
    if not reasons:
        reasons = "; ".join(f"{provider}: {reason}" for provider, reason in journey.left_behind) or "nothing to try"
    target = journey.request.target or "a model"
    hint = _with_retry_time(CleanText(""), _retry_in_s(journey, parts)) or _WITHOUT_A_WAY
    return Done("failed", "no-route", clean_line(f"No way to {target} is open. {reasons}", 1_000), hint)


def _retry_in_s(journey: Travelled, parts: Parts) -> float | None:
    return parts.health.retry_in_s(parts.catalog.route(journey.request.target))


def _with_retry_time(hint: CleanText, retry_in_s: float | None) -> CleanText:
    if retry_in_s is None:
        return hint
    return CleanText(f"{hint} The next try is possible in {max(1, round(retry_in_s))} s.".strip())
