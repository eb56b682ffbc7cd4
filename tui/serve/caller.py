"""Who calls a served tool, and what that allows."""

from collections.abc import Iterable
from dataclasses import dataclass

from tui.domain.money import MicroUsd
from tui.domain.text import CleanText
from tui.serve.scopes import missing_scopes


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller, as its key or its place says. Nothing a caller sends changes any of it."""

    name: CleanText
    scopes: frozenset[str]
    key_id: str = ""
    """The id of the key it showed; empty for the person at this machine. Never the key itself."""
    day_budget: MicroUsd | None = None
    """The most its calls may cost on one UTC day; None is no limit of its own."""

    def lacks(self, needed: Iterable[str]) -> tuple[str, ...]:
        """Returns the scopes it would need besides its own."""
        return missing_scopes(self.scopes, needed)


def local_caller(scopes: Iterable[str] = ("*",)) -> Caller:
    """Returns the person at this machine: who starts the program on stdio holds all scopes unless told otherwise."""
    return Caller(CleanText("local"), frozenset(scopes))
