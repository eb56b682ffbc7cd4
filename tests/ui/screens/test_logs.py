"""The logs screen through its keys."""

import pytest
from textual.events import MouseScrollUp

from tests.ui.screens import facts
from tests.ui.screens.stage import Stage, press
from tui.domain.events import Logged
from tui.domain.text import clean
from tui.ui.screens.logs import LogsScreen
from tui.ui.widgets.logs.log_view import LogView


@pytest.fixture
async def stage():
    app = Stage(LogsScreen)
    async with app.run_test(size=(110, 30)) as pilot:
        app.pilot = pilot
        app.tell(*facts.logs())
        await pilot.pause()
        yield app


def many(count: int, start: int = 0) -> list[Logged]:
    return [
        Logged(clean("INFO"), clean("gateway"), clean(f"line {number}"), facts.NOW)
        for number in range(start, start + count)
    ]


async def test_program_servers_and_notices_stand_in_one_list(stage):
    for words in ("openrouter answered 503", "client connected", "npm ERR! 404 jira-mcp", "The server jira exited"):
        assert words in stage.text


async def test_levels_narrow_to_warnings_then_errors_then_all_again(stage):
    await press(stage, "v")
    assert "2/5 lines" in stage.text
    assert "client connected" not in stage.text
    await press(stage, "v")
    assert "1/5 lines" in stage.text
    await press(stage, "v")
    assert "5 lines" in stage.text


async def test_sources_narrow_to_program_servers_and_notices(stage):
    seen = []
    for _ in range(4):
        await press(stage, "s")
        seen.append([words for words in ("5 providers", "client connected", "jira exited") if words in stage.text])
    assert seen[:3] == [["5 providers"], ["client connected"], ["jira exited"]]
    assert len(seen[3]) == 3


async def test_words_are_looked_for_in_source_and_text(stage):
    await press(stage, "slash", *"npm jira", "enter")
    assert "1/5 lines" in stage.text
    await press(stage, "slash", *" nothing")
    assert "No line passes the filters." in stage.text


async def test_the_chosen_line_is_shown_whole_with_its_next_step(stage):
    assert "next step  Press c on the servers screen." in stage.text
    stage.tell(Logged(clean("INFO"), clean("x"), clean("word " * 60 + "the end"), facts.NOW))
    await stage.pilot.pause()
    assert "the end" in stage.text


async def test_the_end_is_followed_until_a_person_goes_up(stage):
    stage.tell(*many(50))
    await stage.pilot.pause()
    assert "line 49" in stage.text
    await press(stage, "k")
    stage.tell(*many(50, 50))
    await stage.pilot.pause()
    assert "not following" in stage.text
    assert "line 99" not in stage.text
    await press(stage, "f")
    assert "line 99" in stage.text


async def test_a_long_log_keeps_its_last_two_thousand_lines(stage):
    stage.tell(*many(2_500))
    await stage.pilot.pause()
    assert "2 000 lines" in stage.text.replace("\u2009", " ").replace("\u202f", " ").replace("\u00a0", " ")
    assert "line 2499" in stage.text


async def test_an_empty_log_says_what_will_be_here():
    app = Stage(LogsScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "Nothing was logged yet." in app.text


async def test_looking_back_stops_following_and_the_last_row_begins_it_anew(stage):
    assert "following the end" in stage.text
    await press(stage, "k")
    assert "not following" in stage.text
    await press(stage, "G")
    assert "not following" not in stage.text


async def test_the_wheel_looks_back_too(stage):
    stage.tell(*many(100))
    await stage.pilot.pause()
    stage.screen.query_one(LogView).post_message(wheel_up(stage))
    await stage.pilot.pause()
    stage.tell(*many(3, start=100))
    await stage.pilot.pause()
    assert "not following" in stage.text
    assert "line 102" not in stage.text


def wheel_up(stage):
    view = stage.screen.query_one(LogView)
    return MouseScrollUp(view, 1, 1, 0, -1, 0, False, False, False)


async def test_lines_that_fell_out_of_the_log_are_gone_from_the_list(stage):
    await press(stage, "slash", *"line", "enter")
    stage.tell(*many(1_990))
    stage.tell(*many(20, start=1_990))
    await stage.pilot.pause()
    assert "2 000 lines" in plain(stage.text)
    await press(stage, "g")
    assert "line 10 " in stage.text
    assert "line 9 " not in stage.text


def plain(text):
    return text.replace("\u202f", " ").replace("\u2009", " ").replace("\u00a0", " ")
