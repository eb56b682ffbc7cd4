"""Keys for callers of the served half: who holds one, what it allows, what it has spent."""

from dataclasses import dataclass

from tui.domain.money import MicroUsd
from tui.domain.text import CleanText


@dataclass(frozen=True, slots=True)
class AccessKey:
    """One key, as it is stored: the key itself is not."""

    id: str
    name: CleanText
    scopes: tuple[str, ...]
    created: float
    """Wall clock; so is `revoked`."""
    revoked: float | None = None
    day_budget: MicroUsd | None = None
    """The most its calls may cost on one UTC day; None is no limit of its own."""
    spent_today: int = 0
    """Micro-dollars of this UTC day, what is reserved included."""


@dataclass(frozen=True, slots=True)
class NewAccessKey:
    """A key that was just made; `key` is shown this once and stored nowhere."""

    key: str
    access: AccessKey
