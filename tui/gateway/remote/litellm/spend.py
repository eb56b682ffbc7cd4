"""What a LiteLLM proxy knows of money: the key's budget, budgets of providers, days of use, single requests. Pure.

Source: docs.litellm.ai (`/key/info`, `/provider/budgets`, `/user/daily/activity`, `/spend/logs`), response models of
LiteLLM 1.106. All but `/provider/budgets` need the proxy's database. US dollars there, micro-dollars here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tui.domain.gateway_figures import CallFigures, CostFigures, CostShare
from tui.domain.ids import ProviderName
from tui.domain.money import MicroUsd, format_usd
from tui.domain.text import CleanText, clean_line
from tui.gateway.fields import Fields
from tui.gateway.remote.shapes import named_of, part_of, rows_of


@dataclass(frozen=True, slots=True)
class KeyAccount:
    """A virtual key as the proxy keeps it; the spend is that of the running budget period, where there is one."""

    status: CleanText = CleanText("")
    """`active`, `expired`, `revoked` or `deleted`; empty where this version does not say."""
    spent: MicroUsd | None = None
    limit: MicroUsd | None = None
    """None: no limit."""
    period: CleanText = CleanText("")
    """As `1d`, `30d`; empty for a budget that is never renewed."""
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None

    @property
    def left(self) -> CleanText | None:
        """What is left of the budget, in words; None where nobody told or none is set."""
        return _left(self.spent, self.limit, self.period)


@dataclass(frozen=True, slots=True)
class ProviderBudget:
    """What all keys together may spend at one provider in a period, and have."""

    provider: ProviderName
    spent: MicroUsd | None
    limit: MicroUsd | None
    period: CleanText

    @property
    def left(self) -> CleanText | None:
        """What is left, in words; None where nobody told."""
        return _left(self.spent, self.limit, self.period)


@dataclass(frozen=True, slots=True)
class Use:
    """Some requests added up."""

    microusd: MicroUsd | None = None
    requests: int | None = None
    successes: int | None = None
    errors: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    timed_ms: int | None = None
    timed: int | None = None
    """How many requests `timed_ms` is the sum of."""

    @property
    def figures(self) -> CallFigures:
        """The use as a gateway tells it. The proxy knows no attempts, only requests and what they cost."""
        return CallFigures(
            requests=self.requests,
            successes=self.successes,
            errors=self.errors,
            cancelled=None,
            fallbacks=None,
            average_ms=round(self.timed_ms / self.timed) if self.timed and self.timed_ms is not None else None,
            cost=self.cost,
        )

    @property
    def cost(self) -> CostFigures:
        """The use as a cost; every amount is the proxy's own."""
        share = CostShare("reported", self.requests or 0, self.microusd)
        return CostFigures(
            microusd=self.microusd,
            requests=self.requests,
            calls=self.requests,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            shares=() if self.microusd is None else (share,),
        )


Parts = Mapping[str, Use] | None
"""The use by name, in which who is not named was not used; None where this version does not tell such parts."""


@dataclass(frozen=True, slots=True)
class Activity:
    """The use of some days, in all and in parts."""

    total: Use = Use()
    providers: Parts = field(default_factory=dict)
    models: Parts = field(default_factory=dict)
    groups: Parts = field(default_factory=dict)
    whole: bool = True
    """False when the proxy had more pages than were read."""


def use_of(parts: Parts, name: str) -> Use:
    """Returns the use of one part: nothing where others are told, unknown where none is."""
    return Use() if parts is None else parts.get(name) or Use(requests=0, successes=0, errors=0)


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """A request as the proxy's log has it."""

    id: CleanText
    group: CleanText
    """What served it, after fallbacks."""
    asked: CleanText
    """What was asked for; empty where this version does not say."""
    provider: CleanText
    model: CleanText
    cost: MicroUsd | None
    latency_ms: int | None
    first_token_ms: int | None
    succeeded: bool | None
    error: CleanText
    retries: int | None
    fallbacks: int | None
    started: float | None


def _left(spent: MicroUsd | None, limit: MicroUsd | None, period: CleanText) -> CleanText | None:
    if spent is None or limit is None:
        return None
    renewed = f" of {period}" if period else ""
    return clean_line(f"{format_usd(max(0, limit - spent))} of {format_usd(limit)} left{renewed}")


def key_account_from(document: object) -> KeyAccount:
    """Returns the key of a `/key/info` document. Raises ShapeError, since a limit that is not named is none."""
    info = part_of("GET /key/info", document, "info")
    return KeyAccount(
        status=info.text("status"),
        spent=info.usd("spend"),
        limit=info.usd("max_budget"),
        period=info.text("budget_duration"),
        requests_per_minute=info.count("rpm_limit"),
        tokens_per_minute=info.count("tpm_limit"),
    )


def provider_budgets_from(document: object) -> tuple[ProviderBudget, ...]:
    """Returns the budgets of a `/provider/budgets` document. Raises ShapeError.

    Its time of renewal is years off in 1.106: left out.
    """
    return tuple(
        ProviderBudget(ProviderName(name), told.usd("spend"), told.usd("budget_limit"), told.text("time_period"))
        for name, told in named_of("GET /provider/budgets", document, "providers").items()
    )


def activity_from(documents: Iterable[object]) -> Activity:
    """Returns the sum of `/user/daily/activity` pages. Raises ShapeError: no days would be no spend."""
    pages = list(documents)
    days = [day for page in pages for day in rows_of("GET /user/daily/activity", page, "results")]
    return Activity(
        total=_sum([_use(day.inner("metrics")) for day in days]),
        providers=_parts(days, "providers"),
        models=_parts(days, "models"),
        groups=_parts(days, "model_groups"),
        whole=not (pages and Fields(pages[-1]).inner("metadata").flag("has_more")),
    )


def logged_requests_from(document: object) -> tuple[LoggedRequest, ...]:
    """Returns the rows of a `/spend/logs` document. Raises ShapeError."""
    return tuple(_logged(row) for row in rows_of("GET /spend/logs", document, "data", bare=True))


def _logged(row: Fields) -> LoggedRequest:
    metadata, status = row.inner("metadata"), row.text("status") or row.inner("metadata").text("status")
    begun, ended, first = (row.moment(name) for name in ("startTime", "endTime", "completionStartTime"))
    return LoggedRequest(
        id=row.text("litellm_call_id") or row.text("request_id"),
        group=row.text("model_group"),
        asked=metadata.text("original_model_group"),
        provider=row.text("custom_llm_provider"),
        model=row.text("model"),
        cost=row.usd("spend"),
        latency_ms=row.count("request_duration_ms") if row.count("request_duration_ms") else _between_ms(begun, ended),
        first_token_ms=_between_ms(begun, first),
        succeeded={"success": True, "failure": False}.get(status),
        error=metadata.inner("error_information").text("error_message"),
        retries=metadata.count("attempted_retries"),
        fallbacks=metadata.count("attempted_fallbacks"),
        started=begun,
    )


def _between_ms(begun: float | None, ended: float | None) -> int | None:
    return None if begun is None or ended is None or ended < begun else round((ended - begun) * 1_000)


def _use(metrics: Fields) -> Use:
    return Use(
        microusd=metrics.usd("spend"),
        requests=metrics.count("api_requests"),
        successes=metrics.count("successful_requests"),
        errors=metrics.count("failed_requests"),
        input_tokens=metrics.count("prompt_tokens"),
        output_tokens=metrics.count("completion_tokens"),
        timed_ms=metrics.count("total_response_time_ms"),
        timed=metrics.count("timed_requests"),
    )


def _parts(days: Sequence[Fields], name: str) -> Parts:
    if any(name not in day.inner("breakdown").names for day in days):
        return None
    found: dict[str, list[Use]] = {}
    for day in days:
        for part, told in day.inner("breakdown").named(name).items():
            found.setdefault(part, []).append(_use(told.inner("metrics")))
    return {part: _sum(uses) for part, uses in found.items()}


def _sum(uses: list[Use]) -> Use:
    """The sum of some uses; a figure that one of them does not know is unknown."""
    sums = {}
    for name in Use.__dataclass_fields__:
        values = [getattr(use, name) for use in uses]
        sums[name] = None if None in values else sum(values)
    return Use(**sums) if uses else Use(MicroUsd(0), 0, 0, 0, 0, 0, 0, 0)
