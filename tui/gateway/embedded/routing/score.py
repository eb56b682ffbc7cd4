"""The score of the strategy `auto`: five factors between 0 and 1, each with its weight and the fact behind it. Pure.

A factor nobody knows counts as one half and is shown as unknown. Each factor depends on its own place alone, so that
a place's score never moves because another one came or went.
"""

import re
from dataclasses import dataclass, fields

from tui.domain.completion import TaskType
from tui.domain.gateway import ModelSpec
from tui.domain.gateway_routing import Factor
from tui.domain.money import format_usd
from tui.domain.text import CleanText
from tui.gateway.embedded.routing.standing import Load, Standing
from tui.gateway.embedded.routing.tasks import TASKS, weights_for

NEUTRAL = 0.5
"""What an unknown factor counts."""
HALF_AT_MICROUSD = 10_000
"""A request of one cent has half the best cost factor."""
HALF_AT_MS = 5_000
"""A median answer in five seconds has half the best latency factor."""
HALF_AT_REQUESTS_LEFT = 10
"""Ten requests left have half the best quota factor."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a request asks of the place it goes to."""

    load: Load
    tools: bool = False
    task: TaskType | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A place's score: the sum of its factors' shares, between 0 and 1."""

    factors: tuple[Factor, ...]

    @property
    def total(self) -> float:
        """Returns the score."""
        return sum(map(share, self.factors))

    def weakest_against(self, other: "Score") -> Factor:
        """Returns the factor in which this score stays behind `other` the most."""
        pairs = zip(self.factors, other.factors, strict=True)
        return max(pairs, key=lambda pair: share(pair[1]) - share(pair[0]))[0]


def share(factor: Factor) -> float:
    """Returns what a factor adds to a score."""
    return factor.weight * (NEUTRAL if factor.value is None else factor.value)


def score(standing: Standing, needs: Needs) -> Score:
    """Returns how well a place suits a request."""
    known = {
        "health": _health(standing),
        "quota": _quota(standing),
        "cost": _cost(standing),
        "latency": _latency(standing),
        "fitness": _fitness(standing, needs),
    }
    weights = weights_for(needs.task)
    return Score(tuple(Factor(one.name, *_split(one.name, weights, known)) for one in fields(weights)))


_Value = tuple[float | None, str]


def _split(name: str, weights: object, known: dict[str, _Value]) -> tuple[float | None, float, CleanText]:
    value, fact = known[name]
    return value, getattr(weights, name), CleanText(fact)


def _health(standing: Standing) -> _Value:
    rate = standing.success_rate
    if rate is None:
        return (0.25, "half-open, not measured") if standing.probing else (None, "no call measured")
    succeeded = standing.requests - standing.errors
    # Laplace's rule of succession: one good call is no proof of many.
    value = (succeeded + 1) / (standing.requests + 2)
    fact = f"{succeeded:,} of {standing.requests:,} calls succeeded"
    return (value / 2, f"{fact}; half-open") if standing.probing else (value, fact)


def _quota(standing: Standing) -> _Value:
    left = standing.requests_left
    if left is None:
        return None, "the provider does not say"
    return left / (left + HALF_AT_REQUESTS_LEFT), f"{left:,} requests of this size left"


def _cost(standing: Standing) -> _Value:
    cost = standing.cost_microusd
    if cost is None:
        return None, "the price is unknown"
    return HALF_AT_MICROUSD / (HALF_AT_MICROUSD + cost), f"about {format_usd(cost)}" if cost else "costs nothing"


def _latency(standing: Standing) -> _Value:
    latency = standing.latency_ms
    if latency is None:
        return None, "no answer measured"
    return HALF_AT_MS / (HALF_AT_MS + latency), f"{latency:,} ms at the median"


def _fitness(standing: Standing, needs: Needs) -> _Value:
    """How far the model has what the request and its kind of work ask for."""
    model, task = standing.model or ModelSpec(standing.step.model), TASKS[needs.task] if needs.task else None
    parts: list[tuple[float, str]] = []
    if model.context_tokens is not None:
        wanted = max(2 * needs.load.tokens, task.window_tokens if task else 1)
        parts.append((min(1.0, model.context_tokens / wanted), f"a window of {model.context_tokens:,} tokens"))
    if model.tools is not None and (needs.tools or (task and task.needs_tools)):
        parts.append((float(model.tools), "takes tools" if model.tools else "takes no tools"))
    hint = _hint(model.id, task.name_hints) if task else None
    if hint:
        parts.append((1.0, f"its name says {hint!r}"))
    elif parts and task and task.name_hints:
        parts.append((NEUTRAL, f"its name says nothing of {needs.task}"))
    if not parts:
        return None, "nobody says what the model can do"
    return sum(value for value, _ in parts) / len(parts), ", ".join(fact for _, fact in parts)


def _hint(model: str, hints: tuple[str, ...]) -> str | None:
    words = re.split(r"[^a-z0-9]+", model.lower())
    return next((hint for hint in hints if any(word.startswith(hint) for word in words)), None)
