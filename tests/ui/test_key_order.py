"""Keys that arrive all at once act as if they had come one by one."""

import asyncio
from pathlib import Path

from textual.events import Key

from tests.ui.stage import Stage, staged
from tui.domain.events import QuestionAsked
from tui.domain.ids import QuestionId, ServerName
from tui.domain.messages import TextPart
from tui.domain.questions import ElicitationAnswer, ElicitationQuestion
from tui.domain.text import CleanText

TEXT = {"type": "string"}
SCHEMA = {"type": "object", "properties": {"a": TEXT, "b": {"type": "boolean"}, "c": TEXT, "d": TEXT}}
QUESTION = ElicitationQuestion(QuestionId("q"), ServerName("files"), None, CleanText("Who?"), SCHEMA)
FILLED_IN = [
    *"one",
    "tab",
    "space",
    "tab",
    *"two",
    "tab",
    *"threx",
    "backspace",
    "e",
    "shift+tab",
    "end",
    "x",
    "ctrl+s",
]


def at_once(stage: Stage, *keys: str) -> None:
    """Sends all keys before any of them can act."""
    for key in keys:
        stage.app.post_message(Key(key, " " if key == "space" else key if len(key) == 1 else None))


async def filled_in(directory: Path, *, fast: bool) -> object:
    async with staged(directory) as stage:
        await stage.tell(QuestionAsked(QUESTION))
        stage.engine.hands.advance(0.6)
        if fast:
            at_once(stage, *FILLED_IN)
        else:
            await stage.press(*FILLED_IN)
        async with asyncio.timeout(30):
            while not stage.engine.orders:
                await stage.pilot.pause(0.01)
        ((_, _, answer),) = stage.engine.orders
        return answer


async def test_a_form_takes_keys_that_come_all_at_once(tmp_path: Path) -> None:
    answer = await filled_in(tmp_path, fast=True)
    assert answer == await filled_in(tmp_path, fast=False)
    assert isinstance(answer, ElicitationAnswer)
    assert answer.content == {"a": "one", "c": "twox", "d": "three"}


async def test_what_follows_enter_is_another_message(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        at_once(stage, *"one", "enter", *"two", "enter", *"three")
        await stage.until("three")
        assert [order[1] for order in stage.engine.orders] == [(TextPart(CleanText(each)),) for each in ("one", "two")]
        assert "three" in stage.text


async def test_a_message_is_corrected_as_if_the_keys_had_come_one_by_one(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        at_once(stage, *"wrld", *["backspace"] * 3, *"orld", "home", *"Hi", "ctrl+j", "up", "end", *"x", "enter")
        async with asyncio.timeout(30):
            while not stage.engine.orders:
                await stage.pilot.pause(0.01)
        ((_, sent, *_),) = stage.engine.orders
        assert sent == (TextPart(CleanText("Hix\nworld")),)
