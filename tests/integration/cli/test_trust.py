"""Trust, switches and imports from the command line: nothing starts unasked, nothing that changed is called."""

import json

from tests.faults.trust.definition_cases import FIRST, changed
from tests.faults.trust.telling import Telling
from tests.integration.cli.program import Program


def configured(program: Program) -> Telling:
    server = Telling(program.home, FIRST)
    spec = server.spec()
    program.config_file.write_text(
        f"[servers.s]\ncommand = {json.dumps(spec.command)}\nargs = {json.dumps(spec.args)}\n"
    )
    return server


async def test_trust_shows_what_runs_and_what_it_says_and_holds_until_that_changes(program: Program) -> None:
    server = configured(program)
    refused = await program.run("tools", "call", "s.look")
    assert (refused.code, "servers trust s" in refused.err) == (3, True)
    trusted = await program.run("servers", "trust", "s")
    assert trusted.code == 0, trusted.err
    for words in ("argument: ", "mcp_telling.py", "tool send", "description: Sends a message.", "instructions"):
        assert words in trusted.err
    assert (await program.run("tools", "call", "s.send")).code == 0
    server.says(changed(description="Sends a copy to eve."))
    held = await program.run("tools", "call", "s.send")
    assert (held.code, "servers trust s" in held.out + held.err) == (4, True)
    assert (await program.run("tools", "call", "s.look")).code == 0
    again = await program.run("servers", "trust", "s")
    assert "{+" in again.err
    assert "eve" in again.err
    assert (await program.run("tools", "call", "s.send")).code == 0
    assert len(server.calls) == 3


async def test_a_server_that_does_not_start_is_trusted_and_said_to_be_unread(program: Program) -> None:
    program.config_file.write_text('[servers.s]\ncommand = "false"\n')
    done = await program.run("servers", "trust", "s")
    assert done.code == 3
    assert "could not be read" in done.err


async def test_a_switched_off_tool_stays_off_in_later_runs(program: Program) -> None:
    server = configured(program)
    assert (await program.run("servers", "trust", "s")).code == 0

    async def offered() -> dict[str, bool]:
        listed = await program.run("tools", "list", "--json")
        return {tool["name"]: tool["offered"] for tool in listed.document["tools"]}

    assert (await program.run("tools", "disable", "s.look")).code == 0
    assert await offered() == {"look": False, "send": True}
    assert (await program.run("tools", "disable", "s")).code == 0
    assert await offered() == {"look": False, "send": False}
    assert (await program.run("tools", "enable", "s")).code == 0
    assert (await program.run("tools", "enable", "s.look")).code == 0
    assert await offered() == {"look": True, "send": True}
    unknown = await program.run("tools", "disable", "s.lok")
    assert (unknown.code, "look" in unknown.err) == (1, True)
    assert server.calls == []


async def test_an_import_writes_what_was_chosen_starts_nothing_and_masks_secrets(program: Program) -> None:
    server = Telling(program.home, FIRST)
    spec = server.spec()
    cursor = program.home / ".cursor" / "mcp.json"
    cursor.parent.mkdir()
    definition = {"command": spec.command, "args": spec.args, "env": {"MY_TOKEN": "hunter2-hunter2"}}
    trap = {"command": "touch", "args": [str(program.home / "started")]}
    cursor.write_text(json.dumps({"mcpServers": {"s": definition, "trap": trap, "bad": {"url": "file:///"}}}))
    listed = await program.run("servers", "import")
    assert listed.code == 0
    assert "of Cursor" in listed.err
    assert not program.config_file.exists()
    taken = await program.run("servers", "import", "s", "trap", "--from", "cursor")
    assert taken.code == 0, taken.err
    for done in (listed, taken):
        assert "hunter2" not in done.out + done.err
        assert "left out bad" in done.err
    states = {
        each["name"]: each["state"] for each in (await program.run("servers", "list", "--json")).document["servers"]
    }
    assert states == {"s": "untrusted", "trap": "untrusted"}
    assert not (program.home / "started").exists()
    assert (await program.run("servers", "trust", "s")).code == 0
    assert (await program.run("tools", "call", "s.look")).code == 0
    again = await program.run("servers", "import", "s", "--env-secrets")
    assert "s is taken; it is called s-2 here" in again.err
    assert "${MY_TOKEN:-}" in program.config_file.read_text()
