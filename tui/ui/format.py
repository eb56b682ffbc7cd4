"""Figures as words: durations, sizes, tokens, ages and times of day, the same everywhere; an unknown figure is `?`."""

import math
import time

from tui.domain.gateway import SpendView
from tui.domain.money import format_cost

UNKNOWN = "?"
GROUP_GAP = " "
"""Between groups of three digits, as in `2 041`."""


def duration(ms: float | None) -> str:
    """Returns milliseconds as `132 ms`, `1.4 s`, `2 min 05 s` or `3 h 07 min`."""
    if ms is None:
        return UNKNOWN
    if ms < 999.5:
        return f"{ms:.0f} ms"
    if ms < 59_950:
        return f"{ms / 1000:.1f} s"
    seconds = round(ms / 1000)
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    minutes = seconds // 60
    return f"{minutes // 60} h {minutes % 60:02} min"


def until(seconds: float) -> str:
    """Returns how long to wait still: `41 s`, from two minutes on `5 min`, rounded up."""
    left = max(0.0, seconds)
    return f"{left:.0f} s" if left < 120 else f"{math.ceil(left / 60)} min"


def whole(number: int | None) -> str:
    """Returns a whole number with its thousands apart: `2 041`."""
    return UNKNOWN if number is None else f"{number:,}".replace(",", GROUP_GAP)


def plural(number: int | None, noun: str) -> str:
    """Returns `1 line`, `2 041 lines`, `? lines`."""
    return f"{whole(number)} {noun}" if number == 1 else f"{whole(number)} {noun}s"


def byte_size(size: int | None) -> str:
    """Returns bytes as `812 B`, `12 kB` or `3.4 MB` (thousands, not 1024s)."""
    if size is None:
        return UNKNOWN
    if size < 1_000:
        return f"{size} B"
    if size < 999_500:
        return _three_digits(size / 1_000, "kB")
    return _three_digits(size / 1_000_000, "MB") if size < 999_500_000 else _three_digits(size / 1_000_000_000, "GB")


def tokens(count: int | None) -> str:
    """Returns tokens in few columns: `310`, `1.2k`, `128k`, `1.0M`."""
    if count is None:
        return UNKNOWN
    if count < 1_000:
        return str(count)
    if count < 9_950:
        return f"{count / 1_000:.1f}k"
    return f"{count / 1_000:.0f}k" if count < 999_500 else f"{count / 1_000_000:.1f}M"


def age(seconds: float | None) -> str:
    """Returns how long ago something was: `now`, `2 s ago`, `5 min ago`, `3 h ago`, `4 d ago`."""
    if seconds is None:
        return UNKNOWN
    if seconds < 1:
        return "now"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit} ago"
    return f"{seconds:.0f} s ago" if seconds < 59.5 else "59 s ago"


def clock(at: float) -> str:
    """Returns a wall-clock time (seconds since 1970 UTC) as `09:14` in the machine's time zone; empty for 0."""
    return time.strftime("%H:%M", time.localtime(at)) if at else ""


def clock_to_the_second(at: float) -> str:
    """Returns a wall-clock time as `09:14:07`; empty for 0."""
    return time.strftime("%H:%M:%S", time.localtime(at)) if at else ""


def percent(share: float | None) -> str:
    """Returns a share (0 to 1) as `85%`, below ten as `0.5%`."""
    if share is None:
        return UNKNOWN
    return f"{share * 100:.0f}%" if share >= 0.0995 or share == 0 else f"{share * 100:.1f}%"


def _three_digits(value: float, unit: str) -> str:
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"


def session_cost_text(spend: SpendView) -> str:
    """Returns what the session cost: `~` before an estimate, `+?` behind a sum from which calls are missing."""
    missing = spend.unknown_calls and spend.session_cost.microusd is not None
    return format_cost(spend.session_cost) + ("+?" if missing else "")
