"""What a person decided is kept across runs, and nothing else is allowed."""

import sqlite3
from dataclasses import replace
from pathlib import Path

from tests.fakes.chat_ports import tool
from tui.chat.ports import ToolRules
from tui.domain.ids import ServerName
from tui.storage.consents import Consents
from tui.storage.database import Database
from tui.storage.schema import migrate, migrations

FILES, WEB = ServerName("files"), ServerName("web")


async def test_nothing_is_allowed_until_a_person_says_so(database: Database) -> None:
    consents = await Consents.open(database)
    rules: ToolRules = consents
    assert rules.tool_rule(tool("read", FILES)) is None
    assert not consents.server_trusted(FILES, "abc")


async def test_decisions_hold_at_once_and_in_the_next_run(tmp_path: Path) -> None:
    for run in range(2):
        database = await Database.open(tmp_path / "db")
        consents = await Consents.open(database)
        if run == 0:
            await consents.set_tool_rule(tool("read", FILES), "deny")
            await consents.set_tool_rule(tool("read", FILES), "allow")
            await consents.trust_server(FILES, "abc")
        assert consents.tool_rule(tool("read", FILES)) == "allow"
        assert consents.tool_rule(tool("read", WEB)) is None
        assert consents.server_trusted(FILES, "abc")
        await database.close()


async def test_consent_is_to_one_definition_and_a_new_one_replaces_it(database: Database) -> None:
    consents = await Consents.open(database)
    await consents.trust_server(FILES, "abc")
    assert not consents.server_trusted(FILES, "abd")
    await consents.trust_server(FILES, "abd")
    for seen in (consents, await Consents.open(database)):
        assert not seen.server_trusted(FILES, "abc")
        assert seen.server_trusted(FILES, "abd")


async def test_what_was_allowed_to_one_definition_is_not_allowed_to_the_next(database: Database) -> None:
    """C08: a no stays, and so does everything while the definition is the same."""
    consents = await Consents.open(database)
    await consents.trust_server(FILES, "abc")
    for server in (FILES, WEB):
        await consents.set_tool_rule(tool("read", server), "allow")
    await consents.set_tool_rule(tool("write", FILES), "deny")
    for fingerprint, allowed in (("abc", "allow"), ("abd", None)):
        await consents.trust_server(FILES, fingerprint)
        for seen in (consents, await Consents.open(database)):
            assert seen.tool_rule(tool("read", FILES)) == allowed
            assert (seen.tool_rule(tool("write", FILES)), seen.tool_rule(tool("read", WEB))) == ("deny", "allow")


async def test_forgetting_takes_back_consent_and_rules_of_that_server_only(database: Database) -> None:
    consents = await Consents.open(database)
    for server in (FILES, WEB):
        await consents.trust_server(server, "abc")
        await consents.set_tool_rule(tool("read", server), "allow")
    await consents.forget(FILES)
    for seen in (consents, await Consents.open(database)):
        assert (seen.server_trusted(FILES, "abc"), seen.tool_rule(tool("read", FILES))) == (False, None)
        assert (seen.server_trusted(WEB, "abc"), seen.tool_rule(tool("read", WEB))) == (True, "allow")


async def test_what_is_allowed_to_a_server_is_not_allowed_to_another_of_its_name(database: Database) -> None:
    """A no is a no to both."""
    mine, other = (replace(tool("read", FILES), launch=launch) for launch in ("abc", "abd"))
    consents = await Consents.open(database)
    await consents.set_tool_rule(mine, "allow")
    for seen in (consents, await Consents.open(database)):
        assert (seen.tool_rule(mine), seen.tool_rule(other)) == ("allow", None)
    await consents.set_tool_rule(other, "allow")
    await consents.set_tool_rule(mine, "deny")
    for seen in (consents, await Consents.open(database)):
        assert (seen.tool_rule(mine), seen.tool_rule(other)) == ("deny", "deny")


async def test_rules_of_earlier_versions_hold_for_the_server_that_was_consented_to(tmp_path: Path) -> None:
    steps = migrations()
    old = sqlite3.connect(tmp_path / "db", isolation_level=None)
    migrate(old, [step for step in steps if step.version < 5])
    old.execute("INSERT INTO trusted_servers VALUES ('files', 'abc')")
    rules = [("files", "read", "allow"), ("files", "write", "deny"), ("web", "read", "allow")]
    old.executemany("INSERT INTO tool_rules VALUES (?, ?, ?)", rules)
    old.close()
    database = await Database.open(tmp_path / "db")
    consents = await Consents.open(database)
    asked = [replace(tool(name, server), launch="abc") for server, name, _ in rules]
    assert [consents.tool_rule(each) for each in asked] == ["allow", "deny", None]
    assert consents.tool_rule(replace(asked[0], launch="typed")) is None
    await database.close()
