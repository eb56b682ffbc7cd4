"""`tools`, `resources`, `prompts`, `servers` and `doctor` against real stdio servers."""

import json

from tests.integration.cli.program import FILES, WORKSHOP, Program

SERVERS = ["--server", f"files={FILES}", "--server", f"workshop={WORKSHOP}"]


async def test_tools_of_all_servers_are_listed(program: Program) -> None:
    done = await program.run("tools", "list", "--json", *SERVERS)
    names = {f"{tool['server']}.{tool['name']}" for tool in done.document["tools"]}
    assert done.code == 0
    assert {"files.read_file", "workshop.divide"} <= names


async def test_a_tool_is_called_with_values_typed_by_its_schema(program: Program) -> None:
    done = await program.run("tools", "call", "workshop.divide", "a=1", "b=4", *SERVERS)
    assert (done.code, done.out.strip()) == (0, "0.25")


async def test_a_call_prints_its_whole_result_as_json(program: Program) -> None:
    done = await program.run(
        "tools", "call", "files.search_files", "--args", json.dumps({"pattern": "database"}), "--json", *SERVERS
    )
    result = done.document["result"]
    assert result["outcome"] == "ok"
    assert result["structured"]["matches"][0]["path"] == "logs/worker.log"
    assert result["blocks"][0]["type"] == "text"


async def test_a_failing_call_exits_with_one(program: Program) -> None:
    done = await program.run("tools", "call", "workshop.divide", "a=1", "b=0", *SERVERS)
    assert done.code == 1
    assert "Division by zero" in done.out


async def test_an_unknown_tool_names_the_nearest(program: Program) -> None:
    done = await program.run("tools", "call", "workshop.divid", "a=1", *SERVERS)
    assert done.code == 1
    assert "divide" in done.err


async def test_an_unknown_server_names_those_there_are(program: Program) -> None:
    done = await program.run("tools", "call", "nobody.divide", *SERVERS)
    assert done.code == 2
    assert "files, workshop" in done.err


async def test_a_value_of_the_wrong_type_is_a_usage_error(program: Program) -> None:
    done = await program.run("tools", "call", "workshop.divide", "a=one", "b=2", *SERVERS)
    assert done.code == 2
    assert "a must be number" in done.err


async def test_resources_and_prompts_are_read(program: Program) -> None:
    listed = await program.run("resources", "list", "--json", *SERVERS)
    assert "demo://readme" in {resource["uri"] for resource in listed.document["resources"]}
    read = await program.run("resources", "read", "files", "demo://readme", *SERVERS)
    assert "# The demo folder" in read.out
    prompt = await program.run("prompts", "get", "files.summarise_file", "path=notes.md", *SERVERS)
    assert "notes.md" in prompt.out


async def test_a_dead_server_is_named_and_the_others_are_listed(program: Program) -> None:
    done = await program.run("servers", "list", "--json", "--server", "gone=/nonexistent/x", *SERVERS)
    states = {server["name"]: server["state"] for server in done.document["servers"]}
    assert states == {"gone": "failed", "files": "ready", "workshop": "ready"}


async def test_the_doctor_tells_the_failing_stage(program: Program) -> None:
    good = await program.run("servers", "doctor", "files", "--json", *SERVERS)
    assert good.code == 0
    assert good.document["ok"]
    bad = await program.run("servers", "doctor", "sick", "--json", "--server", "sick=sh -c 'echo boom >&2; exit 3'")
    assert bad.code == 3
    failed = [stage for stage in bad.document["report"]["stages"] if stage["outcome"] == "failed"]
    assert len(failed) == 1
    assert "boom" in " ".join(bad.document["report"]["stderr_tail"])


async def test_a_server_of_a_file_needs_consent_once(program: Program) -> None:
    program.config_file.write_text(
        f'[servers.shop]\ncommand = "{WORKSHOP.split()[0]}"\nargs = ["-P", "-m", "tui.demo.workshop_server"]\n'
    )
    refused = await program.run("tools", "call", "shop.divide", "a=1", "b=1")
    assert refused.code == 3
    assert "servers trust shop" in refused.err
    assert (await program.run("servers", "trust", "shop")).code == 0
    allowed = await program.run("tools", "call", "shop.divide", "a=1", "b=1")
    assert (allowed.code, allowed.out.strip()) == (0, "1.0")
    program.config_file.write_text(program.config_file.read_text().replace('"-P", ', '"-P", "-X", "utf8", '))
    changed = await program.run("tools", "call", "shop.divide", "a=1", "b=1")
    assert changed.code == 3


async def test_servers_are_added_and_removed(program: Program) -> None:
    added = await program.run("servers", "add", "shop", "--", *WORKSHOP.split())
    assert added.code == 0, added.err
    assert (await program.run("tools", "call", "shop.divide", "a=1", "b=1")).code == 0
    assert (await program.run("servers", "remove", "shop")).code == 0
    assert (await program.run("servers", "list", "--json")).document["servers"] == []


async def test_a_broken_setting_names_file_line_and_the_nearest_key(program: Program) -> None:
    program.config_file.write_text('[chat]\nmodle = "x"\n')
    before = program.config_file.read_bytes()
    done = await program.run("servers", "list")
    assert done.code == 2
    assert "config.toml" in done.err
    assert "2" in done.err
    assert "model" in done.err
    assert program.config_file.read_bytes() == before


async def test_the_doctor_of_everything_answers_in_json(program: Program) -> None:
    done = await program.run("doctor", "--json", "--demo")
    assert done.code == 0
    assert {"mcp-tui", "configuration", "server files", "provider aurora"} <= {
        c["name"] for c in done.document["checks"]
    }
