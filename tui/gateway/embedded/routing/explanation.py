"""Explains a request from the decision that was stored with it, in this run or an earlier one."""

from collections.abc import Mapping
from typing import Any, cast, get_args

from tui.domain.completion import Outcome
from tui.domain.errors import UsageError
from tui.domain.gateway import Strategy
from tui.domain.gateway_routing import AttemptRecord, Candidate, ExplainAnswer, Factor
from tui.domain.ids import ComboName, ProviderName, RequestId
from tui.domain.messages import Json
from tui.domain.money import Cost, CostSource, MicroUsd
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.requests.sending import Sender
from tui.gateway.ports import GatewayStore

_SHOWN_IDS = 5


async def explain(request_id: str, sender: Sender, store: GatewayStore) -> ExplainAnswer:
    """Returns why a request went as it did. Raises UsageError naming recent ids, or StorageError."""
    document = await sender.decision(RequestId(request_id))
    if document is None:
        recent = ", ".join(await store.recent_decisions(_SHOWN_IDS))
        hint = f"The newest requests: {recent}." if recent else "No request was sent yet."
        raise UsageError(f"Nothing is known of a request {request_id!r}.", hint)
    return explanation(RequestId(request_id), document)


def explanation(request_id: RequestId, document: Mapping[str, Json]) -> ExplainAnswer:
    """Returns a stored decision as facts; what it does not hold is unknown."""
    provider, latency_ms = _word(document.get("provider")), _whole(document.get("latency_ms"))
    cost = _cost(document)
    figures = {"cost": cost.microusd, "latency_ms": latency_ms, "provider": provider}
    return ExplainAnswer(
        request_id=request_id,
        target=_line(document.get("target")),
        combo=ComboName(combo) if (combo := _word(document.get("combo"))) else None,
        strategy=_strategy(document.get("strategy")),
        provider=ProviderName(provider) if provider else None,
        model=_word(document.get("model")),
        candidates=(
            *(_candidate(one) for one in _objects(document.get("candidates"))),
            *(
                Candidate(_line(one.get("step")), taken=False, left_out=_line(one.get("reason")))
                for one in _objects(document.get("left_out"))
            ),
        ),
        attempts=tuple(_attempt(one) for one in _objects(document.get("attempts"))),
        fallbacks=tuple(
            (ProviderName(_line(one.get("provider"))), _line(one.get("reason")))
            for one in _objects(document.get("fallbacks"))
        ),
        cost=cost,
        latency_ms=latency_ms,
        explanation=_line(document.get("explanation")),
        refused=_line(document.get("refused")),
        at=_number(document.get("at")),
        unknown=tuple(name for name, value in figures.items() if value is None),
    )


def _candidate(one: Mapping[str, Any]) -> Candidate:
    return Candidate(
        step=_line(one.get("step")),
        taken=one.get("taken") is True,
        left_out=_line(one.get("left_out")),
        score=_number(one.get("score")),
        factors=tuple(
            Factor(
                _line(factor.get("name")),
                _number(factor.get("value")),
                _number(factor.get("weight")) or 0.0,
                _line(factor.get("fact")),
            )
            for factor in _objects(one.get("factors"))
        ),
    )


def _attempt(one: Mapping[str, Any]) -> AttemptRecord:
    outcome = one.get("outcome")
    return AttemptRecord(
        step=_line(one.get("step")),
        outcome=cast(Outcome, outcome) if outcome in get_args(Outcome) else "failed",
        reason=_line(one.get("reason")),
        status=_whole(one.get("status")),
        latency_ms=_whole(one.get("latency_ms")),
        first_token_ms=_whole(one.get("first_token_ms")),
        cost=_cost(one),
        answer_id=_line(one.get("answer_id")),
        served_by=_line(one.get("served_by")),
    )


def _cost(document: Mapping[str, Any]) -> Cost:
    amount, source = _whole(document.get("cost_microusd")), document.get("cost_source")
    if amount is None or source not in get_args(CostSource) or source == "unknown":
        return Cost.unknown()
    return Cost(MicroUsd(amount), cast(CostSource, source))


def _strategy(value: object) -> Strategy | None:
    return cast(Strategy, value) if value in get_args(Strategy) else None


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _line(value: object) -> CleanText:
    return clean_line(value) if isinstance(value, str) else CleanText("")


def _word(value: object) -> str | None:
    return _line(value) or None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
