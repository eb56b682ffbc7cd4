"""The sessions screen through its keys."""

from types import SimpleNamespace

import pytest

from tests.ui.screens.engine_double import EngineDouble, stored_chat
from tests.ui.screens.stage import Stage, press, settle
from tui.domain.errors import StorageError
from tui.domain.text import clean
from tui.ui.screens.sessions import SessionsScreen


@pytest.fixture
async def stage(in_tmp_path):
    chats = [
        stored_chat(1, "Timeouts", updated=1_795_000_000.0 - 7_200),
        stored_chat(2, "[b]Weather[/b]", cost_microusd=None),
        stored_chat(3, "Tax"),
    ]
    app = Stage(SessionsScreen, engine=EngineDouble(stored=chats))
    async with app.run_test(size=(110, 30)) as pilot:
        app.pilot = pilot
        await settle(app)
        yield app


def given(stage: Stage) -> list[tuple]:
    return [order for order in stage.engine.orders if order[0] != "chats.stored"]


async def test_chats_are_listed_with_age_size_and_cost(stage):
    row = next(line for line in stage.text.splitlines() if "Timeouts" in line)
    for words in ("2 h ago", "4", "$0.0012", "hello"):
        assert words in row
    assert "[b]Weather[/b]" in stage.text
    assert "$?" in next(line for line in stage.text.splitlines() if "Weather" in line)


async def test_keys_that_need_a_chat_are_offered_only_when_there_is_one(stage):
    line = stage.text.splitlines()[-2]
    assert [word in line for word in ("⏎ open", "r rename", "x delete")] == [True] * 3
    await press(stage, "slash", *"nothing like it", "enter")
    assert "rename" not in stage.text.splitlines()[-2]
    await press(stage, "x")
    assert all(order[0] == "chats.stored" for order in stage.engine.orders)


async def test_enter_resumes_and_goes_to_the_chat(stage):
    await press(stage, "j", "enter")
    assert given(stage) == [("chats.open", "chat_2")]
    assert stage.goes == ["chat"]


async def test_search_asks_the_store_and_counts(stage):
    await press(stage, "slash", *"ta", "enter")
    assert stage.engine.orders[-1] == ("chats.stored", "ta")
    assert "1/3 chats" in stage.text
    assert "Timeouts" not in stage.text


async def test_a_chat_gets_another_title(stage):
    await press(stage, "r", *" 2", "enter")
    assert given(stage) == [("chats.rename", "chat_1", "Timeouts 2")]
    await settle(stage)
    assert "Timeouts 2" in stage.text


async def test_a_chat_is_deleted_only_after_a_yes(stage):
    await press(stage, "x", "escape", "x", "enter")
    assert given(stage) == []
    await press(stage, "x")
    assert "Timeouts, 4 messages" in stage.text
    assert any(line.split()[-4:] == ["Keep", "it", "Delete", "it"] for line in stage.text.splitlines()), stage.text
    assert "y delete it   n keep it" in stage.text
    await press(stage, "y")
    await settle(stage)
    assert given(stage) == [("chats.delete", "chat_1")]
    assert "Timeouts" not in stage.text


PLACES = [
    SimpleNamespace(message_count=1, role="user", text=clean("Which logs mention a timeout?")),
    SimpleNamespace(message_count=4, role="assistant", text=clean("Two of them.")),
]


async def test_a_fork_of_the_whole_chat_is_opened(stage):
    stage.engine.places = PLACES
    await press(stage, "f")
    await press(stage, "enter")
    assert given(stage) == [("chats.fork", "chat_1", 4)]
    assert stage.goes == ["chat"]


async def test_a_fork_may_end_at_any_earlier_message(stage):
    stage.engine.places = PLACES
    await press(stage, "f")
    assert "you  Which logs mention a timeout?" in stage.text
    await press(stage, "down", "enter")
    assert given(stage) == [("chats.fork", "chat_1", 1)]


async def test_a_fork_can_be_left_alone(stage):
    await press(stage, "f")
    await press(stage, "escape")
    assert given(stage) == []


async def test_exports_are_new_private_files(stage, tmp_path):
    await press(stage, "e", "e", "E")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Timeouts-2.md", "Timeouts.json", "Timeouts.md"]
    assert (tmp_path / "Timeouts.md").read_text() == "# A chat\n"
    assert (tmp_path / "Timeouts.md").stat().st_mode & 0o777 == 0o600


async def test_a_refusal_is_reported_and_stays_here(stage):
    stage.engine.refusal = StorageError("The database is locked.", "Close the other program.")
    await press(stage, "enter")
    assert [str(error) for error in stage.engine.reported] == ["The database is locked."]
    assert stage.goes == []


async def test_one_chat_is_counted_as_one():
    app = Stage(SessionsScreen, engine=EngineDouble(stored=[stored_chat(1, "Tax")]))
    async with app.run_test(size=(80, 24)) as app.pilot:
        await settle(app)
        assert "1 chat " in app.text


async def test_a_store_that_cannot_be_read_says_why():
    app = Stage(SessionsScreen, engine=EngineDouble(refusal=StorageError("The database is locked.", "Try again.")))
    async with app.run_test(size=(80, 24)) as app.pilot:
        await settle(app)
        assert "The database is locked." in app.text
        assert "Try again." in app.text


async def test_without_chats_it_says_how_one_begins():
    app = Stage(SessionsScreen)
    async with app.run_test(size=(80, 24)) as app.pilot:
        await settle(app)
        assert "No earlier chats yet." in app.text
        await press(app, "enter", "x", "r", "f", "e")
        assert given(app) == []
