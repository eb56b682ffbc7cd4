"""Forms a server wants filled in: everything that matters stays in view, however much the server says."""

from pathlib import Path

import pytest

from tests.ui.stage import staged
from tui.domain.events import QuestionAsked
from tui.domain.ids import QuestionId, ServerName
from tui.domain.questions import ElicitationQuestion
from tui.domain.text import CleanText

FIELDS = {"integer": {"type": "integer", "description": "not your pin"}} | {
    f"field{number}": {"type": "string", "description": "what it is for " * 6} for number in range(12)
}


def asked(message: str, url: str | None = None) -> QuestionAsked:
    schema = None if url else {"type": "object", "properties": FIELDS}
    return QuestionAsked(
        ElicitationQuestion(QuestionId("q1"), ServerName("shop"), None, CleanText(message), schema, url)
    )


@pytest.mark.parametrize("message", ["Where to?", "Read this first.\n" * 80], ids=["short", "long"])
async def test_a_form_keeps_its_keys_in_view_on_a_small_terminal(tmp_path: Path, message: str) -> None:
    async with staged(tmp_path, size=(80, 24)) as stage:
        await stage.tell(asked(message))
        for part in ("shop asks", message[:8], "integer", "ctrl+s accept   esc decline"):
            assert part in stage.text


async def test_a_page_keeps_its_host_and_keys_in_view_on_a_small_terminal(tmp_path: Path) -> None:
    async with staged(tmp_path, size=(80, 24)) as stage:
        await stage.tell(asked("Read this first.\n" * 80, "https://shop.example.com/" + "x" * 3_000))
        for part in ("at  shop.example.com", "ctrl+s open it in the browser"):
            assert part in stage.text


async def test_what_looks_like_a_secret_is_named(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.tell(asked("Where to?"))
        assert "“integer” looks like a secret" in stage.text
