"""An open database for a test, and the clock it runs on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tui.storage.chats import ChatStore
from tui.storage.database import Database


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "db")
    yield database
    await database.close()


@pytest.fixture
def chats(database: Database, clock: FakeClock) -> ChatStore:
    return ChatStore(database, clock)
