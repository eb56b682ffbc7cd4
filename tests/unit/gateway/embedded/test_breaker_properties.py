"""What a breaker promises whatever happens in whatever order."""

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, precondition, rule

from tests.fakes.clock import FakeClock
from tui.domain.text import CleanText
from tui.gateway.embedded.resilience.breaker import Breaker, BreakerMove, BreakerRules, Permit

RULES = BreakerRules(threshold=2, minimum_calls=3, window_s=30, open_s=10, max_open_s=60, probe_timeout_s=25)


class BreakerMachine(RuleBasedStateMachine):
    """Random calls, results, waits, clock jumps and restarts, against a plain memory of what was promised."""

    permits = Bundle("permits")

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.moves: list[BreakerMove] = []
        self.run = 0
        self.breaker = self._new()
        self.probe: Permit | None = None
        self.probe_until = 0.0
        self.closed_until = 0.0
        self.current: set[Permit] = set()

    def _new(self) -> Breaker:
        return Breaker(RULES, self.clock, on_move=self._moved, chance=lambda: 0.9)

    def _moved(self, move: BreakerMove) -> None:
        self.moves.append(move)
        self.current.clear()
        self.probe = None
        if move.new == "OPEN":
            assert move.seconds_to_probe is not None
            assert move.seconds_to_probe <= RULES.max_open_s
            self.closed_until = self.clock.monotonic() + move.seconds_to_probe
        else:
            self.closed_until = 0.0

    @rule(target=permits)
    def call(self) -> object:
        permit = self.breaker.acquire()
        if permit is None:
            return multiple()
        now = self.clock.monotonic()
        assert now >= self.closed_until, "no call while open and before the deadline"
        if permit.probe:
            assert self.probe is None or now >= self.probe_until, "one probe at a time"
            self.probe, self.probe_until = permit, now + RULES.probe_timeout_s
        self.current.add(permit)
        return self.run, permit

    @rule(call=consumes(permits))
    def succeed(self, call: tuple[int, Permit]) -> None:
        self._report(call, self.breaker.succeed)

    @rule(call=consumes(permits))
    def fail(self, call: tuple[int, Permit]) -> None:
        self._report(call, lambda permit: self.breaker.fail(permit, CleanText("503")))

    @rule(call=consumes(permits))
    def cancel(self, call: tuple[int, Permit]) -> None:
        moves = len(self.moves)
        self._report(call, self.breaker.give_back)
        assert len(self.moves) == moves, "a cancelled call moves nothing"

    def _report(self, call: tuple[int, Permit], report: Callable[[Permit], None]) -> None:
        run, permit = call
        if run != self.run:
            return
        stale = permit not in self.current
        before, moves = self.breaker.state, len(self.moves)
        report(permit)
        if stale:
            by_time = {"time for a probe", f"the probe gave no answer in {RULES.probe_timeout_s:.0f} s"}
            assert all(move.reason in by_time for move in self.moves[moves:]), "a stale result never moves it"
            assert len(self.moves) > moves or self.breaker.state == before
        self.current.discard(permit)
        if permit == self.probe:
            self.probe = None

    @rule(seconds=st.floats(0, 70))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(seconds=st.sampled_from([-86_400.0, 86_400.0]))
    def jump(self, seconds: float) -> None:
        self.clock.jump_wall(seconds)

    @rule(jump=st.sampled_from([0.0, -86_400.0, 86_400.0]))
    def restart(self, jump: float) -> None:
        was_closed = self.breaker.document()["open"] is False
        document = self.breaker.document()
        self.clock.jump_wall(jump)
        self.run += 1
        self.current.clear()
        self.probe, self.closed_until = None, 0.0
        self.breaker = self._new()
        self.breaker.restore(document)
        if not was_closed:
            assert self.breaker.state != "CLOSED", "no free permit after a restart"

    @precondition(lambda self: self.breaker.state != "CLOSED")
    @rule()
    def recover(self) -> None:
        self.clock.advance(RULES.max_open_s)
        self.clock.advance(RULES.probe_timeout_s)
        permit = self.breaker.acquire()
        if permit is None:  # a lost probe was still counted in flight: it just failed, and time starts anew
            self.clock.advance(RULES.max_open_s)
            permit = self.breaker.acquire()
        assert permit is not None, "a probe comes within the cap"
        self.breaker.succeed(permit)
        assert self.breaker.state == "CLOSED"
        assert self.breaker.view().calls == 0

    @invariant()
    def the_next_probe_is_never_further_than_the_cap(self) -> None:
        if self.breaker.state == "OPEN":
            assert self.breaker.seconds_to_probe is not None
            assert 0 < self.breaker.seconds_to_probe <= RULES.max_open_s


BreakerMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestBreaker = BreakerMachine.TestCase


def test_of_many_who_wait_for_the_probe_only_one_calls() -> None:
    clock = FakeClock()
    breaker = Breaker(RULES, clock)
    breaker.trip(CleanText("by hand"))
    clock.advance(RULES.max_open_s)
    assert sum(breaker.acquire() is not None for _ in range(64)) == 1
