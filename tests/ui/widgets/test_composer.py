"""The message field in a running app: sending, pasting, history, completions and attachments."""

from pathlib import Path

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tui.domain.messages import FilePart, ImagePart
from tui.domain.text import clean
from tui.ui.candidates import resource_candidates
from tui.ui.theme import VARIABLE_DEFAULTS
from tui.ui.widgets.composer.attachment_chips import AttachmentChips
from tui.ui.widgets.composer.attachment_files import IMAGE_BYTES, TEXT_BYTES, find_file
from tui.ui.widgets.composer.completion_popup import CompletionPopup, matching
from tui.ui.widgets.composer.composer import Candidate, Composer
from tui.ui.widgets.composer.message_field import MessageField

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 200
COMMANDS = [Candidate("/new", "/new", "Begin a new chat"), Candidate("/model", "/model", "Choose")]
RESOURCES = [Candidate("@files:a.txt", "@files:a.txt ", "a file"), Candidate("@git:log", "@git:log ", "[/nope]")]


class ComposerApp(App[None]):
    """Shows a composer and keeps what it posts."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Composer.Submitted] = []
        self.refused: list[str] = []
        self.edits: list[str] = []
        self.escapes = 0

    def compose(self) -> ComposeResult:
        yield Composer()

    def on_mount(self) -> None:
        self.composer.focus()
        self.composer.set_candidates(RESOURCES, COMMANDS)

    @property
    def composer(self) -> Composer:
        return self.query_one(Composer)

    @property
    def popup(self) -> CompletionPopup:
        return self.query_one(CompletionPopup)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return VARIABLE_DEFAULTS

    def on_composer_submitted(self, message: Composer.Submitted) -> None:
        self.sent.append(message)

    def on_message_field_refused(self, message: Composer.Refused) -> None:
        self.refused.append(message.reason)

    def on_composer_edit_requested(self, message: Composer.EditRequested) -> None:
        self.edits.append(message.text)

    def key_escape(self) -> None:
        self.escapes += 1


async def paste(app: ComposerApp, pilot: Pilot[None], text: str) -> None:
    app.query_one(MessageField).post_message(events.Paste(text))
    await settled(app, pilot)


async def settled(app: ComposerApp, pilot: Pilot[None]) -> None:
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


def shown(app: ComposerApp, selector: str) -> str:
    return str(app.query_one(selector).render())


async def test_enter_sends_and_empties_the_field() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press(*"hello", "enter")
        await pilot.pause()
        assert [message.text for message in app.sent] == ["hello"]
        assert app.composer.text == ""


async def test_nothing_is_sent_when_nothing_is_written() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press("enter", "space", "enter")
        await pilot.pause()
    assert app.sent == []


@pytest.mark.parametrize("key", ["shift+enter", "alt+enter", "ctrl+j"])
async def test_newline_keys_begin_a_line_and_do_not_send(key: str) -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press("a", key, "b")
        await pilot.pause()
        assert app.composer.text == "a\nb"
        assert app.sent == []


async def test_the_field_grows_from_one_line_to_eight() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        field = app.query_one(MessageField)
        await pilot.pause()
        assert field.size.height == 1
        await pilot.press(*["ctrl+j"] * 3)
        await pilot.pause()
        assert field.size.height == 4
        await pilot.press(*["ctrl+j"] * 20)
        await pilot.pause()
        assert field.size.height == 8


async def test_a_paste_is_cleaned_and_never_sends() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await paste(app, pilot, "one\r\ntwo\n\x1b]52;c;eA==\x07\u202e[/nope]")
        assert app.composer.text == "one\ntwo\n␛]52;c;eA==␇<U+202E>[/nope]"
        assert app.sent == []


async def test_a_huge_paste_is_refused_and_what_was_written_stays() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press(*"kept")
        await paste(app, pilot, "x" * 10_000_000)
        assert app.composer.text == "kept"
        assert app.refused == ["The paste is longer than 128 kB. Save it to a file and attach it."]


async def test_up_and_down_walk_the_history_and_come_back_to_the_draft() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        app.composer.set_history(["first", "second"])
        await pilot.press(*"draft", "up")
        assert app.composer.text == "second"
        await pilot.press("up", "up")
        assert app.composer.text == "first"
        await pilot.press("down", "down")
        assert app.composer.text == "draft"


async def test_a_sent_message_comes_back_with_up() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press(*"hello", "enter")
        await pilot.pause()
        await pilot.press("up")
        assert app.composer.text == "hello"


async def test_up_inside_a_long_message_moves_the_cursor() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        app.composer.set_history(["old"])
        await pilot.press("a", "ctrl+j", "b", "up")
        assert app.composer.text == "a\nb"


async def test_slash_lists_commands_and_enter_completes_instead_of_sending() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press("slash", "m")
        await pilot.pause()
        assert app.popup.is_open
        await pilot.press("enter")
        await pilot.pause()
        assert app.composer.text == "/model"
        assert app.sent == []
        await pilot.press("enter")
        await pilot.pause()
        assert [message.text for message in app.sent] == ["/model"]


async def test_a_slash_inside_a_message_lists_nothing() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press(*"a", "space", "slash", "m")
        await pilot.pause()
        assert not app.popup.is_open


async def test_at_completes_anywhere_and_arrows_choose() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press(*"see", "space", "@")
        await pilot.pause()
        await pilot.press("down", "tab")
        await pilot.pause()
        assert app.composer.text == "see @git:log "
        assert not app.popup.is_open


async def test_a_completed_file_is_attached_and_its_word_goes(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("buy milk", encoding="utf-8")
    app = ComposerApp()
    async with app.run_test() as pilot:
        app.composer.set_candidates(resource_candidates({}, tmp_path), COMMANDS)
        await pilot.press(*"see", "space", *"@not")
        await pilot.pause()
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.composer.text == "see "
        assert "[file notes.txt 8 B]" in shown(app, "AttachmentChips")
        await pilot.press("enter")
        await pilot.pause()
    assert app.sent[0].attachments == (FilePart(clean("notes.txt"), clean("buy milk")),)


async def test_escape_closes_the_list_and_goes_no_further() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press("@")
        await pilot.pause()
        await pilot.press("escape")
        assert (app.popup.is_open, app.escapes, app.composer.text) == (False, 0, "@")
        await pilot.press("escape")
        assert app.escapes == 1


async def test_the_list_stands_above_the_field() -> None:
    app = ComposerApp()
    app_css = "Screen { align: left bottom; }"
    app.CSS = app_css
    async with app.run_test() as pilot:
        await pilot.press("@")
        await pilot.pause()
        assert app.popup.region.height == 2
        assert app.popup.region.bottom <= app.query_one(MessageField).region.y


def test_candidates_that_begin_with_what_was_typed_come_first() -> None:
    found = matching([Candidate("@b:aa", "x"), Candidate("@a", "y"), Candidate("@c", "z")], "@A")
    assert [candidate.label for candidate in found] == ["@a", "@b:aa"]


def test_a_flood_of_candidates_is_bounded() -> None:
    assert len(matching([Candidate(f"@{number}", "") for number in range(10_000)], "@")) == 50


async def test_a_typed_path_of_an_image_is_offered_and_tab_attaches_it(tmp_path: Path) -> None:
    (tmp_path / "a b.png").write_bytes(PNG)
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press(*"look", "space")
        await paste(app, pilot, f"'{tmp_path}/a b.png'")
        assert "tab attaches a b.png" in shown(app, ".left")
        await pilot.press("tab")
        await settled(app, pilot)
        assert app.composer.text == "look "
        assert "[image a b.png 208 B]" in shown(app, "AttachmentChips")
        await pilot.press("enter")
        await pilot.pause()
    [message] = app.sent
    assert isinstance(message.attachments[0], ImagePart)
    assert message.attachments[0].mime_type == "image/png"


async def test_an_attached_text_file_is_cleaned_and_backspace_removes_it(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("a\x1bb", encoding="utf-8")
    app = ComposerApp()
    async with app.run_test() as pilot:
        await paste(app, pilot, str(tmp_path / "notes.txt"))
        await pilot.press("tab")
        await settled(app, pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert app.sent[0].attachments == (FilePart(app.sent[0].attachments[0].name, "a␛b"),)  # type: ignore[union-attr]
        await paste(app, pilot, str(tmp_path / "notes.txt"))
        await pilot.press("tab")
        await settled(app, pilot)
        await pilot.press("backspace", "enter")
        await pilot.pause()
    assert len(app.sent) == 1


TOO_MUCH = [
    ("big.png", PNG + b"\0" * IMAGE_BYTES, "larger than 5.0 MB"),
    ("big.txt", b"x" * (TEXT_BYTES + 1), "larger than 256 kB"),
    ("a.bin", b"\xff\xfe\x00\x80", "neither a picture"),
]


@pytest.mark.parametrize(("name", "data", "reason"), TOO_MUCH)
async def test_a_file_that_cannot_be_attached_is_refused_with_the_reason(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    app = ComposerApp()
    async with app.run_test() as pilot:
        await paste(app, pilot, str(tmp_path / name))
        await pilot.press("tab")
        await settled(app, pilot)
        assert reason in app.refused[0]
        assert app.composer.text == str(tmp_path / name)


@pytest.mark.parametrize("words", ["", "/", "/dev/zero", "~no-such-person/x", "a\0b", "x" * 5_000, "/no/such.png", "'"])
def test_what_names_no_ordinary_file_is_not_offered(words: str) -> None:
    assert find_file(words) is None


async def test_the_editor_gets_what_is_written_and_its_answer_comes_back() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press(*"draft", "ctrl+g")
        await pilot.pause()
        assert app.edits == ["draft"]
        app.composer.text = "from the editor\x1b"
        assert app.composer.text == "from the editor␛"


async def test_waiting_messages_are_counted_at_the_right() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        app.composer.set_queued(1)
        await pilot.pause()
        assert shown(app, ".right") == "queued 1 · ↑ takes back"
        app.composer.set_queued(0)
        await pilot.pause()
        assert shown(app, ".right") == ""


async def test_what_comes_back_stands_above_what_was_written_meanwhile_and_leaves_the_history() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press(*"first", "enter", *"second", "enter", *"new")
        app.composer.put_back("second", [ImagePart("image/png", "AAAA")])
        await pilot.pause()
        assert app.composer.text == "second\nnew"
        assert "[image 3 B]" in str(app.query_one(AttachmentChips).content)
        app.composer.text = ""
        await pilot.press("up")
        assert app.composer.text == "first"


async def test_the_text_survives_losing_the_focus_and_a_resize() -> None:
    app = ComposerApp()
    async with app.run_test() as pilot:
        await pilot.press(*"kept")
        app.set_focus(None)
        await pilot.resize_terminal(30, 10)
        assert app.composer.text == "kept"
