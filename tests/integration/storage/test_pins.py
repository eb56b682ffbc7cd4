"""What a person agreed to of a server's words, and what was switched off, is there in the next run."""

from pathlib import Path

import pytest

from tui.domain.errors import StorageError
from tui.domain.ids import ServerName
from tui.domain.trust import Pin, PinKey
from tui.servers.trust.ports import PinBook, ToolSwitches
from tui.storage.consents import Consents
from tui.storage.database import Database
from tui.storage.pins import PinStore, SwitchStore

FILES, WEB = ServerName("files"), ServerName("web")
READ, WRITE = PinKey("tool", "read"), PinKey("tool", "write")
ONE, TWO = Pin("1" * 64, "one"), Pin("2" * 64, "two")


async def test_agreements_are_added_to_for_one_way_of_starting_and_replaced_for_another(tmp_path: Path) -> None:
    for run in range(2):
        database = await Database.open(tmp_path / "db")
        store = await PinStore.open(database)
        book: PinBook = store
        if run == 0:
            assert book.pinned(FILES) is None
            await book.pin(FILES, "print", {READ: ONE})
            await book.pin(FILES, "print", {WRITE: TWO})
            await book.pin(WEB, "a", {READ: ONE})
            await book.pin(WEB, "b", {WRITE: TWO})
        files, web = book.pinned(FILES), book.pinned(WEB)
        assert files is not None
        assert web is not None
        assert (files.fingerprint, dict(files.pins)) == ("print", {READ: ONE, WRITE: TWO})
        assert (web.fingerprint, dict(web.pins)) == ("b", {WRITE: TWO})
        await database.close()


async def test_what_was_agreed_to_can_be_taken_back(database: Database) -> None:
    store = await PinStore.open(database)
    await store.pin(FILES, "print", {READ: ONE})
    await store.forget(FILES)
    for each in (store, await PinStore.open(database)):
        assert each.pinned(FILES) is None


async def test_an_agreement_holds_for_this_run_even_when_the_disk_does_not_take_it(database: Database) -> None:
    store = await PinStore.open(database)
    await database.close()
    with pytest.raises(StorageError):
        await store.pin(FILES, "print", {READ: ONE})
    assert store.pinned(FILES) is not None


async def test_switches_are_for_a_tool_or_a_whole_server_and_last(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "db")
    switches = await SwitchStore.open(database)
    await switches.switch(FILES, "read", False)
    await switches.switch(WEB, "", False)
    await database.close()
    database = await Database.open(tmp_path / "db")
    kept = await SwitchStore.open(database)
    asked: ToolSwitches = kept
    assert [asked.is_off(FILES, "read"), asked.is_off(FILES, "write"), asked.is_off(WEB, "x")] == [True, False, True]
    await kept.switch(WEB, "", True)
    assert not kept.is_off(WEB, "x")
    await database.close()


async def test_the_launch_that_was_agreed_to_is_kept_as_it_was_shown(database: Database) -> None:
    consents = await Consents.open(database)
    await consents.trust_server(FILES, "abc", ["runs: npx", "argument: pkg"], typed=True)
    for seen in (consents, await Consents.open(database)):
        launch = seen.agreed_launch(FILES)
        assert launch is not None
        assert (launch.lines, launch.typed) == (("runs: npx", "argument: pkg"), True)
    await consents.forget(FILES)
    assert (await Consents.open(database)).agreed_launch(FILES) is None
