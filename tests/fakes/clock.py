"""A clock a test moves by hand."""


class FakeClock:
    """Starts at a fixed moment; `advance` moves both hands."""

    def __init__(self, monotonic: float = 1_000.0, wall: float = 1_795_000_000.0) -> None:
        self._monotonic = monotonic
        self._wall = wall

    def monotonic(self) -> float:
        return self._monotonic

    def wall(self) -> float:
        return self._wall

    def advance(self, seconds: float) -> None:
        self._monotonic += seconds
        self._wall += seconds

    def jump_wall(self, seconds: float) -> None:
        """Moves the calendar only, as an administrator or a time server would."""
        self._wall += seconds
