"""What response headers say about quotas and waiting; garbage is ignored, waits are clamped."""

import math
import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from tui.domain.text import clean_line
from tui.gateway.upstream.events import RateLimits

MAX_WAIT_S = 300.0

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_LONGEST = 40
"""Characters of a duration: of a longer one the search would take its time."""
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_EPOCH_S = 1_000_000_000.0


def rate_limits_from(headers: Mapping[str, str], now: float) -> RateLimits:
    """Returns the quota facts of `headers` (names in lower case); `now` is wall clock in seconds."""
    told = {name: value for name, value in headers.items() if "ratelimit" in name}
    if not told:
        return RateLimits()
    return RateLimits(
        remaining_requests=_count(told, "x-ratelimit-remaining-requests", "x-ratelimit-remaining"),
        remaining_tokens=_count(told, "x-ratelimit-remaining-tokens"),
        reset_s=_reset_s(told, now),
        limit_requests=_count(told, "x-ratelimit-limit-requests", "x-ratelimit-limit"),
        limit_tokens=_count(told, "x-ratelimit-limit-tokens"),
        text=clean_line(", ".join(f"{name}: {value}" for name, value in sorted(told.items()))),
    )


def retry_after_s(headers: Mapping[str, str], now: float) -> float | None:
    """Returns the wait a provider asks for, 0 to 300 s, None when it does not say or says nonsense.

    Source: RFC 9110 section 10.2.3 (seconds or HTTP date); `retry-after-ms` is OpenAI's.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _clamped(milliseconds / 1000)
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is None and value:
        seconds = _seconds_until(value, now)
    return None if seconds is None else _clamped(seconds)


def _clamped(seconds: float) -> float:
    return min(max(0.0, seconds), MAX_WAIT_S)


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _seconds_until(date: str, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp() - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _count(headers: Mapping[str, str], *names: str) -> int | None:
    for name in names:
        number = _number(headers.get(name))
        if number is not None and 0 <= number < 1e15:
            return int(number)
    return None


def _reset_s(headers: Mapping[str, str], now: float) -> float | None:
    for name in ("x-ratelimit-reset-requests", "x-ratelimit-reset-tokens", "x-ratelimit-reset"):
        value = headers.get(name, "")
        number = _number(value)
        if number is None:
            parts = _DURATION.findall(value[:_LONGEST])
            number = sum(float(amount) * _UNIT_S[unit] for amount, unit in parts) if parts else None
        elif number > _EPOCH_S * 1000:
            number = number / 1000 - now
        elif number > _EPOCH_S:
            number -= now
        if number is not None:
            return max(0.0, number)
    return None
