"""Tokens and cost as providers report them, each figure None where it makes no sense."""

import math
from dataclasses import replace
from typing import Any

from tui.domain.completion import Usage
from tui.domain.money import MicroUsd, microusd_from_usd

_MOST_USD = 100_000.0


def usage_from(reported: dict[str, Any]) -> Usage:
    """Returns the tokens of a `usage` object; unknown shapes give None, never 0."""
    prompt_details = _object(reported.get("prompt_tokens_details"))
    output_details = _object(reported.get("completion_tokens_details"))
    return Usage(
        input_tokens=_first_count(reported, "prompt_tokens", "input_tokens"),
        output_tokens=_first_count(reported, "completion_tokens", "output_tokens"),
        cached_tokens=_first_count({**reported, **prompt_details}, "cached_tokens", "prompt_cache_hit_tokens"),
        reasoning_tokens=_first_count({**reported, **output_details}, "reasoning_tokens"),
        # OmniRoute says so where it counted in place of the model.
        estimated=reported.get("estimated") is True,
    )


def later_usage(earlier: Usage, later: Usage) -> Usage:
    """Returns the later report; where it is silent the earlier one stands."""
    known = {
        name: getattr(later, name)
        for name in ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")
        if getattr(later, name) is not None
    }
    return replace(earlier, **known, estimated=later.estimated) if known else earlier


def reported_cost(value: object) -> MicroUsd | None:
    """Returns a cost in US dollars (number or digits) as micro-dollars, None when it is no sane amount."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        usd = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(usd) or not 0 <= usd <= _MOST_USD:
        return None
    return microusd_from_usd(str(value).strip())


def _first_count(fields: dict[str, Any], *names: str) -> int | None:
    for name in names:
        value = fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 40:
            return value
    return None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
