"""How a request went, told by OpenRouter's record of it beside what was decided and measured here. Pure.

Source: openrouter.ai/docs, `GET /api/v1/generation?id=`; tokens are counted there as the provider counted them.
"""

from dataclasses import dataclass, replace

from tui.domain.gateway_routing import AttemptRecord, ExplainAnswer
from tui.domain.ids import ProviderName, RequestId
from tui.domain.money import Cost, MicroUsd
from tui.domain.text import CleanText, clean_line
from tui.gateway.fields import Fields
from tui.gateway.remote.shapes import part_of


@dataclass(frozen=True, slots=True)
class Try:
    """One provider that OpenRouter asked."""

    provider: CleanText
    status: int | None
    latency_ms: int | None

    @property
    def succeeded(self) -> bool:
        """Whether it answered."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Generation:
    """OpenRouter's record of one answer."""

    id: CleanText
    model: CleanText
    provider: CleanText
    cost: MicroUsd | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    latency_ms: int | None
    generation_ms: int | None
    finish_reason: CleanText
    cancelled: bool
    router: CleanText
    """As `openrouter/auto`; empty where none chose the model."""
    tries: tuple[Try, ...]
    at: float | None
    """Wall clock."""


def generation_from(document: object) -> Generation | None:
    """Returns the record of a `/generation` document, None when it holds none. Raises ShapeError."""
    data = part_of("GET /v1/generation", document, "data")
    if not data.text("id"):
        return None
    return Generation(
        id=data.text("id"),
        model=data.text("model"),
        provider=data.text("provider_name"),
        cost=data.usd("total_cost"),
        input_tokens=data.count("native_tokens_prompt"),
        output_tokens=data.count("native_tokens_completion"),
        cached_tokens=data.count("native_tokens_cached"),
        reasoning_tokens=data.count("native_tokens_reasoning"),
        latency_ms=_ms(data, "latency"),
        generation_ms=_ms(data, "generation_time"),
        finish_reason=data.text("native_finish_reason") or data.text("finish_reason"),
        cancelled=data.flag("cancelled") is True,
        router=data.text("router"),
        tries=tuple(
            Try(one.text("provider_name") or CleanText("?"), one.count("status"), _ms(one, "latency"))
            for one in data.items("provider_responses")
        ),
        at=data.moment("created_at"),
    )


def explained(request_id: RequestId, record: Generation, here: ExplainAnswer | None) -> ExplainAnswer:
    """Returns why a request went as it did, by OpenRouter's record; what was asked for is what was decided here."""
    figures = {"cost": record.cost, "latency_ms": record.latency_ms, "provider": record.provider or None}
    told = ExplainAnswer(
        request_id=request_id,
        target=record.router or record.model,
        combo=None,
        strategy=None,
        provider=ProviderName(record.provider) if record.provider else None,
        model=record.model or None,
        candidates=(),
        attempts=tuple(_attempt(one) for one in record.tries),
        fallbacks=tuple(
            (ProviderName(one.provider), clean_line(f"answered {one.status}" if one.status else "did not answer"))
            for one in record.tries
            if not one.succeeded
        ),
        cost=Cost(record.cost, "reported") if record.cost is not None else Cost.unknown(),
        latency_ms=record.latency_ms,
        explanation=in_one_sentence(record),
        at=record.at,
        unknown=("candidates", *(name for name, value in figures.items() if value is None)),
    )
    if here is None:
        return told
    return replace(told, target=here.target, attempts=told.attempts or here.attempts, at=here.at)


def in_one_sentence(record: Generation) -> CleanText:
    """Returns who served a request, for how many tokens, how fast, and who was asked before."""
    server = record.provider or "a provider"
    failed = [one.provider for one in record.tries if not one.succeeded]
    words = f"{server} answered with {record.model or '?'}"
    words += f", chosen by {record.router}" if record.router else ""
    words += f", after {' and '.join(failed)} failed" if failed else ""
    words += f": {_tokens(record)}"
    if record.generation_ms is not None:
        words += f" in {record.generation_ms:,} ms"
    return clean_line(words + (", then it was cancelled" if record.cancelled else ""))


def _tokens(record: Generation) -> str:
    into = _count(record.input_tokens, "in") + (f" ({record.cached_tokens:,} cached)" if record.cached_tokens else "")
    out = _count(record.output_tokens, "out")
    out += f" ({record.reasoning_tokens:,} of them reasoning)" if record.reasoning_tokens else ""
    return f"tokens {into}, {out}"


def _count(tokens: int | None, where: str) -> str:
    return f"{'?' if tokens is None else format(tokens, ',')} {where}"


def _ms(fields: Fields, name: str) -> int | None:
    number = fields.number(name)
    return None if number is None or number < 0 else round(number)


def _attempt(one: Try) -> AttemptRecord:
    return AttemptRecord(
        step=one.provider,
        outcome="complete" if one.succeeded else "failed",
        reason=CleanText("") if one.succeeded else clean_line(f"answered {one.status}"),
        status=one.status,
        latency_ms=one.latency_ms,
        first_token_ms=None,
        # OpenRouter bills the answer, not each of its tries.
        cost=Cost.unknown(),
        served_by=one.provider,
    )
