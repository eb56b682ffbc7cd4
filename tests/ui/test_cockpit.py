"""The cockpit through keys: what is on the screen and which orders the engine gets."""

import dataclasses
from pathlib import Path

import pytest
from textual import events

from tests.ui import scene
from tests.ui.engine_double import EngineDouble
from tests.ui.stage import staged
from tui.config.schema import PolicySettings, Settings
from tui.domain.events import CatalogChanged, GatewaySampled, MessageQueued, ServerChanged, TargetChanged
from tui.domain.gateway import SpendView
from tui.domain.ids import ServerName
from tui.domain.messages import FilePart, ImagePart, Json, Message, TextPart
from tui.domain.money import CostSource
from tui.domain.servers import Catalog, ServerStatus, TextBlock
from tui.domain.text import CleanText, clean
from tui.ui.dialogs.form import FormDialog


async def test_all_three_panes_show_the_state(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        top = stage.lines[0]
        for part in ("mcp-tui", "main → groq/llama-3.3-70b", "31%", "$0.0231 of $5", "3/5 servers", "p95", "1.2 s"):
            assert part in top
        assert "○ openrouter OPEN 41 s" in top
        assert "filesystem" in stage.text
        assert "Which of these logs mention a timeout" in stage.text
        assert "CLOSED" in stage.line("ollama")
        assert "p95" in stage.line("ollama")
        assert "2 s ago" in stage.line("Providers")
        assert "1 Chat" in stage.lines[-1]


async def test_the_status_line_leaves_a_figure_out_rather_than_cut_it(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for width in range(60, 150, 3):
            await stage.pilot.resize_terminal(width, 30)
            await stage.pilot.pause()
            assert "…" not in stage.lines[0]


async def test_the_status_line_of_a_narrow_terminal_tells_the_window_the_money_and_an_open_breaker(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path, size=(80, 24)) as stage:
        for part in ("main → groq/llama-3.3-70b", "ctx  31%", "$0.0231 of $5", "● 3/5", "○ openrouter OPEN"):
            assert part in stage.lines[0]


async def test_where_the_last_request_went_is_no_way_of_the_next_target(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        assert "main → groq/llama-3.3-70b" in stage.lines[0]
        await stage.tell(TargetChanged("main", 131_072))
        assert "main → groq/llama-3.3-70b" in stage.lines[0]
        await stage.tell(TargetChanged("proxy/house-small", None))
        assert "proxy/house-small" in stage.lines[0]
        assert "→" not in stage.lines[0]


async def test_what_matters_least_leaves_the_status_line_first(tmp_path: Path) -> None:
    order = ("default", "mcp-tui", "servers", "p95", "OPEN 41 s", "3/5", "OPEN", "ctx")
    async with staged(tmp_path) as stage:
        gone = set()
        for width in range(150, 41, -1):
            await stage.pilot.resize_terminal(width, 30)
            await stage.pilot.pause()
            gone |= {part for part in order if part not in stage.lines[0]}
            assert gone == set(order[: len(gone)])
        assert gone == set(order)


async def test_hints_under_the_message_field_are_left_out_rather_than_cut(tmp_path: Path) -> None:
    async with staged(tmp_path, size=(80, 24)) as stage:
        assert stage.line("enter sends").endswith("· @ resource")


async def test_a_countdown_ticks_without_a_new_sample(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.engine.hands.advance(10)
        await stage.tell(TargetChanged("main", 131_072))
        assert "openrouter OPEN 31 s" in stage.lines[0]
        assert "12 s ago" in stage.line("Providers")


async def test_unknown_prices_are_said_and_never_zero(tmp_path: Path) -> None:
    snapshot = dataclasses.replace(scene.SNAPSHOT, spend=SpendView(23_100, 23_100, unknown_calls=3))
    async with staged(tmp_path, events=(scene.READY, GatewaySampled(snapshot))) as stage:
        assert "$0.0231+?" in stage.lines[0]
        assert "without 3 calls of unknown price" in stage.text


async def test_the_rails_fold_with_the_width(tmp_path: Path) -> None:
    async with staged(tmp_path, size=(80, 24)) as stage:
        assert "Servers & tools" in stage.text
        assert "Providers" not in stage.text
        await stage.pilot.resize_terminal(70, 24)
        await stage.pilot.pause()
        assert "Servers & tools" not in stage.text
        await stage.press("ctrl+b")
        assert "Servers & tools" in stage.text


async def test_tools_unfold_and_show_what_the_policy_asks(tmp_path: Path) -> None:
    engine = EngineDouble(tmp_path, settings=Settings(policy=PolicySettings(tools={"filesystem.write_file": "ask"})))
    async with staged(tmp_path, engine=engine) as stage:
        assert "write_file" not in stage.text
        stage.app.screen.set_focus(stage.app.screen.get_widget_by_id("left"))
        await stage.press("space")
        assert "write_file  ask" in stage.line("write_file")
        assert "280" in stage.line("write_file")
        await stage.press("space")
        assert "write_file" not in stage.text


async def test_the_filter_counts_and_escape_clears_it(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.app.screen.set_focus(stage.app.screen.get_widget_by_id("left"))
        await stage.press("slash", "f", "i", "l", "e")
        assert "3/6 tools" in stage.text
        assert "everything" not in stage.text
        await stage.press("escape")
        assert "everything" in stage.text


async def test_number_keys_in_a_filter_are_text_not_screens(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.app.screen.set_focus(stage.app.screen.get_widget_by_id("left"))
        await stage.press("slash", "2")
        assert stage.app.current_mode == "chat"
        assert "Nothing matches." in stage.text


async def test_ten_thousand_tools_scroll_to_the_last(tmp_path: Path) -> None:
    tools = tuple(scene.tool("big", f"tool_{number:05}") for number in range(10_000))
    status = ServerStatus(ServerName("big"), "stdio", "ready", CleanText("big"), tool_count=10_000)
    events = (ServerChanged(status), CatalogChanged(Catalog(ServerName("big"), tools)))
    async with staged(tmp_path, events=events) as stage:
        stage.app.screen.set_focus(stage.app.screen.get_widget_by_id("left"))
        await stage.press("space", "G")
        assert "tool_09999" in stage.text
        await stage.press("g")
        assert "tool_09999" not in stage.text


async def test_the_cursor_stays_on_its_tool_when_a_server_above_grows(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.app.screen.set_focus(stage.app.screen.get_widget_by_id("left"))
        await stage.press("j", "r")
        assert stage.engine.orders[-1] == ("servers.reconnect", "everything")
        await stage.tell(scene.server("filesystem", "failed", error="gone", hint="r reconnects"))
        await stage.press("r")
        assert stage.engine.orders[-1] == ("servers.reconnect", "everything")


async def test_a_failed_server_shows_why_and_what_next(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        assert "✗ jira" in stage.text
        assert "exited with 1: npm ERR!" in stage.text
        assert "r reconnects" in stage.text


async def test_a_message_is_sent(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.write("hello there")
        await stage.press("enter")
        assert stage.engine.orders == [("send", (TextPart(CleanText("hello there")),))]


async def test_a_mentioned_resource_is_read_and_attached(tmp_path: Path) -> None:
    engine = EngineDouble(tmp_path)
    engine.resource_blocks = (TextBlock(clean("the notes")),)
    async with staged(tmp_path, engine=engine) as stage:
        await stage.write("see @git:file:///git/notes.md now")
        await stage.press("enter")
        assert engine.orders[0] == ("servers.read_resource", "git", "file:///git/notes.md")
        name, parts = engine.orders[1]
        assert name == "send"
        assert parts[1] == FilePart(CleanText("git:file:///git/notes.md"), CleanText("the notes"))


async def test_a_queued_message_is_shown_as_queued(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(MessageQueued((CleanText("later"),)))
        assert "queued 1" in stage.text


async def test_up_in_an_empty_field_takes_a_waiting_message_back_with_what_was_attached(tmp_path: Path) -> None:
    engine = EngineDouble(tmp_path)
    words, read = (
        clean("see @git:file:///git/notes.md"),
        FilePart(CleanText("git:file:///git/notes.md"), clean("notes")),
    )
    attached = FilePart(CleanText("a.txt"), clean("attached"))
    async with staged(tmp_path, engine=engine) as stage:
        await stage.write("draft")
        await stage.tell(MessageQueued((words,)))
        await stage.press("up")
        assert engine.orders == []
        engine.waiting = [(TextPart(words), attached, read)]
        await stage.press("down", "ctrl+u", "up")
        assert engine.orders == [("chats.take_back",)]
        assert "see @git:file:///git/notes.md" in stage.text
        assert "[file a.txt 8 B]" in stage.text
        assert "[file git" not in stage.text


async def test_up_behind_a_message_whose_turn_has_begun_brings_nothing_back(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(MessageQueued((CleanText("later"),)))
        await stage.press("up")
        await stage.write("new words")
        assert "new words" in stage.text


async def test_what_is_written_while_the_transcript_is_read_goes_into_the_message_field(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("alt+up")
        await stage.press("j", "k", "n", "o", "w", "space", "j")
        assert "now j" in stage.text
        await stage.press("enter")
        assert stage.engine.orders == [("send", (TextPart(CleanText("now j")),))]


async def test_escape_leaves_the_pane_then_interrupts_and_never_quits(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.app.screen.set_focus(stage.app.screen.get_widget_by_id("left"))
        await stage.press("escape")
        assert stage.engine.orders == []
        await stage.press("escape")
        assert stage.engine.orders == [("cancel",)]
        await stage.press("escape", "escape", "escape")
        assert stage.app.is_running


async def test_ctrl_c_interrupts_and_twice_leaves(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("ctrl+c")
        assert stage.engine.orders == [("cancel",)]
        assert not stage.app._exit
        await stage.press("ctrl+c")
        assert stage.app._exit


async def test_zoom_gives_a_pane_the_screen_and_takes_it_back(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.app.screen.set_focus(stage.app.screen.get_widget_by_id("left"))
        await stage.press("z")
        assert "Providers" not in stage.text
        assert "Servers & tools" in stage.text
        await stage.press("escape")
        assert "Providers" in stage.text


async def test_ctrl_n_begins_a_new_chat(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("ctrl+n")
        assert stage.engine.orders == [("chats.new",)]


async def test_a_command_in_the_message_field_is_carried_out_not_sent(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.write("/new ")
        await stage.press("enter")
        assert stage.engine.orders == [("chats.new",)]


async def test_a_prompt_asks_for_its_arguments_and_becomes_text(tmp_path: Path) -> None:
    engine = EngineDouble(tmp_path)
    engine.prompt_messages = (Message("user", (TextPart(clean("Please review a.py")),)),)
    async with staged(tmp_path, engine=engine) as stage:
        await stage.write("/git.review ")
        await stage.press("enter")
        await stage.pilot.pause()
        assert "Reviews a file" in stage.text
        await stage.write("a.py")
        await stage.press("ctrl+s")
        await stage.pilot.pause()
        assert engine.orders == [("servers.get_prompt", "git", "review", {"path": "a.py"})]
        assert "Please review a.py" in stage.text


async def test_a_tool_chosen_in_the_rail_is_chosen_on_its_screen(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.app.screen.set_focus(stage.app.screen.get_widget_by_id("left"))
        await stage.press("space", "j", "j", "enter")
        assert stage.app.current_mode == "tools"
        assert "tool of filesystem" in stage.line("search_files")


async def test_the_transcript_is_read_without_leaving_the_message_field(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("ctrl+o")
        assert "▾ filesystem.read_text_file" in stage.text
        await stage.press("h", "i")
        assert "› hi" in stage.text
        await stage.press("alt+up")
        assert "▌ groq/llama-3.3-70b" in stage.text


async def test_both_rails_fold_while_a_message_is_written(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("ctrl+r", "ctrl+b")
        assert "Providers" not in stage.text
        assert "Servers & tools" not in stage.text
        await stage.press("ctrl+r")
        await stage.until("Providers")


async def test_a_server_chosen_in_the_rail_is_chosen_on_its_screen(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        stage.app.screen.set_focus(stage.app.screen.get_widget_by_id("left"))
        await stage.press("j", "j", "enter")
        await stage.until("git-mcp")
        assert stage.app.current_mode == "servers"
        assert "▌" in next(line for line in stage.lines if " git " in line)


async def test_enter_on_a_long_result_opens_all_of_it(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.press("shift+tab", "k", "k", "k", "k")
        while "▌ ▸ filesystem.read_text_file" not in stage.text:
            await stage.press("k")
        await stage.press("enter")
        await stage.until("✓ ok")
        assert stage.text.count("WARN upstream timeout") > 20
        await stage.press("escape")
        assert "✓ ok" not in stage.text


async def test_a_running_call_counts_on_the_engines_clock(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        assert "running 0.0 s" in stage.line("git.log")


@pytest.mark.parametrize(
    ("source", "amount", "word"),
    [
        ("reported", "$0.0231", "reported"),
        ("computed", "$0.0231", "computed"),
        ("estimated", "~$0.0231", "estimated"),
        ("unknown", "$?", "unknown"),
    ],
)
async def test_the_rail_says_how_the_sessions_cost_was_found(
    tmp_path: Path, source: CostSource, amount: str, word: str
) -> None:
    snapshot = dataclasses.replace(scene.SNAPSHOT, spend=SpendView(23_100, 23_100, source=source))
    async with staged(tmp_path, events=(scene.READY, GatewaySampled(snapshot))) as stage:
        line = stage.line("session")
        assert f" {amount}" in line
        assert line.rstrip(" │").endswith(word)


HOSTILE = "[@click=app.quit]x[/] \x1b]52;c;?\x07\x1b[2J\u202e"


@pytest.mark.parametrize("size", [(140, 42), (80, 24)])
async def test_foreign_names_are_literal_text(tmp_path: Path, size: tuple[int, int]) -> None:
    status = ServerStatus(ServerName(HOSTILE), "stdio", "failed", clean(HOSTILE), clean(HOSTILE), clean(HOSTILE))
    tools = Catalog(ServerName(HOSTILE), (scene.tool(HOSTILE, HOSTILE),))
    async with staged(tmp_path, size=size, events=(ServerChanged(status), CatalogChanged(tools))) as stage:
        stage.app.screen.set_focus(stage.app.screen.get_widget_by_id("left"))
        await stage.press("space")
        assert "[@click=app" in stage.text
        assert "\x1b" not in stage.text
        assert "\u202e" not in stage.text


async def test_a_check_box_tells_its_state_without_colour(tmp_path: Path) -> None:
    schema: dict[str, Json] = {"type": "object", "properties": {"shout": {"type": "boolean", "default": False}}}
    async with staged(tmp_path) as stage:
        stage.app.push_screen(FormDialog(CleanText("Greet"), CleanText(""), schema))
        await stage.pilot.pause()
        await stage.until("[ ]")
        await stage.press("space")
        await stage.until("[✓]")


async def test_each_of_many_choices_tells_its_state_without_colour(tmp_path: Path) -> None:
    items: dict[str, Json] = {"type": "string", "enum": ["red", "green"]}
    schema: dict[str, Json] = {"type": "object", "properties": {"tags": {"type": "array", "items": items}}}
    async with staged(tmp_path) as stage:
        stage.app.push_screen(FormDialog(CleanText("Tag"), CleanText(""), schema))
        await stage.pilot.pause()
        await stage.until("[ ] green")
        assert "[ ] red" in stage.text
        await stage.press("space")
        await stage.until("[✓] red")
        assert "[ ] green" in stage.text


async def test_a_picture_dropped_from_a_path_with_spaces_goes_with_the_message(tmp_path: Path) -> None:
    picture = tmp_path / "my picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n0000")
    async with staged(tmp_path) as stage:
        stage.app.post_message(events.Paste(f"'{picture}'"))
        await stage.until("attaches my picture.png")
        await stage.press("tab")
        await stage.until("[image my picture.png 12 B]")
        await stage.press("enter")
        ((name, parts),) = stage.engine.orders
        assert name == "send"
        assert [part.mime_type for part in parts if isinstance(part, ImagePart)] == ["image/png"]


async def test_a_file_too_large_is_refused_with_the_next_step(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_text("x" * 300_000)
    async with staged(tmp_path) as stage:
        stage.app.post_message(events.Paste(str(tmp_path / "big.txt")))
        await stage.until("attaches big.txt")
        await stage.press("tab")
        await stage.until("is larger than 256 kB. Attach the part")
