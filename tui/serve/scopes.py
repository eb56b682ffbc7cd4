"""What a caller may do: nine scopes, two wildcards for groups of them, and `*` for all."""

from collections.abc import Iterable

from tui.domain.errors import UsageError

SCOPES = (
    "read:health",
    "read:combos",
    "read:quota",
    "read:usage",
    "read:models",
    "write:combos",
    "write:budget",
    "write:resilience",
    "execute:completions",
)
WILDCARDS = ("read:*", "write:*", "*")
"""Neither of the groups holds `execute:completions`, which spends money: it is named, or all is granted."""


def checked_scopes(words: Iterable[str]) -> frozenset[str]:
    """Returns scopes as a key may carry them. Raises UsageError on none, and on what is not spelled exactly so."""
    given = frozenset(word for text in words for word in text.replace(",", " ").split())
    unknown = sorted(given.difference(SCOPES, WILDCARDS))
    hint = f"There are: {', '.join((*SCOPES, *WILDCARDS))}."
    if unknown:
        raise UsageError(f"There is no scope {', '.join(map(repr, unknown))}.", hint)
    if not given:
        raise UsageError("A key needs at least one scope.", hint)
    return given


def missing_scopes(granted: Iterable[str], needed: Iterable[str]) -> tuple[str, ...]:
    """Returns the needed scopes that are not granted, compared sign by sign; what is no scope is never granted."""
    held = {scope for grant in granted for scope in _meant(grant)}
    return tuple(scope for scope in needed if scope not in held)


def _meant(grant: str) -> tuple[str, ...]:
    if grant == "*":
        return SCOPES
    if grant in WILDCARDS:
        return tuple(scope for scope in SCOPES if scope.startswith(grant.removesuffix("*")))
    return (grant,) if grant in SCOPES else ()
