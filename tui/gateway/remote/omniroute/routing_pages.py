"""OmniRoute's combos with what went through them, its prices, and how soon another provider takes over. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import cast, get_args

from tui.domain.gateway import ForeignStrategy, ProfileName, Strategy
from tui.domain.gateway_answers import ResilienceSettings
from tui.domain.messages import Json
from tui.domain.money import Price
from tui.domain.text import CleanText
from tui.gateway.fields import Fields
from tui.gateway.remote.shapes import named_of, object_with, rows_of


@dataclass(frozen=True, slots=True)
class Combo:
    """A chain. `active` is what was last switched; OmniRoute 3.7 leaves it out until then."""

    id: CleanText
    name: CleanText
    steps: tuple[CleanText, ...]
    weights: tuple[int, ...]
    strategy: Strategy | ForeignStrategy
    active: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What went through a chain, or through one step of it, since OmniRoute was started."""

    requests: int | None
    successes: int | None
    failures: int | None
    fallbacks: int | None
    average_ms: int | None


@dataclass(frozen=True, slots=True)
class ComboCounts:
    """A chain's counts and those of its models, by `provider/model`."""

    whole: Counts
    models: Mapping[str, Counts]


def combos(document: object) -> tuple[Combo, ...]:
    """Returns the facts of `/api/combos`. Raises ShapeError."""
    rows = rows_of("GET /api/combos", document, "combos", bare=True)
    return tuple(_combo(row) for row in rows if row.text("name", 80))


def _combo(row: Fields) -> Combo:
    named = [(step.text("model", 200) or step.text("comboName", 80), step.count("weight") or 0) for step in _steps(row)]
    plain = [(name, 0) for name in row.texts("models") or ()]
    steps = [(name, weight) for name, weight in (*named, *plain) if name]
    word = row.text("strategy", 40) or "priority"
    known = word in get_args(Strategy)
    return Combo(
        row.text("id", 120),
        row.text("name", 80),
        tuple(name for name, _ in steps),
        tuple(weight for _, weight in steps) if any(weight for _, weight in steps) else (),
        cast("Strategy", word) if known else ForeignStrategy(word),
        # 3.8 says `enabled`; until it was switched, 3.7 says neither.
        row.flag("isActive") is not False and row.flag("enabled") is not False,
    )


def _steps(row: Fields) -> tuple[Fields, ...]:
    return row.items("models") or row.inner("data").items("models")


def combo_counts(document: object) -> Mapping[str, ComboCounts]:
    """Returns the facts of `/api/combos/metrics`, by the chain's name. Raises ShapeError."""
    found = named_of("GET /api/combos/metrics", document, "metrics")
    return {
        name: ComboCounts(_counts(row), {model: _counts(each) for model, each in row.named("byModel").items()})
        for name, row in found.items()
    }


def _counts(row: Fields) -> Counts:
    def count(whole: str, part: str) -> int | None:
        found = row.count(whole)
        return found if found is not None else row.count(part)

    return Counts(
        count("totalRequests", "requests"),
        count("totalSuccesses", "successes"),
        count("totalFailures", "failures"),
        row.count("totalFallbacks"),
        row.count("avgLatencyMs"),
    )


def prices(document: object) -> Mapping[tuple[str, str], Price]:
    """Returns the facts of `/api/pricing`, by provider as that page names it, and model. Raises ShapeError."""
    found = {}
    for provider in named_of("GET /api/pricing", document):
        for model, row in Fields(document).named(provider).items():
            price = _price(row)
            if price is not None:
                found[str(provider), str(model)] = price
    return found


def _price(row: Fields) -> Price | None:
    input_usd, output_usd, cached_usd = row.number("input"), row.number("output"), row.number("cached")
    if input_usd is None or output_usd is None or input_usd < 0 or output_usd < 0:
        return None
    cached = Decimal(str(cached_usd)) if cached_usd is not None and cached_usd >= 0 else None
    return Price(Decimal(str(input_usd)), Decimal(str(output_usd)), cached, "GET /api/pricing")


# --- resilience


def resilience(document: object) -> ResilienceSettings:
    """Returns the facts of `/api/resilience`; thresholds are those of connections with a key. Raises ShapeError."""
    top = object_with("GET /api/resilience", document, "providerBreaker", "connectionCooldown", "requestQueue")
    breaker, cooldown, queue = top.inner("providerBreaker"), top.inner("connectionCooldown"), top.inner("requestQueue")
    open_ms, cooldown_ms = (
        breaker.inner("apikey").number("resetTimeoutMs"),
        cooldown.inner("apikey").number("baseCooldownMs"),
    )
    return ResilienceSettings(
        profile=_profile(top),
        breaker_threshold=breaker.inner("apikey").count("failureThreshold"),
        breaker_window_s=None,
        breaker_open_s=open_ms / 1_000 if open_ms is not None else None,
        retries=None,
        max_attempts=None,
        cooldown_s=cooldown_ms / 1_000 if cooldown_ms is not None else None,
        lockout_s=None,
        connect_timeout_s=None,
        first_token_timeout_s=None,
        idle_timeout_s=None,
        others=dict(_others(queue, breaker.inner("oauth"), cooldown.inner("oauth"))),
    )


def _others(queue: Fields, breaker: Fields, cooldown: Fields) -> Iterator[tuple[str, float]]:
    for name in ("requestsPerMinute", "minTimeBetweenRequestsMs", "concurrentRequests", "maxWaitMs"):
        yield from _told(queue, name, f"requestQueue.{name}")
    for name in ("failureThreshold", "resetTimeoutMs"):
        yield from _told(breaker, name, f"providerBreaker.oauth.{name}")
    yield from _told(cooldown, "baseCooldownMs", "connectionCooldown.oauth.baseCooldownMs")


def _told(row: Fields, name: str, shown: str) -> Iterator[tuple[str, float]]:
    value = row.number(name)
    if value is not None:
        yield shown, value


def _kinds(oauth: Mapping[str, Json], apikey: Mapping[str, Json]) -> dict[str, Json]:
    return {"oauth": dict(oauth), "apikey": dict(apikey)}


def _queue(per_minute: int, gap_ms: int, at_once: int) -> dict[str, Json]:
    return {"requestsPerMinute": per_minute, "minTimeBetweenRequestsMs": gap_ms, "concurrentRequests": at_once}


def _cooldown(base_ms: int, hints: bool, steps: int) -> dict[str, Json]:
    return {"baseCooldownMs": base_ms, "useUpstreamRetryHints": hints, "maxBackoffSteps": steps}


def _breaker(threshold: int, reset_ms: int) -> dict[str, Json]:
    return {"failureThreshold": threshold, "resetTimeoutMs": reset_ms}


PROFILES: Mapping[ProfileName, Mapping[str, Json]] = MappingProxyType(
    {
        "aggressive": {
            "requestQueue": _queue(180, 100, 16),
            "connectionCooldown": _kinds(_cooldown(30_000, False, 4), _cooldown(2_000, True, 3)),
            "providerBreaker": _kinds(_breaker(2, 30_000), _breaker(3, 15_000)),
        },
        "balanced": {
            "requestQueue": _queue(100, 200, 10),
            "connectionCooldown": _kinds(_cooldown(60_000, False, 8), _cooldown(3_000, True, 5)),
            "providerBreaker": _kinds(_breaker(3, 60_000), _breaker(5, 30_000)),
        },
        "conservative": {
            "requestQueue": _queue(60, 350, 6),
            "connectionCooldown": _kinds(_cooldown(120_000, False, 10), _cooldown(30_000, False, 8)),
            "providerBreaker": _kinds(_breaker(8, 120_000), _breaker(8, 60_000)),
        },
    }
)
"""What OmniRoute's own tool writes for each profile (3.7.9, `omniroute_set_resilience_profile`); no page names them."""


def _profile(top: Fields) -> ProfileName | None:
    """The profile whose every setting is in force; None when a person has set something else."""
    return next((name for name, wanted in PROFILES.items() if _holds(top, wanted)), None)


def _holds(row: Fields, wanted: Mapping[str, Json]) -> bool:
    for name, value in wanted.items():
        if isinstance(value, dict):
            if not _holds(row.inner(name), value):
                return False
        elif (row.flag(name) if isinstance(value, bool) else row.number(name)) != value:
            return False
    return True
