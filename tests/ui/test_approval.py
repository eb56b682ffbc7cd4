"""Questions: which dialog opens, what it shows, and that haste approves nothing."""

from pathlib import Path

import pytest
from textual import events

from tests.ui import scene
from tests.ui.stage import Stage, staged
from tui.domain.events import QuestionAnswered, QuestionAsked
from tui.domain.ids import CallId, QuestionId, ServerName
from tui.domain.questions import (
    ApprovalAnswer,
    ApprovalQuestion,
    ElicitationAnswer,
    ElicitationQuestion,
    LimitQuestion,
    TrustQuestion,
    YesNoAnswer,
)
from tui.domain.text import CleanText, clean

LONG = '{"text":"' + "\\n".join(f"line {number}" for number in range(400)) + '"}'


def asked(
    key: str = "q1", arguments: str = '{"path":"a.md"}', tool: str = "write_file", draft: str | None = None
) -> QuestionAsked:
    reason = CleanText("requested right after reading web.fetch")
    question = ApprovalQuestion(
        QuestionId(key),
        scene.TURN,
        CallId("call_9"),
        ServerName("files"),
        CleanText(tool),
        arguments,
        reason,
        draft_json=draft,
    )
    return QuestionAsked(question)


def answers(stage: Stage) -> list[object]:
    return [order[2] for order in stage.engine.orders if order[0] == "answer"]


async def read_it(stage: Stage) -> None:
    """As much time passes as a person needs to see the question."""
    stage.engine.hands.advance(0.6)


async def test_the_dialog_shows_who_what_why_and_how_much(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        for part in ("Run files.write_file ?", "right after reading web.fetch", '"path": "a.md"', "15 bytes, sha256"):
            assert part in stage.text


@pytest.mark.parametrize(("key", "choice"), [("y", "once"), ("s", "session"), ("a", "always")])
async def test_a_key_answers(tmp_path: Path, key: str, choice: str) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        await read_it(stage)
        await stage.press(key)
        assert answers(stage) == [ApprovalAnswer(choice)]  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["y", "s", "a", "e", "n", "enter", "escape"])
async def test_keys_of_the_first_half_second_answer_nothing(tmp_path: Path, key: str) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        await stage.press(key)
        assert answers(stage) == []
        assert "Run files.write_file ?" in stage.text


async def test_a_paste_answers_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        await read_it(stage)
        stage.app.post_message(events.Paste("y\n"))
        await stage.pilot.pause()
        assert answers(stage) == []


async def test_enter_on_the_first_focus_denies(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        await read_it(stage)
        await stage.press("enter")
        assert answers(stage) == [ApprovalAnswer("deny")]


async def test_n_denies_with_a_reason(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        await read_it(stage)
        await stage.press("n")
        await stage.write("not that file")
        await stage.press("enter")
        assert answers(stage) == [ApprovalAnswer("deny", CleanText("not that file"))]


async def test_escape_twice_denies_without_a_reason(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        await read_it(stage)
        await stage.press("escape", "escape")
        assert answers(stage) == [ApprovalAnswer("deny")]


async def test_edited_arguments_are_what_is_sent(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked(arguments='{"n":1}'))
        await read_it(stage)
        await stage.press("e")
        await stage.press("down", "down", "end", "backspace")
        await stage.press("ctrl+s")
        assert "Not JSON yet" in stage.text
        await stage.write(',"m":2}')
        await stage.press("ctrl+s")
        (answer,) = answers(stage)
        assert isinstance(answer, ApprovalAnswer)
        assert answer.choice == "edit"
        assert answer.arguments_json is not None
        assert "".join(answer.arguments_json.split()) == '{"n":1,"m":2}'


async def test_a_change_that_was_refused_is_gone_on_with(tmp_path: Path) -> None:
    typed = '{"path": "long/typed",\n"mode": "unknown"}'
    async with staged(tmp_path) as stage:
        await stage.tell(asked(draft=typed))
        await read_it(stage)
        assert '"path": "a.md"' in stage.text
        await stage.press("e", "ctrl+s")
        assert answers(stage) == [ApprovalAnswer("edit", arguments_json=typed)]


async def test_long_arguments_must_be_read_to_the_end_before_a_yes(tmp_path: Path) -> None:
    many = "[" + ",".join(str(number) for number in range(200)) + "]"
    async with staged(tmp_path) as stage:
        await stage.tell(asked(arguments=f'{{"ids":{many}}}'))
        await read_it(stage)
        await stage.press("y")
        assert answers(stage) == []
        assert "read them to the end first" in stage.text
        await stage.press("end", "y")
        assert answers(stage) == [ApprovalAnswer("once")]


async def test_what_could_mislead_is_written_out(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked(arguments='{"cmd":"a\u202eb\u200bc \\u001b[2J"}', tool="x\u202ey"))
        assert "\\u202e" in stage.text
        assert "\\u200b" in stage.text
        assert "\u202e" not in stage.text
        assert "\x1b" not in stage.text


async def test_questions_wait_in_line_oldest_first(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked("q1", tool="first"), asked("q2", tool="second"))
        assert "files.first ?   1 more question after this" in stage.text
        await read_it(stage)
        await stage.press("y")
        await stage.pilot.pause()
        assert "files.second" in stage.text
        assert "more question" not in stage.text
        await stage.press("y")
        assert len(answers(stage)) == 1  # the second was not on the screen for half a second


async def test_a_question_that_falls_away_closes_its_dialog(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        await read_it(stage)
        await stage.press("e")
        await stage.tell(QuestionAnswered(QuestionId("q1"), None))
        await stage.pilot.pause()
        assert "files.write_file ?" not in stage.text
        assert "Change the arguments" not in stage.text
        assert answers(stage) == []


async def test_a_limit_asks_and_no_has_the_focus(tmp_path: Path) -> None:
    question = LimitQuestion(QuestionId("q1"), scene.TURN, "rounds", CleanText("25 rounds without an end"))
    async with staged(tmp_path) as stage:
        await stage.tell(QuestionAsked(question))
        assert "25 rounds without an end" in stage.text
        assert "Stop here" in stage.line("Go on")
        await stage.press("enter")
        assert answers(stage) == []  # typed before it could be read
        await read_it(stage)
        await stage.press("enter")
        assert answers(stage) == [YesNoAnswer(False)]


@pytest.mark.parametrize(("key", "went_on"), [("y", True), ("n", False), ("escape", False)])
async def test_a_key_answers_a_limit(tmp_path: Path, key: str, went_on: bool) -> None:
    question = LimitQuestion(QuestionId("q1"), scene.TURN, "time", CleanText("The turn has run for 10 minutes."))
    async with staged(tmp_path) as stage:
        await stage.tell(QuestionAsked(question))
        await stage.until("y go on   n stop here")
        await read_it(stage)
        await stage.press(key)
        assert answers(stage) == [YesNoAnswer(went_on)]


async def test_consent_shows_the_exact_command(tmp_path: Path) -> None:
    question = TrustQuestion(
        QuestionId("q1"), ServerName("x"), clean("npx -y evil\u202e"), CleanText("/repo/.mcp.json")
    )
    async with staged(tmp_path) as stage:
        await stage.tell(QuestionAsked(question))
        assert "npx -y evil<U+202E>" in stage.text
        assert "/repo/.mcp.json" in stage.text
        await read_it(stage)
        await stage.press("tab", "enter")
        assert answers(stage) == [YesNoAnswer(True)]


async def test_a_form_is_filled_in_and_accepted(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    question = ElicitationQuestion(QuestionId("q1"), ServerName("weather"), None, CleanText("Where?"), schema)
    async with staged(tmp_path) as stage:
        await stage.tell(QuestionAsked(question))
        assert "weather asks" in stage.text
        await read_it(stage)
        await stage.write("Bonn")
        await stage.press("ctrl+s")
        assert answers(stage) == [ElicitationAnswer("accept", {"city": "Bonn"})]


@pytest.mark.parametrize(
    ("message", "name", "schema", "warned", "masked"),
    [
        ("Sign in", "api_key", {}, True, True),
        ("Sign in", "x", {"title": "Your password"}, True, True),
        ("Sign in", "x", {"format": "password"}, True, True),
        ("Sign in", "x", {"description": "The access token of your account"}, True, False),
        ("Paste your API key", "x", {}, True, False),
        ("How long?", "max_tokens", {}, False, False),
        ("Which page?", "next_page_token", {}, False, False),
        ("Where?", "city", {}, False, False),
    ],
)
async def test_a_form_that_asks_for_a_secret_warns_says_who_asks_and_hides_what_is_typed(
    message: str, name: str, schema: dict[str, str], warned: bool, masked: bool, tmp_path: Path
) -> None:
    whole = {"type": "object", "properties": {name: {"type": "string", **schema}}}
    question = ElicitationQuestion(QuestionId("q1"), ServerName("x"), None, CleanText(message), whole)
    async with staged(tmp_path) as stage:
        await stage.tell(QuestionAsked(question))
        assert ("looks like a secret" in stage.text) is warned
        assert "x asks" in stage.text
        await read_it(stage)
        await stage.write("hunter2")
        assert ("hunter2" not in stage.text) is masked
        await stage.press("escape")
        assert answers(stage) == [ElicitationAnswer("decline")]


async def test_the_choices_stay_in_view_on_a_small_terminal(tmp_path: Path) -> None:
    async with staged(tmp_path, size=(80, 24)) as stage:
        await stage.tell(asked(arguments=LONG))
        for part in ("Run files.write_file ?", "y once", "s session", "y run it   n deny with a reason"):
            assert part in stage.text
