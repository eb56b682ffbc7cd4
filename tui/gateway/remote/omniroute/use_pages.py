"""What OmniRoute counted: analytics over a range, the newest calls, and each provider's requests. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tui.domain.gateway_figures import CostFigures, CostShare
from tui.domain.money import MicroUsd
from tui.domain.text import CleanText
from tui.gateway.fields import Fields
from tui.gateway.remote.shapes import named_of, object_with, rows_of


@dataclass(frozen=True, slots=True)
class PartUse:
    """A provider's part, or a model's of one provider, by the page's own names."""

    provider: CleanText
    model: CleanText
    figures: CostFigures


@dataclass(frozen=True, slots=True)
class Analytics:
    """What a range cost and used."""

    total: CostFigures
    providers: tuple[PartUse, ...]
    models: tuple[PartUse, ...]
    days: Mapping[str, MicroUsd] | None
    """By date (UTC), those with a request; None when the page has no such table."""

    def today(self, now: float) -> MicroUsd | None:
        """Returns what the day of `now` (wall clock) cost."""
        if self.days is None:
            return None
        return self.days.get(datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d"), MicroUsd(0))


@dataclass(frozen=True, slots=True)
class Call:
    """One row of the call log. A request that fell back has several."""

    at: float | None
    """Wall clock of its end."""
    status: int | None
    provider: CleanText
    model: CleanText
    requested: CleanText
    combo: CleanText
    duration_ms: int | None
    error: CleanText

    @property
    def began(self) -> float | None:
        """Wall clock."""
        return None if self.at is None else self.at - (self.duration_ms or 0) / 1_000

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.status is not None and 200 <= self.status < 300 and not self.error


@dataclass(frozen=True, slots=True)
class ProviderCounts:
    """A provider's calls since OmniRoute was started."""

    requests: int | None
    successes: int | None


def analytics(document: object) -> Analytics:
    """Returns the facts of `/api/usage/analytics`. Totals stand in `summary`; older versions put them at the top.

    Raises ShapeError.
    """
    source = "GET /api/usage/analytics"
    top = object_with(source, document, "summary", "totalRequests", "totalCost")

    def rows(name: str) -> tuple[Fields, ...]:
        return rows_of(source, document, name) if name in top.names else ()

    days = [(row.text("date", 20), row.usd("cost")) for row in rows("dailyTrend")]
    return Analytics(
        _figures(top.inner("summary") or top, "totalRequests", "totalCost"),
        tuple(_part(row) for row in rows("byProvider")),
        tuple(_part(row) for row in rows("byModel")),
        {date: cost for date, cost in days if date and cost is not None} if "dailyTrend" in top.names else None,
    )


def _part(row: Fields) -> PartUse:
    model = row.text("rawModel", 200) or row.text("model", 200)
    return PartUse(row.text("provider", 120), model, _figures(row, "requests", "cost"))


def _figures(row: Fields, requests: str, cost: str) -> CostFigures:
    """A cost of nothing for tokens that were used is no price that is known: OmniRoute says 0 for both."""
    microusd, count, tokens = row.usd(cost), row.count(requests), row.count("totalTokens")
    if microusd == 0 and tokens:
        microusd = None
    share = CostShare("unknown" if microusd is None else "reported", count or 0, microusd)
    return CostFigures(
        microusd, count, None, row.count("promptTokens"), row.count("completionTokens"), (share,) if count else ()
    )


def calls(document: object) -> tuple[Call, ...]:
    """Returns the facts of `/api/usage/call-logs`, newest first. Raises ShapeError."""
    rows = rows_of("GET /api/usage/call-logs", document, "logs", bare=True)
    return tuple(
        Call(
            row.moment("timestamp"),
            row.count("status"),
            row.text("provider", 120),
            row.text("model", 200),
            row.text("requestedModel", 200),
            row.text("comboName", 80),
            row.count("duration"),
            row.text("error", 300),
        )
        for row in rows
    )


def provider_counts(document: object) -> Mapping[str, ProviderCounts]:
    """Returns the facts of `/api/provider-metrics`, by the page's name of the provider. Raises ShapeError."""
    return {
        name: ProviderCounts(row.count("totalRequests"), row.count("totalSuccesses"))
        for name, row in named_of("GET /api/provider-metrics", document, "metrics").items()
    }
