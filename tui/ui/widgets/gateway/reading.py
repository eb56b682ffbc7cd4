"""What a gateway answered and how fresh that is: a newer question that fails leaves the last answer with its age."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from tui.domain.gateway_witness import Witness
from tui.domain.text import CleanText
from tui.ui.format import age
from tui.ui.widgets.lists.ink import Piece

T = TypeVar("T")
NOT_EXPOSED = "not exposed by this gateway"


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """The newest answer to one question."""

    answer: T | None = None
    at: float = 0.0
    """Wall clock of what the answer says; without a meaning before there is one."""
    trouble: CleanText = CleanText("")
    """Why the newest try brought no answer; empty when it did."""
    exposed: bool = True
    """False when the gateway does not offer this at all."""

    def answered(self, answer: T, at: float) -> "Reading[T]":
        """Returns the reading with a newer answer."""
        return Reading(answer, at)

    def failed(self, trouble: CleanText, *, exposed: bool = True) -> "Reading[T]":
        """Returns the reading with its last answer and the reason why there is no newer one."""
        return replace(self, trouble=trouble, exposed=exposed)

    def age_s(self, now: float) -> float | None:
        """Returns how old the answer is, None before there is one."""
        return None if self.answer is None else max(0.0, now - self.at)


def unanswered(reading: Reading[T]) -> Piece:
    """Returns why there is no answer: it is not offered, could not be had, or is waited for."""
    if not reading.exposed:
        return NOT_EXPOSED, "dim"
    return (f"✗ {reading.trouble}", "bad") if reading.trouble else ("◌ asking …", "dim")


def freshness(reading: Reading[T], now: float) -> list[Piece]:
    """Returns how old the answer is, or why there is none: `2 s ago`, `✗ 5 min ago, not newer: …`."""
    if reading.answer is None or not reading.exposed:
        return [unanswered(reading)]
    if reading.trouble:
        return [(f"✗ {age(reading.age_s(now))}, not newer: ", "warn"), (reading.trouble, "")]
    return [(age(reading.age_s(now)), "dim"), *_witnesses(reading.answer)]


def _witnesses(answer: object) -> list[Piece]:
    """Who of a gateway's witnesses disagrees or is silent; then who was relied on."""
    witnesses: Sequence[Witness] = getattr(answer, "witnesses", ())
    told: list[Piece] = []
    for one in witnesses:
        about = f" on {one.fact}" if one.fact else ""
        said = f": {one.said.removeprefix(f'{one.source}: ')}" if one.said else ""
        if one.standing == "disagrees":
            told.append((f"   ◐ {one.source} disagrees{about}{said}", "warn"))
        elif one.standing == "silent":
            told.append((f"   ◐ {one.source} is silent{about}{said}", "warn"))
    relied_on = dict.fromkeys(one.source for one in witnesses if one.standing == "relied on")
    return [*told, ("   from " + ", ".join(relied_on), "dim")] if relied_on else told
