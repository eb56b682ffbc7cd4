"""The transcript in a running app: what is seen, what moves and what does not, keys and mouse."""

import pytest
from textual.content import Content
from textual.geometry import Region

from tests.ui.widgets.transcript_app import TranscriptApp, arrive, call, notice, reply, text_result, user
from tui.domain.completion import Outcome
from tui.domain.messages import FilePart, ImagePart
from tui.domain.servers import AudioBlock, CallOutcome, ImageBlock, ResourceBlock, ResourceLinkBlock, ToolResult
from tui.domain.text import clean
from tui.domain.transcript import AnyEntry
from tui.ui.widgets.transcript.transcript import Transcript

SIZE = (80, 24)
HEADER = "groq/llama-3.3-70b  1.4 s · 912 in 81 out · $0.0006"


def many(count: int) -> list[AnyEntry]:
    return [user(f"question {number}\nwith a second line", f"user_{number}") for number in range(count)]


async def test_a_finished_turn_is_shown_with_its_figures() -> None:
    app = TranscriptApp([user("Which?"), reply("Two **files**:\n\n- a.log")])
    async with app.run_test(size=SIZE):
        lines = app.screen_lines()
    assert lines[1].startswith("you")
    assert lines[2:8] == ["Which?", "", HEADER, "Two files:", "", "  • a.log"]


async def test_unknown_figures_are_question_marks() -> None:
    entry = reply("text")
    entry.usage = entry.cost = entry.latency_ms = None
    app = TranscriptApp([entry])
    async with app.run_test(size=SIZE):
        assert app.screen_lines()[1].endswith("? · ? in ? out · $?")


async def test_where_there_is_little_room_the_price_stays() -> None:
    app = TranscriptApp([reply("text")])
    async with app.run_test(size=(48, 24)):
        assert app.screen_lines()[1] == "groq/llama-3.3-70b  912 in 81 out · $0.0006"
    app = TranscriptApp([reply("text")])
    async with app.run_test(size=(34, 24)):
        assert app.screen_lines()[1] == "groq/llama-3.3-70b  $0.0006"


async def test_a_stream_shows_its_rate_and_then_its_figures() -> None:
    entry = reply("", streaming=True)
    app = TranscriptApp([entry])
    async with app.run_test(size=SIZE):
        assert "waiting for the first token" in app.screen_lines()[1]
        arrive(entry, "word ")
        app.show()
        app.clock.advance(2)
        arrive(entry, "word" * 200)
        app.show()
        assert "streaming ▍ 100 tok/s" in app.screen_lines()[1]
        entry.streaming, entry.outcome, entry.revision = False, "complete", entry.revision + 1
        app.show()
        assert "streaming" not in app.screen_lines()[1]


async def test_a_streamed_reply_ends_up_as_if_it_had_come_at_once() -> None:
    text = "# T\n\npara\n\n- a\n- b\n\n```python\n" + "x = 1\n" * 60 + "```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nend"
    entry = reply("", streaming=True)
    app = TranscriptApp([entry])
    async with app.run_test(size=(80, 100)):
        for place in range(0, len(text), 7):
            arrive(entry, text[place : place + 7])
            app.show()
        entry.streaming, entry.revision = False, entry.revision + 1
        app.show()
        streamed = app.screen_lines()[2:]
        app.entries = [reply(text)]
        app.show(epoch=1)
        assert app.screen_lines()[2:] == streamed


ENDINGS: list[tuple[Outcome, str]] = [("partial", "✗ cut off"), ("failed", "✗ failed"), ("cancelled", "✗ cancelled")]


@pytest.mark.parametrize(("outcome", "words"), ENDINGS)
async def test_a_reply_that_did_not_end_well_says_so_in_words(outcome: Outcome, words: str) -> None:
    entry = reply("half")
    entry.outcome, entry.reason = outcome, clean("the stream ended early")
    app = TranscriptApp([entry])
    async with app.run_test(size=SIZE):
        assert f"{words}: the stream ended early" in app.screen_lines()


async def test_a_superseded_attempt_keeps_its_words_and_says_why_it_was_given_up() -> None:
    entry = reply("half")
    entry.superseded, entry.reason = True, clean("503")
    app = TranscriptApp([entry])
    async with app.run_test(size=SIZE):
        assert app.screen_lines()[1:3] == ["groq/llama-3.3-70b  given up: 503", "half"]


OUTCOMES: list[tuple[CallOutcome, str]] = [
    ("ok", "132 ms ✓"),
    ("error", "✗ error"),
    ("denied", "denied"),
    ("timeout", "✗ timeout"),
    ("cancelled", "cancelled"),
    ("invalid", "✗ invalid"),
]


@pytest.mark.parametrize(("outcome", "words"), OUTCOMES)
async def test_a_finished_call_is_one_line_with_its_outcome_at_the_right(outcome: CallOutcome, words: str) -> None:
    app = TranscriptApp([call(result=ToolResult(outcome, text_result("x").blocks, duration_ms=132))])
    async with app.run_test(size=SIZE):
        line = app.screen_lines()[1]
    assert line.startswith('▸ filesystem.read_text_file  path="logs"')
    assert line.endswith(words)


async def test_a_running_call_counts_and_shows_progress_without_moving_anything() -> None:
    entry = call()
    app = TranscriptApp([entry])
    entry.started_at = app.clock.wall()
    entry.progress, entry.total = 3, 10
    async with app.run_test(size=SIZE):
        app.clock.advance(0.8)
        entry.revision += 1
        app.show()
        before = app.screen_lines()[1]
        app.clock.advance(0.25)
        entry.revision += 1
        app.show()
        after = app.screen_lines()[1]
    assert "30%  running 0.8 s" in before
    assert len(before) == len(after)
    assert before[-1] != after[-1]


async def test_arguments_a_person_changed_take_the_place_of_the_models() -> None:
    entry = call()
    app = TranscriptApp([entry])
    entry.started_at = app.clock.wall()
    async with app.run_test(size=(90, 20)):
        assert 'path="logs"' in app.screen_lines()[1]
        entry.arguments_json, entry.edited = '{"path": "safe"}', True
        entry.revision += 1
        app.show()
        assert 'filesystem.read_text_file  changed by you:  path="safe"' in app.screen_lines()[1]


async def test_a_call_that_waits_for_the_person_says_so() -> None:
    entry = call()
    entry.state = "asking"
    app = TranscriptApp([entry])
    async with app.run_test(size=SIZE):
        assert app.screen_lines()[1].endswith("waiting for you ?")


@pytest.mark.parametrize(
    "arguments", ["", "{", "[1]", '"x"', '{"a":' * 50_000, '{"k":"' + "v" * 5_000 + '"}', "\x1b[2J"]
)
async def test_arguments_of_any_kind_stay_on_their_line(arguments: str) -> None:
    app = TranscriptApp([call(arguments, result=text_result("x"))])
    async with app.run_test(size=SIZE):
        line = app.screen_lines()[1]
    assert line.endswith("132 ms ✓")
    assert "\x1b" not in line


async def test_space_unfolds_a_call_to_its_size_and_first_lines() -> None:
    app = TranscriptApp([call(result=text_result("\n".join(f"line {number}" for number in range(38))))])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space")
        lines = app.screen_lines()
        assert lines[1].startswith("▾")
        assert "tokens to the model" in lines[2]
        assert lines[3] == "  │ line 0"
        assert lines[11].startswith("  │ … 38 lines")
        await pilot.press("space")
        assert app.screen_lines()[2] == ""


async def test_shortened_arguments_are_shown_whole_when_unfolded() -> None:
    app = TranscriptApp([call('{"path": "' + "x" * 100 + '"}', result=text_result("y"))])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space")
        assert sum(line.count("x") for line in app.screen_lines()[2:]) == 100


async def test_results_that_are_no_text_are_one_line_each() -> None:
    blocks = (
        ImageBlock(clean("image/png"), "", 12_345),
        AudioBlock(clean("audio/wav"), "", 99),
        ResourceLinkBlock(clean("file:///a"), clean("a")),
        ResourceBlock(clean("file:///b"), clean("text/plain"), clean("inside")),
    )
    app = TranscriptApp([call(result=ToolResult("ok", blocks, structured={"n": 1}))])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space")
        lines = [line.removeprefix("  │ ") for line in app.screen_lines()[3:11]]
    assert lines[:4] == ["[image image/png 12 kB]", "[audio audio/wav 99 B]", "[resource a file:///a]", lines[3]]
    assert lines[4:8] == ["inside", "{", '  "n": 1', "}"]


async def test_enter_opens_a_long_result_and_folds_a_short_one() -> None:
    app = TranscriptApp([call(result=text_result("short"))])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("enter")
        assert app.screen_lines()[1].startswith("▾")
        app.entries.append(call(key="call_long", result=text_result("line\n" * 50)))
        app.show()
        await pilot.press("enter")
        await pilot.pause()
    assert app.posted == ["call_long"]


async def test_all_calls_fold_and_unfold_together() -> None:
    app = TranscriptApp([call(key=f"call_{number}", result=text_result("x")) for number in range(3)])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+o")
        assert sum(line.startswith("▾") for line in app.screen_lines()) == 3
        await pilot.press("ctrl+o")
        assert sum(line.startswith("▸") for line in app.screen_lines()) == 3


async def test_the_view_stays_at_the_end_until_the_person_scrolls_up() -> None:
    app = TranscriptApp(many(20))
    async with app.run_test(size=SIZE) as pilot:
        assert app.screen_lines()[-1] == "with a second line"
        await pilot.press("ctrl+u")
        before = app.screen_lines()
        app.entries.append(user("newest", "user_new"))
        app.show()
        await pilot.pause()
        after = app.screen_lines()
        assert after[:-1] == before[:-1]
        assert after[-1].endswith("↓ new")
        await pilot.press("end")
        assert app.screen_lines()[-1] == "newest"
        app.entries.append(user("newer still", "user_newer"))
        app.show()
        assert app.screen_lines()[-1] == "newer still"


async def test_scrolling_back_to_the_end_follows_again() -> None:
    app = TranscriptApp(many(20))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+u", "ctrl+d")
        assert app.transcript.follow


async def test_scrolling_up_through_what_was_never_drawn_skips_and_repeats_nothing() -> None:
    texts = [f"entry {number} " + "word " * (number * 7 % 90) for number in range(120)]
    app = TranscriptApp([user(text, f"user_{place}") for place, text in enumerate(texts)])
    async with app.run_test(size=SIZE) as pilot:
        previous = app.screen_lines()
        for _ in range(40):
            await pilot.press("ctrl+u")
            lines = app.screen_lines()
            assert lines[-12:] == previous[:12] or app.transcript.scroll_y == 0
            previous = lines
        await pilot.press("home")
        assert app.screen_lines()[2].startswith("entry 0")


async def test_a_resize_wraps_what_is_in_view_and_stays_at_the_end() -> None:
    app = TranscriptApp([user("word " * 40, f"user_{number}") for number in range(50)])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        lines = app.screen_lines()
        assert lines[-1].strip()
        assert max(len(line) for line in lines) <= 38


async def test_only_what_is_near_the_view_is_drawn() -> None:
    app = TranscriptApp(many(3_000))
    async with app.run_test(size=SIZE):
        drawn = sum(view.sheet is not None for view in app.transcript.roll.views)
    assert drawn < 40


async def test_a_frame_looks_only_at_entries_that_can_change() -> None:
    class Counted(list[AnyEntry]):
        looked_at = 0

        def __getitem__(self, place: object) -> AnyEntry:  # type: ignore[override]
            Counted.looked_at += 1
            return super().__getitem__(place)  # type: ignore[index,return-value]

    entry = reply("", streaming=True)
    app = TranscriptApp(Counted([*many(500), entry]))
    async with app.run_test(size=SIZE):
        Counted.looked_at = 0
        for _ in range(10):
            arrive(entry, "text")
            app.show()
    assert Counted.looked_at == 0


async def test_text_in_place_repaints_the_open_block_and_the_header_only() -> None:
    painted: list[Region] = []

    class Watched(Transcript):
        def refresh(self, *regions: Region, **options: bool) -> "Watched":
            painted.extend(regions or [self.size.region])
            return super().refresh(*regions, **options)  # type: ignore[arg-type]

    class WatchedApp(TranscriptApp):
        def compose(self):  # type: ignore[no-untyped-def]
            yield Watched(clock=self.clock)

    entry = reply("", streaming=True)
    app = WatchedApp([entry])
    async with app.run_test(size=SIZE):
        arrive(entry, "first\n\nsecond\n\nthird")
        app.show()
        painted.clear()
        arrive(entry, " word")
        app.show()
        assert [(region.y, region.height) for region in painted] == [(1, 1), (5, 2)]


async def test_what_is_told_before_the_screen_is_ready_is_shown_once_it_is() -> None:
    class EarlyApp(TranscriptApp):
        def compose(self):  # type: ignore[no-untyped-def]
            transcript = Transcript(clock=self.clock)
            transcript.sync([user("early")], 0)
            yield transcript

        def show(self, epoch: int = 0) -> None:
            pass

    app = EarlyApp()
    async with app.run_test(size=SIZE):
        assert app.screen_lines()[2] == "early"


async def test_a_first_call_that_finishes_unfolded_leaves_the_view_alone() -> None:
    entry = call()
    app = TranscriptApp([entry, *many(20)])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("home", "ctrl+o", "home")
        entry.state, entry.result, entry.revision = "finished", text_result("a\nb"), entry.revision + 1
        app.show()
        await pilot.pause()
        assert not app.transcript.follow
        assert app.screen_lines()[1].startswith("▾")


async def test_another_chat_starts_anew_at_its_end() -> None:
    app = TranscriptApp(many(30))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("home")
        app.entries = [user("another chat")]
        app.show(epoch=1)
        assert app.screen_lines()[2] == "another chat"
        assert app.transcript.follow


async def test_an_empty_chat_says_what_belongs_here() -> None:
    app = TranscriptApp()
    async with app.run_test(size=SIZE):
        app.transcript.empty_text = Content("Nothing said yet.\nType below and press enter.")
        assert app.screen_lines()[1:3] == ["Nothing said yet.", "Type below and press enter."]


async def test_another_theme_draws_what_is_in_view_in_its_colours() -> None:
    app = TranscriptApp([user("hello")])
    async with app.run_test(size=SIZE) as pilot:
        before = list(app.transcript.render_line(1))[1].style
        app.theme = "textual-light"
        await pilot.pause()
        after = list(app.transcript.render_line(2))[1].style
    assert before
    assert after
    assert before.bgcolor != after.bgcolor


async def test_keys_move_a_marker_from_block_to_block_and_copy_and_write_it() -> None:
    app = TranscriptApp([user("question"), reply("answer **bold**"), call(result=text_result("found"))])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("alt+up", "k")
        marked = [line for line in app.painted_lines() if line.startswith("▌")]
        assert [line[2:].rstrip() for line in marked] == [HEADER, "answer bold"]
        await pilot.press("y", "j", "w")
        await pilot.pause()
    assert app.posted[0] == "answer **bold**"
    assert app.posted[1] == ("filesystem.read_text_file.txt", 'filesystem.read_text_file {"path": "logs"}\nfound')


async def test_the_mouse_selects_text_across_lines() -> None:
    app = TranscriptApp([user("first line\nsecond line")])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.mouse_down(Transcript, offset=(8, 2))
        await pilot.hover(Transcript, offset=(7, 3))
        await pilot.mouse_up(Transcript, offset=(7, 3))
        await pilot.pause()
        assert app.screen.get_selected_text() == "line\nsecond"


async def test_a_click_on_a_calls_line_unfolds_it() -> None:
    app = TranscriptApp([call(result=text_result("x"))])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.click(Transcript, offset=(5, 1))
        assert app.screen_lines()[1].startswith("▾")


async def test_notices_stand_as_quiet_lines_with_the_next_step_below() -> None:
    app = TranscriptApp([notice("openrouter CLOSED → OPEN", "Wait 30 s.")])
    async with app.run_test(size=SIZE):
        assert app.screen_lines()[1:3] == ["! openrouter CLOSED → OPEN", "Wait 30 s."]


async def test_news_that_keeps_changing_stays_on_one_line() -> None:
    entry = notice("groq CLOSED → OPEN, next probe in 30 s: " + "a long reason " * 20)
    entry.subject, entry.at = clean("breaker groq"), 1_795_000_000.0
    app = TranscriptApp([entry, user("Next?")])
    async with app.run_test(size=SIZE) as pilot:
        assert "…" in app.screen_lines()[1]
        assert "Next?" in app.screen_lines()[4]
        entry.text, entry.times, entry.revision = clean("groq OPEN → HALF-OPEN"), 2, 1
        app.show()
        await pilot.pause()
        assert app.screen_lines()[1].startswith("! groq OPEN → HALF-OPEN  ")
        assert "×2" in app.screen_lines()[1]


async def test_reasoning_is_one_line_until_it_is_unfolded() -> None:
    entry = reply("answer")
    entry.reasoning.append(clean("thought"))
    app = TranscriptApp([entry])
    async with app.run_test(size=SIZE) as pilot:
        assert app.screen_lines()[2:4] == ["▸ reasoning  7 characters", "answer"]
        await pilot.press("space")
        assert app.screen_lines()[2:5] == ["▾ reasoning  7 characters", "  │ thought", "answer"]


async def test_attachments_are_named_with_their_size() -> None:
    entry = user("look")
    entry.parts = (*entry.parts, ImagePart("image/png", "A" * 1_600), FilePart(clean("a.txt"), clean("abc")))
    app = TranscriptApp([entry])
    async with app.run_test(size=SIZE):
        assert app.screen_lines()[3:5] == ["[image png 1.2 kB]", "[file a.txt 3 B]"]


async def test_hostile_text_is_shown_literally() -> None:
    hostile = "[/nope] [@click=app.exit()]x[/] \x1b]52;c;eA==\x07 \u202eevil"
    app = TranscriptApp([user(hostile), reply(hostile), call(hostile, result=text_result(hostile)), notice(hostile)])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+o")
        seen = "\n".join(app.screen_lines())
    assert "[/nope] [@click=app.exit()]x[/]" in seen
    assert not any(char in seen for char in "\x1b\x07\u202e")


async def test_a_tiny_window_shows_something_and_fails_nowhere() -> None:
    app = TranscriptApp([user("words " * 20), reply("| a | b |\n|---|---|\n| 1 | 2 |"), call(), notice("n" * 50)])
    async with app.run_test(size=(10, 3)) as pilot:
        await pilot.press("ctrl+o", "home", "end")
        assert any(app.screen_lines())
