"""A turn as bars on a time axis."""

import pytest

from tests.ui.screens.facts import NOW, TURN, turn
from tui.domain.events import TurnFinished, UserSpoke
from tui.domain.state import State
from tui.ui.widgets.trace.waterfall import axis, bar_cells, document, traces


def trace_of(events):
    state = State()
    for event in events:
        state.apply(event)
    (trace,) = traces(state.entries)
    return trace


def test_a_turn_ends_with_its_last_bar():
    trace = trace_of(turn())
    assert trace.duration_s == pytest.approx(4.1)
    assert not trace.running
    assert trace.cost_microusd is None
    assert trace.costs == "$0.0015+?"


def test_a_running_attempt_grows_with_the_clock():
    begun = [event for event in turn()[:3] if not isinstance(event, TurnFinished)]
    trace = trace_of(begun)
    assert trace.running
    early, late = (
        "".join(text for text, _ in bar_cells(trace.bars[0], trace, NOW + seconds, 100)) for seconds in (1, 2)
    )
    assert "1.0 s" in early
    assert "2.0 s" in late
    assert "◐" in early


@pytest.mark.parametrize("width", [10, 40, 76, 120, 200])
def test_bars_of_a_turn_have_one_width_whatever_the_screen(width):
    trace = trace_of(turn())
    lengths = {len("".join(text for text, _ in bar_cells(bar, trace, NOW, width)[:-1])) for bar in trace.bars}
    assert len(lengths) == 1
    axis(trace, NOW, width)


@pytest.mark.parametrize("width", range(60, 120))
def test_the_axis_names_its_middle_only_where_there_is_room(width):
    assert "…" not in "".join(text for text, _ in axis(trace_of(turn()), NOW, width))


def test_two_turns_stand_newest_first():
    state = State()
    events = turn()
    for event in events:
        state.apply(event)
    spoke = next(event for event in events if isinstance(event, UserSpoke))
    state.apply(UserSpoke(spoke.chat_id, "turn_2", "m2", spoke.parts, NOW + 60))
    assert [trace.turn_id for trace in traces(state.entries)] == ["turn_2", TURN]


def test_unknown_figures_are_null_in_the_export():
    first = document(trace_of(turn()), [])["steps"][0]
    assert first["input_tokens"] is None
    assert first["cost_microusd"] is None
    assert first["first_token_ms"] is None
