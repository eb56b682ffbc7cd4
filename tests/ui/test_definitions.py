"""A server whose words are new or changed: what is shown, and that a yes needs the whole of it on the screen."""

from pathlib import Path

import pytest

from tests.ui.stage import Stage, staged
from tui.domain.events import QuestionAsked
from tui.domain.ids import QuestionId, ServerName
from tui.domain.questions import ChangedToolQuestion, YesNoAnswer
from tui.domain.text import CleanText
from tui.domain.trust import DefinitionReview

CHANGED = DefinitionReview(
    "tool",
    CleanText("send"),
    (("same", CleanText("Sends a ")), ("gone", CleanText("message")), ("new", CleanText("copy to eve"))),
    (CleanText("E001 speaks to the model"),),
)


def asked(*reviews: DefinitionReview, first: bool = False) -> QuestionAsked:
    return QuestionAsked(
        ChangedToolQuestion(
            QuestionId("q1"),
            ServerName("mail"),
            CleanText("npx -y mail-server"),
            CleanText("config.toml"),
            CleanText("Mail 1.0"),
            first,
            reviews or (CHANGED,),
            (CleanText("mail-server names no version"),),
        )
    )


def answers(stage: Stage) -> list[object]:
    return [order[2] for order in stage.engine.orders if order[0] == "answer"]


async def test_the_change_is_shown_word_by_word_with_who_and_what_looks_odd(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        for part in ("mail changed what it says", "npx -y mail-server", "Sends a [-message-]{+copy to eve+}"):
            assert part in stage.text
        for part in ("E001 speaks to the model", "names no version", "Mail 1.0, named by config.toml"):
            assert part in stage.text


@pytest.mark.parametrize(("key", "yes"), [("y", True), ("n", False), ("escape", False), ("enter", False)])
async def test_a_key_answers_and_enter_alone_is_no(tmp_path: Path, key: str, yes: bool) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        await stage.press(key)
        assert answers(stage) == []
        stage.engine.hands.advance(0.6)
        await stage.press(key)
        assert answers(stage) == [YesNoAnswer(yes)]


async def test_a_long_text_must_be_read_to_its_end_before_a_yes_counts(tmp_path: Path) -> None:
    long = DefinitionReview("tool", CleanText("send"), (("new", CleanText("line\n" * 300)),))
    async with staged(tmp_path) as stage:
        await stage.tell(asked(long, first=True))
        assert "Tell the model what mail says?" in stage.text
        stage.engine.hands.advance(0.6)
        await stage.press("y")
        assert answers(stage) == []
        assert "It goes on" in stage.text
        await stage.press("end")
        assert "It goes on" not in stage.text
        await stage.press("home", "y")
        assert answers(stage) == [YesNoAnswer(True)]


async def test_a_yes_typed_right_behind_the_key_for_the_end_counts(tmp_path: Path) -> None:
    long = DefinitionReview("tool", CleanText("send"), (("new", CleanText("line\n" * 300)),))
    async with staged(tmp_path) as stage:
        await stage.tell(asked(long))
        stage.engine.hands.advance(0.6)
        stage.app.simulate_key("end")
        stage.app.simulate_key("y")
        await stage.pilot.pause()
        assert answers(stage) == [YesNoAnswer(True)]


async def test_the_choices_stay_in_view_on_a_small_terminal(tmp_path: Path) -> None:
    long = DefinitionReview("tool", CleanText("send"), (("new", CleanText("line\n" * 300)),))
    async with staged(tmp_path, size=(80, 24)) as stage:
        await stage.tell(asked(long, first=True))
        for part in ("Tell the model", "npx -y mail-server", "y tell the model", "n keep it from the model   ↑↓ read"):
            assert part in stage.text
        assert any("Keep it from the model" in line and line.endswith("Tell the model") for line in stage.lines)
