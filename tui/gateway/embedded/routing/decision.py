"""Why a request went the way it did, as the document that is stored for it and read by `explain`."""

from collections.abc import Sequence

from tui.domain.clock import Clock
from tui.domain.gateway_routing import Factor
from tui.domain.messages import Json
from tui.domain.money import format_usd, total_cost
from tui.gateway.embedded.requests.attempt import Attempt
from tui.gateway.embedded.requests.outcome import Travelled, best_attempt
from tui.gateway.embedded.routing.strategies import Ranked


def decision_document(journey: Travelled, clock: Clock) -> dict[str, Json]:
    """Returns candidates with factors, places left out, every attempt, fallbacks, actual cost and latency."""
    plan, best = journey.plan, best_attempt(journey.attempts)
    cost = total_cost(attempt.cost for attempt in journey.attempts)
    return {
        "target": plan.target,
        "combo": plan.combo,
        "strategy": plan.strategy,
        "task": journey.request.task,
        "provider": best.step.provider if best else None,
        "model": best.step.model if best else None,
        "explanation": in_one_sentence(journey),
        "candidates": [_candidate(ranked, journey.attempts, best) for ranked in plan.ranking],
        "left_out": [{"step": one.step, "reason": one.reason, "retry_in_s": one.retry_in_s} for one in plan.left_out],
        "attempts": [_attempt(attempt) for attempt in journey.attempts],
        "fallbacks": [{"provider": provider, "reason": reason} for provider, reason in journey.left_behind],
        "refused": journey.refusal.reason if journey.refusal else None,
        "cost_microusd": cost.microusd,
        "cost_source": cost.source,
        "latency_ms": round((clock.monotonic() - journey.began) * 1_000),
        "at": clock.wall(),
    }


def in_one_sentence(journey: Travelled) -> str:
    """Returns why a request ended where it did."""
    plan, best = journey.plan, best_attempt(journey.attempts)
    if best is None:
        reason = journey.refusal.reason if journey.refusal else "no place was open"
        return f"Nothing was sent: {reason}"
    first = plan.ranking[0] if plan.ranking else None
    if first is None or best.step != first.standing.step:
        left = "; ".join(f"{provider}: {reason}" for provider, reason in journey.left_behind)
        return f"{best.step} took over: {left}"
    if plan.combo is None:
        return f"{best.step} was asked for by name"
    return f"{best.step} by {plan.strategy}: {first.why}"


def _candidate(ranked: Ranked, attempts: Sequence[Attempt], best: Attempt | None) -> dict[str, Json]:
    step = ranked.standing.step
    taken = best is not None and best.step == step
    tried = next((attempt for attempt in reversed(attempts) if attempt.step == step), None)
    lost = "" if taken else f"tried: {tried.end.reason}" if tried else ranked.why
    return {
        "step": str(step),
        "taken": taken,
        "why": ranked.why,
        "left_out": lost,
        "score": ranked.score,
        "cost_estimate": format_usd(ranked.standing.cost_microusd),
        "factors": [_factor(factor) for factor in ranked.factors],
    }


def _factor(factor: Factor) -> dict[str, Json]:
    return {"name": factor.name, "value": factor.value, "weight": factor.weight, "fact": factor.fact}


def _attempt(attempt: Attempt) -> dict[str, Json]:
    return {
        "step": str(attempt.step),
        "outcome": attempt.end.outcome,
        "failure": attempt.end.failure,
        "reason": attempt.end.reason,
        "status": attempt.end.status,
        "latency_ms": attempt.latency_ms,
        "first_token_ms": attempt.first_token_ms,
        "cost_microusd": attempt.cost.microusd,
        "cost_source": attempt.cost.source,
        "served_by": attempt.end.served_by,
        "answer_id": attempt.end.answer_id,
    }
