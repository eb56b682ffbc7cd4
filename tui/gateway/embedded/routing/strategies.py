"""The strategies: each puts the open places of a request in order and says why every place stands where it does. Pure.

Luck is injected, and unknown figures never count as good ones.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tui.domain.gateway import Strategy
from tui.domain.gateway_routing import Factor
from tui.domain.money import format_usd
from tui.domain.text import CleanText
from tui.gateway.embedded.routing.score import Needs, Score, score
from tui.gateway.embedded.routing.standing import Standing


@dataclass(frozen=True, slots=True)
class Occasion:
    """What one request brings to the choice."""

    needs: Needs
    chance: Callable[[], float]
    """Numbers between 0 and 1, evenly spread."""
    served: int = 0
    """How many requests the target has had before."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """An open place of a combo, with the weight a person gave it."""

    standing: Standing
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place in its order. `why`: what put it first, or why it lost against the first."""

    standing: Standing
    why: CleanText
    score: float | None = None
    """Only the strategy `auto` gives one; 0 to 1."""
    factors: tuple[Factor, ...] = ()


Order = Callable[[Sequence[Entrant], Occasion], tuple[Ranked, ...]]


def in_priority(entrants: Sequence[Entrant], _occasion: Occasion) -> tuple[Ranked, ...]:
    """The order a person wrote."""
    return _told(
        entrants, lambda _: "written first of the usable places", lambda _, first: f"written after {_at(first)}"
    )


def in_turn(entrants: Sequence[Entrant], occasion: Occasion) -> tuple[Ranked, ...]:
    """Another first place each time; the others follow in a circle."""
    start = occasion.served % len(entrants) if entrants else 0
    circle = (*entrants[start:], *entrants[:start])
    number = occasion.served + 1
    return _told(circle, lambda _: f"its turn: request {number:,}", lambda _, first: f"{_at(first)} has its turn")


def by_weight(entrants: Sequence[Entrant], occasion: Occasion) -> tuple[Ranked, ...]:
    """Drawn by lot, a place of weight 2 twice as often first as one of weight 1; weight 0 only when all else fails."""
    drawn = _drawn(entrants, [one.weight for one in entrants], occasion.chance)
    total = sum(one.weight for one in entrants)
    return _told(
        drawn,
        lambda one: f"drawn by lot, weight {one.weight} of {total}",
        lambda one, first: f"the lot fell on {_at(first)}; its own weight is {one.weight} of {total}",
    )


def by_lot(entrants: Sequence[Entrant], occasion: Occasion) -> tuple[Ranked, ...]:
    """Drawn by lot, each as likely as the next."""
    drawn = _drawn(entrants, [1] * len(entrants), occasion.chance)
    return _told(
        drawn, lambda _: f"drawn by lot, one of {len(drawn)}", lambda _, first: f"the lot fell on {_at(first)}"
    )


def by_use(entrants: Sequence[Entrant], _occasion: Occasion) -> tuple[Ranked, ...]:
    """The place with the fewest calls of late first, running ones included."""
    return _told(
        sorted(entrants, key=lambda one: one.standing.recent),
        lambda one: f"used least: {_calls(one)} of late",
        lambda one, first: f"{_calls(one)} of late; {_at(first)} had {first.standing.recent:,}",
    )


def by_cost(entrants: Sequence[Entrant], _occasion: Occasion) -> tuple[Ranked, ...]:
    """The cheapest place for this request first; places of unknown price last."""

    def cost(one: Entrant) -> float:
        known = one.standing.cost_microusd
        return math.inf if known is None else known

    return _told(
        sorted(entrants, key=cost),
        lambda one: f"cheapest: about {format_usd(one.standing.cost_microusd)}",
        lambda one, first: f"about {format_usd(one.standing.cost_microusd)}; {_at(first)} {_usd(first)}",
    )


def by_latency(entrants: Sequence[Entrant], _occasion: Occasion) -> tuple[Ranked, ...]:
    """The fastest measured place first; before it, for one call, a place nothing is known of: to measure it."""

    def slowness(one: Entrant) -> float:
        standing = one.standing
        if standing.latency_ms is not None:
            return standing.latency_ms
        return -1.0 if standing.requests + standing.recent == 0 else math.inf

    return _told(
        sorted(entrants, key=slowness),
        lambda one: f"fastest: {_ms(one)}" if one.standing.latency_ms is not None else "not measured yet, so tried now",
        lambda one, first: f"{_ms(one)}; {_at(first)} {_ms(first)}",
    )


def by_score(entrants: Sequence[Entrant], occasion: Occasion) -> tuple[Ranked, ...]:
    """The best score of health, quota, cost, latency and fitness first."""
    scored = sorted(((score(one.standing, occasion.needs), one) for one in entrants), key=lambda pair: -pair[0].total)
    return tuple(
        Ranked(one.standing, _why_scored(found, scored[0]) if place else _best(found), found.total, found.factors)
        for place, (found, one) in enumerate(scored)
    )


ORDERS: Mapping[Strategy, Order] = MappingProxyType(
    {
        "priority": in_priority,
        "round-robin": in_turn,
        "weighted": by_weight,
        "random": by_lot,
        "least-used": by_use,
        "cost-optimized": by_cost,
        "latency-optimized": by_latency,
        "auto": by_score,
    }
)
"""How each strategy puts the open places of a combo in order; equal places keep the written order."""

DRAWN: frozenset[Strategy] = frozenset({"weighted", "random"})
"""The strategies in which luck decides."""


def _told(
    ordered: Sequence[Entrant], won: Callable[[Entrant], str], lost: Callable[[Entrant, Entrant], str]
) -> tuple[Ranked, ...]:
    return tuple(
        Ranked(one.standing, CleanText(lost(one, ordered[0]) if place else won(one)))
        for place, one in enumerate(ordered)
    )


def _drawn(entrants: Sequence[Entrant], weights: Sequence[int], chance: Callable[[], float]) -> Sequence[Entrant]:
    """Draws without putting back: the smallest of exponential waiting times with these rates (Efraimidis, 2006)."""

    def waits(weight: int) -> float:
        luck = chance()
        return -math.log(max(luck, 1e-300)) / weight if weight > 0 else math.inf

    times = [waits(weight) for weight in weights]
    return [one for _, _, one in sorted(zip(times, range(len(times)), entrants, strict=True), key=lambda at: at[:2])]


def _best(found: Score) -> CleanText:
    return CleanText(f"best score: {found.total:.2f}")


def _why_scored(found: Score, first: tuple[Score, Entrant]) -> CleanText:
    behind = found.weakest_against(first[0])
    return CleanText(
        f"score {found.total:.2f}, {_at(first[1])} {first[0].total:.2f}; most behind in {behind.name}: {behind.fact}"
    )


def _at(entrant: Entrant) -> str:
    return str(entrant.standing.step)


def _usd(entrant: Entrant) -> str:
    return format_usd(entrant.standing.cost_microusd)


def _ms(entrant: Entrant) -> str:
    latency = entrant.standing.latency_ms
    return "not measured" if latency is None else f"{latency:,} ms"


def _calls(entrant: Entrant) -> str:
    count = entrant.standing.recent
    return "1 call" if count == 1 else f"{count:,} calls"
