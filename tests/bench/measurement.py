"""One figure of ours beside the same figure of a reference, from the same run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measurement:
    """A figure, what it is compared with, and the most it should be. Lower is always better."""

    row: str
    unit: str
    ours: float
    reference: float | None
    """None when the reference did not finish."""
    compared_with: str
    goal: float | None = None
    """The most `ours` should be, in the unit; None when the goal is a ratio."""
    goal_ratio: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over the reference."""
        return self.ours / self.reference if self.reference else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal, or when the ratio is not known."""
        if self.goal is not None:
            return self.ours <= self.goal
        if self.goal_ratio is None or self.ratio is None:
            return None
        return self.ratio <= self.goal_ratio


def percentile(values: list[float], share: float) -> float:
    """Returns the value below which `share` (0 to 1) of the values are. Raises ValueError when there are none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
