"""What a person decided is kept across runs, and nothing else is allowed."""

from pathlib import Path

from tui.chat.ports import ToolRules
from tui.domain.ids import ServerName
from tui.storage.consents import Consents
from tui.storage.database import Database

FILES, WEB = ServerName("files"), ServerName("web")


async def test_nothing_is_allowed_until_a_person_says_so(database: Database) -> None:
    consents = await Consents.open(database)
    rules: ToolRules = consents
    assert rules.tool_rule(FILES, "read") is None
    assert not consents.server_trusted(FILES, "abc")


async def test_decisions_hold_at_once_and_in_the_next_run(tmp_path: Path) -> None:
    for run in range(2):
        database = await Database.open(tmp_path / "db")
        consents = await Consents.open(database)
        if run == 0:
            await consents.set_tool_rule(FILES, "read", "deny")
            await consents.set_tool_rule(FILES, "read", "allow")
            await consents.trust_server(FILES, "abc")
        assert consents.tool_rule(FILES, "read") == "allow"
        assert consents.tool_rule(WEB, "read") is None
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
        await consents.set_tool_rule(server, "read", "allow")
    await consents.set_tool_rule(FILES, "write", "deny")
    for fingerprint, allowed in (("abc", "allow"), ("abd", None)):
        await consents.trust_server(FILES, fingerprint)
        for seen in (consents, await Consents.open(database)):
            assert seen.tool_rule(FILES, "read") == allowed
            assert (seen.tool_rule(FILES, "write"), seen.tool_rule(WEB, "read")) == ("deny", "allow")


async def test_forgetting_takes_back_consent_and_rules_of_that_server_only(database: Database) -> None:
    consents = await Consents.open(database)
    for server in (FILES, WEB):
        await consents.trust_server(server, "abc")
        await consents.set_tool_rule(server, "read", "allow")
    await consents.forget(FILES)
    for seen in (consents, await Consents.open(database)):
        assert (seen.server_trusted(FILES, "abc"), seen.tool_rule(FILES, "read")) == (False, None)
        assert (seen.server_trusted(WEB, "abc"), seen.tool_rule(WEB, "read")) == (True, "allow")
