"""M37, M38: the person's terminal and keys are out of a server's reach."""

import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import terminal
from tests.faults.mcp.programs.hosting_a_thief import THIEF

pytestmark = [pytest.mark.pty, pytest.mark.xdist_group("pty-thief")]
ROOT = Path(__file__).parents[3]


async def test_a_server_neither_reads_the_keys_nor_writes_on_the_terminal() -> None:
    command = [sys.executable, "-m", "tests.faults.mcp.programs.hosting_a_thief"]
    async with terminal(command, {"TERM": "xterm", "PATH": "/usr/bin:/bin"}, directory=ROOT) as screen:
        await screen.shows("type now")
        screen.send("secret\r")
        await screen.shows("the program read secret, the server no terminal")
        assert b"DEFACED" not in screen.raw


async def test_the_same_program_does_both_where_nobody_guards_against_it() -> None:
    async with terminal([sys.executable, str(THIEF), "alone"], {"TERM": "xterm", "PATH": "/usr/bin:/bin"}) as screen:
        await screen.shows("DEFACED")
        screen.send("secret\r")
        await screen.shows("stole secret")
