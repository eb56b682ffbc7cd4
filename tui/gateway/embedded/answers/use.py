"""What was done: one provider over a window, and the session so far."""

from collections.abc import Mapping
from types import MappingProxyType

from tui.domain.gateway import ProviderSpec
from tui.domain.gateway_accounts import BudgetAnswer, ProviderAnswer, QuotaView, Ranked, SessionAnswer
from tui.domain.gateway_figures import CostFigures, Window
from tui.domain.text import clean_line
from tui.domain.usage import Selection
from tui.gateway.embedded.answers.cost import by_model, by_provider, dearest_first, history_of, unknown_figures
from tui.gateway.embedded.answers.health import in_words
from tui.gateway.embedded.parts import Parts

WINDOW_S: Mapping[Window, float] = MappingProxyType(
    {"hour": 3_600.0, "day": 86_400.0, "week": 7 * 86_400.0, "month": 30 * 86_400.0}
)
BUSIEST = 5


async def provider(spec: ProviderSpec, window: Window, quota: QuotaView, parts: Parts) -> ProviderAnswer:
    """Returns how a provider did. Raises StorageError or NotExposedError."""
    history = history_of(parts)
    record = await history.attempts(Selection(parts.clock.wall() - WINDOW_S[window], provider=spec.name))
    last = record.last_failure or await history.last_failure(spec.name)
    return ProviderAnswer(
        provider=spec.name,
        window=window,
        figures=record.figures,
        failures=record.failures,
        breaker=parts.health.view(spec.name),
        quota=quota,
        last_error=parts.meter.last_error(spec.name) or in_words(last),
        last_error_at=last.at if last else None,
        unknown=(*unknown_figures(record.figures), *quota.unknown),
    )


async def session(parts: Parts, budget: BudgetAnswer, started: float) -> SessionAnswer:
    """Returns the session so far; `started` is the wall clock of this run's start. Raises as `provider` does."""
    history = history_of(parts)
    record = await history.requests(Selection(session_id=parts.session_id))
    rows = await history.spent_in_session(parts.session_id)
    began = min(started, record.first_at or started)
    models = [(f"{provider}/{model}", part) for (provider, model), part in dearest_first(rows, by_model)]
    return SessionAnswer(
        session_id=parts.session_id,
        started=began,
        duration_s=max(0.0, parts.clock.wall() - began),
        figures=record.figures,
        models=_busiest(models),
        providers=_busiest(dearest_first(rows, by_provider)),
        budget=budget,
        unknown=unknown_figures(record.figures),
    )


def _busiest(parts: list[tuple[str, CostFigures]]) -> tuple[Ranked, ...]:
    ordered = sorted(parts, key=lambda part: -(part[1].calls or 0))
    return tuple(Ranked(clean_line(name), cost.calls, cost) for name, cost in ordered[:BUSIEST])
