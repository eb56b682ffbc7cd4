"""Watching a resource from the command line: a line a change, and an end that says why."""

import json
import shlex
import signal
import sys

import pytest

from tests.fakes.mcp_host import FIXTURE
from tests.integration.cli.program import Program


def server(program: Program) -> str:
    return f"s={shlex.join([sys.executable, '-S', '-E', str(FIXTURE), 'resources', str(program.home / 'note')])}"


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
async def test_each_change_is_a_line_until_it_is_interrupted(program: Program, as_json: bool) -> None:
    words = ("resources", "watch", "s", "note://restless", "--server", server(program))
    process = await program.start(*words, *(["--json"] if as_json else []))
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    if as_json:
        event = json.loads(line)
        assert event.pop("at") > 0
        assert event == {"event": "resource_changed", "server": "s", "uri": "note://restless"}
    else:
        assert line.endswith("  note://restless changed\n")
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 130, err
    assert b"ctrl+c ends it" in err
    assert (program.home / "note").read_text() == "subscribe note://restless\n"


async def test_a_refusal_and_an_unknown_server_have_codes_of_their_own(program: Program) -> None:
    refused = await program.run("resources", "watch", "s", "note://secret", "--server", server(program))
    unknown = await program.run("resources", "watch", "x", "note://a", "--server", server(program))
    missing = await program.run("resources", "watch", "s", "note://a", "--server", "s=no-such-command")
    assert [refused.code, unknown.code, missing.code] == [1, 2, 3]
    assert "not yours" in refused.err


async def test_a_server_that_is_lost_for_good_ends_the_watch(program: Program) -> None:
    done = await program.run("resources", "watch", "s", "note://deadly", "--server", server(program))
    assert done.code == 3, done
    assert "s is failed: It exited with code 4" in done.err
