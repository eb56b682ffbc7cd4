"""Pages a server wants visited: the host is shown first, one way leads to the browser, and one goes without it."""

import re
from pathlib import Path

import pytest

from tests.ui.engine_double import EngineDouble
from tests.ui.stage import Stage, staged
from tui.domain.events import QuestionAsked
from tui.domain.ids import QuestionId, ServerName
from tui.domain.questions import ElicitationAnswer, ElicitationQuestion
from tui.domain.text import CleanText

URL = "https://accounts.example.com/authorize?client_id=mine&state=" + "s" * 600


def asked(url: str = URL) -> QuestionAsked:
    message = CleanText("github wants you to sign in at accounts.example.com.")
    return QuestionAsked(ElicitationQuestion(QuestionId("q1"), ServerName("github"), None, message, url=url))


def answers(stage: Stage) -> list[object]:
    return [order[2] for order in stage.engine.orders if order[0] == "answer"]


def opened(stage: Stage) -> list[object]:
    return [order[1] for order in stage.engine.orders if order[0] == "servers.open_page"]


async def read_it(stage: Stage) -> None:
    stage.engine.hands.advance(0.6)


@pytest.mark.parametrize("size", [(80, 24), (140, 42)])
async def test_the_host_stands_alone_before_anything_is_opened(tmp_path: Path, size: tuple[int, int]) -> None:
    async with staged(tmp_path, size=size) as stage:
        await stage.tell(asked())
        assert re.search(r"at  accounts\.example\.com\s", stage.text)
        assert "ctrl+s open it in the browser" in stage.text
        assert opened(stage) == []


async def test_a_yes_opens_the_page_and_answers(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        await read_it(stage)
        await stage.press("ctrl+s")
        assert opened(stage) == [URL]
        assert answers(stage) == [ElicitationAnswer("accept")]


@pytest.mark.parametrize("key", ["ctrl+s", "escape"])
async def test_haste_opens_and_answers_nothing(tmp_path: Path, key: str) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        await stage.press(key)
        assert (opened(stage), answers(stage)) == ([], [])


async def test_escape_declines(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked())
        await read_it(stage)
        await stage.press("escape")
        assert (opened(stage), answers(stage)) == ([], [ElicitationAnswer("decline")])


async def test_without_a_browser_the_address_is_copied_and_opened_by_hand(tmp_path: Path) -> None:
    engine = EngineDouble(tmp_path)
    engine.no_browser = True
    async with staged(tmp_path, engine=engine) as stage:
        await stage.tell(asked())
        await read_it(stage)
        await stage.press("ctrl+s")
        assert "no browser" in stage.text
        assert "ctrl+s I opened it" in stage.text
        assert answers(stage) == []
        await stage.press("y")
        assert stage.app.clipboard == URL
        await stage.press("ctrl+s")
        assert opened(stage) == [URL]
        assert answers(stage) == [ElicitationAnswer("accept")]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "only http and https pages are opened"),
        ("https://paypal.com@evil.example/", "carries a user name"),
    ],
)
async def test_what_must_not_be_opened_can_only_be_declined(tmp_path: Path, url: str, said: str) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked(url))
        assert said in stage.text
        await read_it(stage)
        await stage.press("ctrl+s", "y")
        assert (opened(stage), answers(stage), stage.app.clipboard) == ([], [], "")
        await stage.press("escape")
        assert answers(stage) == [ElicitationAnswer("decline")]


async def test_a_name_in_other_letters_is_pointed_out(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked("https://xn--pypal-4ve.com/"))
        assert "may only look like" in stage.text
