"""How a request went, told by a LiteLLM proxy's own log beside what was decided and measured here. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from tui.domain.gateway_routing import AttemptRecord, ExplainAnswer
from tui.domain.ids import ComboName, ProviderName, RequestId
from tui.domain.money import Cost
from tui.domain.text import CleanText, clean_line
from tui.gateway.remote.litellm.spend import LoggedRequest


def explained(request_id: RequestId, rows: Sequence[LoggedRequest], here: ExplainAnswer | None) -> ExplainAnswer:
    """Returns why a request went as it did. `rows` are those of the log, at least one; the newest answered."""
    row = max(rows, key=lambda one: one.started or 0.0)
    cost = Cost(row.cost, "reported") if row.cost is not None else Cost.unknown()
    figures = {"cost": row.cost, "latency_ms": row.latency_ms, "candidates": None}
    told = ExplainAnswer(
        request_id=request_id,
        target=row.asked or row.group,
        combo=ComboName(row.asked or row.group),
        strategy=None,
        provider=ProviderName(row.provider) if row.provider else None,
        model=row.model or None,
        candidates=(),
        attempts=tuple(_attempt(one) for one in rows),
        fallbacks=(),
        cost=cost,
        latency_ms=row.latency_ms,
        explanation=in_one_sentence(row),
        at=row.started,
        unknown=tuple(name for name, value in figures.items() if value is None),
    )
    if here is None:
        return told
    return replace(told, target=here.target, attempts=here.attempts, at=here.at)


def in_one_sentence(row: LoggedRequest) -> CleanText:
    """Returns who served a request, after how many other tries."""
    server = row.model or row.group or "a deployment"
    tries = [
        f"{count} {what if count == 1 else plural}"
        for count, what, plural in ((row.retries, "retry", "retries"), (row.fallbacks, "fallback", "fallbacks"))
        if count
    ]
    took_over = f" for {row.asked}" if row.asked and row.asked != row.group else ""
    words = f"{server} in {row.group or '?'} answered{took_over}{' after ' + ' and '.join(tries) if tries else ''}"
    return clean_line(words if row.succeeded is not False else f"{server} failed: {row.error or 'no reason given'}")


def _attempt(row: LoggedRequest) -> AttemptRecord:
    return AttemptRecord(
        step=clean_line(f"{row.group}: {row.model}"),
        outcome="failed" if row.succeeded is False else "complete",
        reason=row.error,
        status=None,
        latency_ms=row.latency_ms,
        first_token_ms=row.first_token_ms,
        cost=Cost(row.cost, "reported") if row.cost is not None else Cost.unknown(),
        answer_id=row.id,
    )
