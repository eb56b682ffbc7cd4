"""What a turn used and cost, added up without turning the unknown into zero."""

from collections.abc import Iterable

from tui.domain.completion import Usage
from tui.domain.money import BY_CERTAINTY, Cost, MicroUsd


def total_cost(costs: Iterable[Cost]) -> Cost:
    """Returns the sum, as certain as its least certain part; unknown when any part is, zero when there is none."""
    total, source = 0, 0
    for cost in costs:
        if cost.microusd is None:
            return Cost.unknown()
        total += cost.microusd
        source = max(source, BY_CERTAINTY.index(cost.source))
    return Cost(MicroUsd(total), BY_CERTAINTY[source])


def total_usage(usages: Iterable[Usage]) -> Usage:
    """Returns the sum of what is known; marked as estimated when a part is unknown or estimated."""
    parts = list(usages)
    incomplete = any(part.estimated or part.input_tokens is None or part.output_tokens is None for part in parts)
    return Usage(
        _sum(part.input_tokens for part in parts),
        _sum(part.output_tokens for part in parts),
        _sum(part.cached_tokens for part in parts),
        _sum(part.reasoning_tokens for part in parts),
        estimated=incomplete and len(parts) > 0,
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
