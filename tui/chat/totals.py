"""What a turn used, added up without turning the unknown into zero."""

from collections.abc import Iterable

from tui.domain.completion import Usage


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
