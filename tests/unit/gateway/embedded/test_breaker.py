"""The breaker's rules, one by one."""

from dataclasses import dataclass, field

import pytest

from tests.fakes.clock import FakeClock
from tui.domain.messages import Json
from tui.domain.text import CleanText
from tui.gateway.embedded.resilience.breaker import Breaker, BreakerMove, BreakerRules, Permit
from tui.gateway.embedded.resilience.past_moves import MOVES_KEPT

BAD = CleanText("503")
RULES = BreakerRules(threshold=3, minimum_calls=5, window_s=30, open_s=30, max_open_s=100, probe_timeout_s=20)


@dataclass
class Bench:
    """A breaker, its clock and what it said."""

    clock: FakeClock = field(default_factory=FakeClock)
    moves: list[BreakerMove] = field(default_factory=list)
    chance: float = 0.5

    def __post_init__(self) -> None:
        self.breaker = self.another()

    def another(self) -> Breaker:
        return Breaker(RULES, self.clock, on_move=self.moves.append, chance=lambda: self.chance)

    def permit(self) -> Permit:
        permit = self.breaker.acquire()
        assert permit is not None
        return permit

    def fail(self, times: int = 1) -> None:
        for _ in range(times):
            self.breaker.fail(self.permit(), BAD)

    def open(self) -> None:
        self.fail(5)
        assert self.breaker.state == "OPEN"


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_it_opens_when_enough_of_enough_calls_failed(bench: Bench) -> None:
    bench.fail(4)
    assert bench.breaker.state == "CLOSED"
    bench.fail()
    assert bench.breaker.state == "OPEN"
    assert bench.breaker.acquire() is None
    assert bench.moves == [BreakerMove("CLOSED", "OPEN", BAD, 30.0)]


def test_failures_outside_the_window_are_forgotten(bench: Bench) -> None:
    bench.fail(4)
    bench.clock.advance(31)
    bench.fail(4)
    assert bench.breaker.state == "CLOSED"
    assert bench.breaker.view().failures == 4


def test_an_open_breaker_lets_exactly_one_probe_through(bench: Bench) -> None:
    bench.open()
    bench.clock.advance(30)
    assert bench.permit().probe
    assert bench.breaker.acquire() is None
    assert bench.breaker.view().probes_in_flight == 1


def test_a_good_probe_closes_with_an_empty_window(bench: Bench) -> None:
    bench.open()
    bench.clock.advance(30)
    bench.breaker.succeed(bench.permit())
    view = bench.breaker.view()
    assert (view.state, view.failures, view.calls, view.opened_because) == ("CLOSED", 0, 0, "")


def test_bad_probes_reopen_for_longer_up_to_the_cap(bench: Bench) -> None:
    bench.open()
    lengths = []
    for _ in range(4):
        lengths.append(bench.breaker.seconds_to_probe)
        bench.clock.advance(bench.breaker.seconds_to_probe or 0)
        bench.fail()
    assert lengths == [30, 60, 100, 100]


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 22.5), (0.5, 30.0), (1.0, 37.5)])
def test_the_time_open_is_jittered_by_a_quarter(bench: Bench, chance: float, seconds: float) -> None:
    bench.chance = chance
    bench.open()
    assert bench.breaker.seconds_to_probe == pytest.approx(seconds)


def test_a_late_result_of_an_older_generation_changes_nothing(bench: Bench) -> None:
    late_good, late_bad = bench.permit(), bench.permit()
    bench.open()
    bench.breaker.succeed(late_good)
    assert bench.breaker.state == "OPEN"
    bench.clock.advance(30)
    probe = bench.permit()
    bench.breaker.fail(late_bad, BAD)
    assert bench.breaker.state == "HALF_OPEN"
    bench.breaker.succeed(probe)
    bench.breaker.fail(late_bad, BAD)
    assert bench.breaker.view().failures == 0


def test_a_cancelled_probe_gives_its_permit_back(bench: Bench) -> None:
    bench.open()
    bench.clock.advance(30)
    cancelled = bench.permit()
    bench.breaker.give_back(cancelled)
    assert bench.breaker.state == "HALF_OPEN"
    assert bench.permit().probe
    bench.breaker.succeed(cancelled)
    assert bench.breaker.state == "HALF_OPEN"


def test_a_probe_without_a_sign_of_life_has_failed(bench: Bench) -> None:
    bench.open()
    bench.clock.advance(30)
    probe = bench.permit()
    bench.clock.advance(20)
    assert bench.breaker.acquire() is None
    assert bench.breaker.state == "OPEN"
    bench.breaker.succeed(probe)
    assert bench.breaker.state == "OPEN"


def test_a_probe_that_shows_life_may_take_its_time(bench: Bench) -> None:
    bench.open()
    bench.clock.advance(30)
    probe = bench.permit()
    for _ in range(10):
        bench.clock.advance(15)
        bench.breaker.alive(probe)
    bench.breaker.succeed(probe)
    assert bench.breaker.state == "CLOSED"


def test_tripped_by_hand_it_stays_open_for_the_longest_time(bench: Bench) -> None:
    bench.breaker.trip(CleanText("by hand"))
    assert bench.breaker.seconds_to_probe == 100
    assert bench.breaker.view().opened_because == "by hand"


def test_a_probe_by_hand_does_not_wait(bench: Bench) -> None:
    bench.open()
    bench.breaker.probe()
    assert bench.permit().probe


def test_reset_by_hand_closes(bench: Bench) -> None:
    bench.open()
    bench.breaker.reset()
    assert not bench.permit().probe


def test_held_by_hand_it_never_trips(bench: Bench) -> None:
    bench.breaker.hold()
    bench.fail(50)
    assert bench.breaker.state == "CLOSED"
    assert bench.breaker.view().held
    bench.breaker.hold(False)
    bench.fail()
    assert bench.breaker.state == "OPEN"


def test_holding_an_open_breaker_closes_it(bench: Bench) -> None:
    bench.open()
    bench.breaker.hold()
    assert bench.breaker.state == "CLOSED"


def test_a_restart_keeps_the_deadline(bench: Bench) -> None:
    bench.open()
    bench.clock.advance(10)
    later = bench.another()
    later.restore(bench.breaker.document())
    assert later.acquire() is None
    assert later.seconds_to_probe == pytest.approx(20)
    assert later.view().opened_because == BAD


def test_a_restart_during_a_probe_gives_no_free_permit(bench: Bench) -> None:
    bench.open()
    bench.clock.advance(30)
    bench.permit()
    later = bench.another()
    later.restore(bench.breaker.document())
    first = later.acquire()
    assert first is not None
    assert first.probe
    assert later.acquire() is None


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_jump_of_the_calendar_is_harmless(bench: Bench, jump: float) -> None:
    bench.open()
    stored = bench.breaker.document()
    bench.clock.jump_wall(jump)
    assert bench.breaker.seconds_to_probe == 30
    later = bench.another()
    later.restore(stored)
    assert (later.seconds_to_probe or 0) <= RULES.max_open_s
    bench.clock.advance(RULES.max_open_s)
    assert later.admits


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"open": True},
        {"open": "yes", "until": 1},
        {"open": True, "until": float("nan")},
        {"open": True, "until": 10**400},
        {"open": True, "until": "soon"},
        {"open": True, "until": -1},
    ],
)
def test_nonsense_from_disk_is_ignored(bench: Bench, document: dict[str, object]) -> None:
    bench.breaker.restore(document)
    assert bench.breaker.admits
    assert bench.breaker.state == "CLOSED"


# --- what it remembers of its moves


def test_it_remembers_its_moves_with_their_reasons_newest_first(bench: Bench) -> None:
    bench.open()
    opened_at = bench.clock.wall()
    bench.clock.advance(31)
    bench.breaker.succeed(bench.permit())
    assert [(move.old, move.new) for move in bench.breaker.moves] == [
        ("HALF_OPEN", "CLOSED"),
        ("OPEN", "HALF_OPEN"),
        ("CLOSED", "OPEN"),
    ]
    assert (bench.breaker.moves[-1].at, bench.breaker.moves[-1].reason) == (opened_at, BAD)


def test_no_more_than_the_last_moves_are_remembered(bench: Bench) -> None:
    for _ in range(MOVES_KEPT):
        bench.breaker.trip(BAD)
        bench.breaker.reset()
    assert len(bench.breaker.moves) == MOVES_KEPT


def test_a_move_that_another_run_told_is_remembered_once_and_as_told(bench: Bench) -> None:
    bench.open()
    other = bench.another()
    bench.clock.advance(2)
    other.restore(bench.breaker.document())
    assert other.state == "OPEN"
    assert other.moves == bench.breaker.moves
    other.reset()
    bench.breaker.restore(other.document())
    assert bench.breaker.moves == other.moves
    assert [move.new for move in other.moves] == ["CLOSED", "OPEN"]


@pytest.mark.parametrize(
    "nonsense",
    [None, 7, "x", [7], [{}], [{"at": "x", "old": "CLOSED", "new": "OPEN"}], [{"at": 5, "old": "AJAR", "new": "OPEN"}]],
)
def test_told_moves_that_are_nonsense_are_left_out(bench: Bench, nonsense: Json) -> None:
    bench.open()
    bench.breaker.restore({**bench.breaker.document(), "moves": nonsense})
    assert [move.new for move in bench.breaker.moves] == ["OPEN"]
