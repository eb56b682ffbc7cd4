"""A circuit breaker: stops calling what keeps failing, and tries again with one careful probe.

States and names follow Nygard, "Release It!" (CLOSED, OPEN, HALF_OPEN). All durations run on the monotonic clock; the
wall clock is used only to remember a deadline across runs, and is clamped when it is read back.
"""

import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.domain.clock import Clock
from tui.domain.gateway import BreakerMoved, BreakerState, BreakerView
from tui.domain.messages import Json
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.resilience.past_moves import moves_document, moves_from, together, with_move

_REMEMBERED_CALLS = 1_000


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When to open and how long to stay open; durations in seconds."""

    threshold: int = 5
    minimum_calls: int = 5
    window_s: float = 30.0
    open_s: float = 30.0
    max_open_s: float = 300.0
    probe_timeout_s: float = 60.0
    """A probe that shows no sign of life for this long has failed."""
    jitter: float = 0.25


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to make one call. Its result counts only while the breaker is still in `generation`."""

    generation: int
    serial: int
    probe: bool


@dataclass(frozen=True, slots=True)
class BreakerMove:
    """A breaker went from one state to another."""

    old: BreakerState
    new: BreakerState
    reason: CleanText
    seconds_to_probe: float | None


class Breaker:
    """One breaker. Not thread-safe: it lives on the event loop and never waits."""

    def __init__(
        self,
        rules: BreakerRules,
        clock: Clock,
        *,
        on_move: Callable[[BreakerMove], None] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._rules = rules
        self._clock = clock
        self._on_move = on_move
        self._chance = chance
        self._state: BreakerState = "CLOSED"
        self._window: deque[tuple[float, bool]] = deque(maxlen=_REMEMBERED_CALLS)
        self._reason = CleanText("")
        self._open_until = 0.0
        self._reopenings = 0
        self._generation = 0
        self._serial = 0
        self._probe: Permit | None = None
        self._probe_until = 0.0
        self._held = False
        self._moved_at = 0.0
        self._moves: tuple[BreakerMoved, ...] = ()

    # --- calls

    def acquire(self) -> Permit | None:
        """Returns leave to call now, None while open or while another probe is under way."""
        self._refresh()
        if self._state == "OPEN" or self._probe is not None:
            return None
        self._serial += 1
        probe = self._state == "HALF_OPEN"
        permit = Permit(self._generation, self._serial, probe)
        if probe:
            self._probe = permit
            self.alive(permit)
        return permit

    def succeed(self, permit: Permit) -> None:
        """The call went well; a good probe closes the breaker with an empty window."""
        if not self._counts(permit):
            return
        if permit.probe:
            self._close(CleanText("the probe succeeded"))
        else:
            self._window.append((self._clock.monotonic(), True))

    def fail(self, permit: Permit, reason: CleanText) -> None:
        """The call failed in a way that says the other side is unwell."""
        if not self._counts(permit):
            return
        if permit.probe:
            self._reopenings += 1
            self._open(reason)
            return
        self._window.append((self._clock.monotonic(), False))
        self._prune()
        if not self._held and self._failures >= self._rules.threshold and len(self._window) >= self._minimum:
            self._open(reason)

    def give_back(self, permit: Permit) -> None:
        """The call said nothing about the other side (cancelled, our fault): nothing changes."""
        if permit == self._probe:
            self._probe = None

    def alive(self, permit: Permit) -> None:
        """The call shows life: a probe's own timeout starts anew."""
        if permit == self._probe:
            self._probe_until = self._clock.monotonic() + self._rules.probe_timeout_s

    # --- by hand

    def trip(self, reason: CleanText) -> None:
        """Opens for the longest time allowed; a breaker held closed is released first."""
        self._held = False
        self._open(reason, self._rules.max_open_s)

    def probe(self) -> None:
        """Lets the next call through as a probe, whatever time is left."""
        if self._state == "OPEN":
            self._half_open(CleanText("a probe was asked for"))

    def reset(self) -> None:
        """Closes with an empty window and forgets how often it reopened."""
        self._close(CleanText("reset by hand"))

    def hold(self, held: bool = True) -> None:
        """Keeps it closed whatever fails (or lets it trip again)."""
        self._held = held
        if held and self._state != "CLOSED":
            self._close(CleanText("held closed by hand"))

    # --- what is known

    @property
    def state(self) -> BreakerState:
        """OPEN only while calls are refused; HALF_OPEN as soon as a probe would be let through."""
        due = self._state == "OPEN" and self._clock.monotonic() >= self._open_until
        return "HALF_OPEN" if due else self._state

    @property
    def admits(self) -> bool:
        """Whether `acquire` would return a permit now."""
        return self.state != "OPEN" and self._probe is None

    @property
    def seconds_to_probe(self) -> float | None:
        """Seconds until the next call may be let through; None when one may be now."""
        now = self._clock.monotonic()
        if self._state == "OPEN" and now < self._open_until:
            return self._open_until - now
        if self._probe is not None and now < self._probe_until:
            return self._probe_until - now
        return None

    @property
    def moved_at(self) -> float:
        """Wall clock of the last change of state, in this run or the one that told of it; 0 when there was none."""
        return self._moved_at

    @property
    def moves(self) -> tuple[BreakerMoved, ...]:
        """The last changes of state, in this run and those that told of theirs, newest first."""
        return self._moves

    @property
    def reason(self) -> CleanText:
        """Why it opened; empty while closed."""
        return self._reason

    def view(self) -> BreakerView:
        """Returns what a person is shown."""
        self._prune()
        return BreakerView(
            state=self.state,
            failures=self._failures,
            calls=len(self._window),
            threshold=self._rules.threshold,
            opened_because=self._reason,
            seconds_to_probe=self.seconds_to_probe,
            probes_in_flight=int(self._probe is not None),
            held=self._held,
        )

    def document(self) -> dict[str, Json]:
        """Returns the state for the next run; deadlines on the wall clock."""
        left = max(0.0, self._open_until - self._clock.monotonic()) if self._state == "OPEN" else 0.0
        return {
            "open": self._state != "CLOSED",
            "until": self._clock.wall() + left,
            "reopenings": self._reopenings,
            "reason": self._reason,
            "held": self._held,
            "moved_at": self._moved_at,
            "moves": moves_document(self._moves),
        }

    def restore(self, document: Mapping[str, Json]) -> None:
        """Takes over a stored state; nonsense is ignored, deadlines are clamped to the longest time allowed."""
        # To follow another run is no move of its own: that run has told of it.
        moves = together(self._moves, moves_from(document.get("moves")))
        self._follow(document)
        self._moves = moves

    def _follow(self, document: Mapping[str, Json]) -> None:
        self._held = document.get("held") is True
        until, reopenings = as_wall_time(document.get("until")), document.get("reopenings")
        if self._held or document.get("open") is not True or until is None:
            if self._state != "CLOSED":
                self._close(CleanText("closed by another run"))
            self._moved_at = as_wall_time(document.get("moved_at")) or self._moved_at
            return
        self._reopenings = min(max(reopenings, 0), 64) if isinstance(reopenings, int) else 0
        left = min(max(0.0, until - self._clock.wall()), self._rules.max_open_s)
        self._open(clean_line(document.get("reason") or "open since an earlier run"), left)

    def adopt(self, rules: BreakerRules) -> None:
        """Goes on by other rules; an open breaker stays open no longer than they allow."""
        self._rules = rules
        self._open_until = min(self._open_until, self._clock.monotonic() + rules.max_open_s)

    # --- moves

    @property
    def _failures(self) -> int:
        return sum(not ok for _, ok in self._window)

    @property
    def _minimum(self) -> int:
        return max(self._rules.threshold, self._rules.minimum_calls)

    def _counts(self, permit: Permit) -> bool:
        self._refresh()
        return permit.generation == self._generation and (not permit.probe or permit == self._probe)

    def _prune(self) -> None:
        oldest = self._clock.monotonic() - self._rules.window_s
        while self._window and self._window[0][0] < oldest:
            self._window.popleft()

    def _refresh(self) -> None:
        now = self._clock.monotonic()
        if self._state == "OPEN" and now >= self._open_until:
            self._half_open(CleanText("time for a probe"))
        elif self._probe is not None and now >= self._probe_until:
            self._reopenings += 1
            self._open(CleanText(f"the probe gave no answer in {self._rules.probe_timeout_s:.0f} s"))

    def _open(self, reason: CleanText, open_s: float | None = None) -> None:
        if open_s is None:
            spread = 1 + self._rules.jitter * (2 * self._chance() - 1)
            open_s = min(self._rules.open_s * 2 ** min(self._reopenings, 32) * spread, self._rules.max_open_s)
        self._open_until = self._clock.monotonic() + open_s
        self._reason = reason
        self._move("OPEN", reason, open_s)

    def _half_open(self, reason: CleanText) -> None:
        self._move("HALF_OPEN", reason)

    def _close(self, reason: CleanText) -> None:
        self._reason, self._reopenings = CleanText(""), 0
        self._move("CLOSED", reason)

    def _move(self, new: BreakerState, reason: CleanText, seconds_to_probe: float | None = None) -> None:
        old, self._state = self._state, new
        self._generation += 1
        self._moved_at = self._clock.wall()
        self._probe = None
        self._window.clear()
        if old != new:
            self._moves = with_move(self._moves, BreakerMoved(self._moved_at, old, new, reason))
        if old != new and self._on_move:
            self._on_move(BreakerMove(old, new, reason, seconds_to_probe))


def as_wall_time(value: Json) -> float | None:
    """Returns a stored wall-clock time in seconds, None when it cannot be one."""
    # The comparison is false for NaN and fine with integers too large for a float.
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e12 else None
