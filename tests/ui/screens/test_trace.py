"""The trace screen through its keys."""

import json

import pytest

from tests.ui.screens import facts
from tests.ui.screens.stage import Stage, press
from tui.ui.screens.trace import TraceScreen


@pytest.fixture
async def stage(in_tmp_path):
    app = Stage(TraceScreen)
    async with app.run_test(size=(120, 40)) as pilot:
        app.pilot = pilot
        app.tell(*facts.turn(), *facts.frames())
        await pilot.pause()
        yield app


async def test_a_turn_is_drawn_as_attempts_and_calls_on_one_axis(stage):
    text = stage.text
    assert "Which of these logs mention a timeout?" in text
    for line in (
        ("✗ openrouter/auto", "600 ms", "provider-down"),
        ("✓ groq/llama-3.3-70b", "1.4 s", "912 in 81 out $0.0006"),
        ("✓ filesystem.search_files", "132 ms", "2.0 kB +512 tok"),
        ("✗ filesystem.read_text_file", "12 ms", "+4 tok"),
    ):
        assert any(all(words in row for words in line) for row in text.splitlines()), line


async def test_a_price_that_is_partly_unknown_says_so(stage):
    assert "$0.0015+?" in stage.text


async def test_later_bars_begin_further_right(stage):
    rows = [row for row in stage.text.splitlines() if "━" in row]
    starts = [min(place for sign in "━─" if (place := row.find(sign)) >= 0) for row in rows]
    assert starts == sorted(starts)
    assert len(rows) == 5


async def test_the_chosen_step_is_told_in_full(stage):
    await press(stage, "enter", "j", "j")
    assert '{"pattern":"timeout","path":"logs"}' in stage.text
    assert "a.log" in stage.text
    await press(stage, "k")
    assert "$0.0006 reported" in stage.text


async def test_the_raw_log_is_filtered_by_server_and_method(stage):
    await press(stage, "t")
    assert "← notifications/message" in stage.text
    await press(stage, "slash", *"filesystem result", "enter")
    assert "1/3 messages" in stage.text
    assert "← result of tools/call" in stage.text
    assert '"text": "a.log"' in stage.text
    assert "notifications/message" not in stage.text


async def test_a_turn_is_exported_to_a_new_private_file(stage, tmp_path):
    await press(stage, "e", "e")
    first, second = sorted(tmp_path.iterdir())
    assert (first.name, second.name) == ("trace-turn_1-2.json", "trace-turn_1.json")
    assert first.stat().st_mode & 0o777 == 0o600
    document = json.loads(second.read_text())
    assert [step["kind"] for step in document["steps"]] == ["attempt", "attempt", "call", "call", "attempt"]
    assert document["steps"][2]["arguments"] == {"pattern": "timeout", "path": "logs"}
    assert document["cost_microusd"] is None
    assert len(document["frames"]) == 3


async def test_without_a_turn_it_says_where_turns_come_from():
    app = Stage(TraceScreen)
    async with app.run_test(size=(80, 24)) as app.pilot:
        await press(app, "e")
        assert "No turn yet." in app.text
        assert "1 leads to the chat" in app.text
        await press(app, "t")
        assert "No JSON-RPC messages yet." in app.text


async def test_at_80_by_24_sign_label_and_duration_stay():
    app = Stage(TraceScreen)
    async with app.run_test(size=(80, 24)) as pilot:
        app.tell(*facts.turn())
        await pilot.pause()
        assert any("✓ filesystem.search_files" in row and "132 ms" in row for row in app.text.splitlines())
