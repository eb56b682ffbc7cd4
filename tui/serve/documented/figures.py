"""What the documented answers are made of: amounts in dollars, moments as text, and nulls that say what they mean.

A field that is None is unknown and gets named in `unknown`, unless it is `absent`: then there is nothing to know.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from tui.domain.gateway import BreakerState
from tui.domain.gateway_figures import CostFigures

_ABSENT = "absent"


def absent() -> Any:
    """Returns a field whose None is a fact of its own: it never happened, there is no limit, nobody was asked."""
    return field(default=None, metadata={_ABSENT: True})


def unknown_paths(answer: object, place: str = "") -> Iterator[str]:
    """Yields where an answer has a null that means unknown, such as `circuitBreakers[].state`."""
    if isinstance(answer, tuple):
        for part in answer:
            yield from unknown_paths(part, f"{place}[]")
    elif is_dataclass(answer):
        for one in fields(answer):
            value, path = getattr(answer, one.name), f"{place}.{one.name}".removeprefix(".")
            if value is None and _ABSENT not in one.metadata:
                yield path
            yield from unknown_paths(value, path)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens in and out."""

    prompt: int | None
    completion: int | None


def usd(microusd: int | None) -> float | None:
    """Returns micro-dollars as dollars."""
    return None if microusd is None else microusd / 1_000_000


def total_usd(cost: CostFigures) -> float | None:
    """Returns the known sum; None when all there is has an unknown cost."""
    return None if cost.unknown_calls and not cost.microusd else usd(cost.microusd)


def tokens(cost: CostFigures) -> Tokens:
    """Returns the tokens of some calls."""
    return Tokens(cost.input_tokens, cost.output_tokens)


def moment(at: float | None) -> str | None:
    """Returns wall clock seconds as ISO 8601 in UTC."""
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def percent(share: float | None) -> float | None:
    """Returns a share as a percentage."""
    return None if share is None else round(100 * share, 2)


def breaker_state(state: BreakerState | None) -> str | None:
    """Returns a breaker's state; one that nobody tells is unknown, never closed."""
    return None if state == "UNKNOWN" else state
