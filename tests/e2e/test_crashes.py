"""However the program fails or is ended: the terminal is whole, secrets stay inside, and no process is left."""

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal, alive, descendants, terminal

pytestmark = [pytest.mark.pty, pytest.mark.xdist_group("pty-crashes")]

CRASHING = [sys.executable, "-m", "tests.e2e.programs.crashing"]
CANARY = "canary-5f1d2c9b7e"
SERVER = Path(__file__).parents[1] / "fakes" / "mcp_stdio.py"
F9 = "\x1b[20~"


@pytest.fixture
def watched(environ: dict[str, str]) -> dict[str, str]:
    return {**environ, "PYTHONPATH": str(Path(__file__).parents[2]), "CANARY_KEY": CANARY}


async def gone(screen: Terminal, processes: set[int]) -> None:
    await screen.until(lambda: not any(map(alive, processes)), f"the end of {processes}", 10)


@pytest.mark.parametrize("place", ["handler", "worker", "timer", "thread-worker"])
async def test_an_exception_gives_the_terminal_back_with_one_line(watched: dict[str, str], place: str) -> None:
    async with terminal([*CRASHING, place, "--demo"], watched) as screen:
        await screen.shows("2/2 servers")
        children = descendants(screen.pid)
        screen.send(F9)
        assert await screen.ends() == 1
        await screen.settles()
        assert screen.modes_left_on() == set()
        assert screen.line_settings_restored()
        assert b"mcp-tui stopped: ValueError: broken" in screen.raw[screen.raw.rindex(b"\x1b[?1049l") :]
        assert b"Traceback" not in screen.raw
        assert CANARY.encode() not in screen.raw
        await gone(screen, children)
    (file,) = (Path(watched["MCP_TUI_HOME"]) / "state" / "crashes").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "in fail" in file.read_text()
    assert CANARY not in file.read_text()
    assert "secret_in_a_variable =" not in file.read_text().replace("secret_in_a_variable = os.environ", "")


async def test_a_failed_thread_neither_ends_the_program_nor_writes_over_the_screen(watched: dict[str, str]) -> None:
    async with terminal([*CRASHING, "thread", "--demo"], watched) as screen:
        await screen.shows("2/2 servers")
        screen.send(F9)
        await screen.settles()
        screen.send("\x1b2")
        await screen.shows("workshop")
        screen.send("\x11")
        assert await screen.ends() == 0
        assert b"Traceback" not in screen.raw


async def test_a_killed_program_leaves_no_process_behind(command: str, environ: dict[str, str], tmp_path: Path) -> None:
    chain = tmp_path / "launcher"
    chain.write_text(f"#!/bin/sh\nexec 3<&0\n{sys.executable} -S -E {SERVER} good <&3 &\nexec 3<&-\nwait\n")
    chain.chmod(0o700)
    async with terminal([command, "--demo"], environ) as screen:
        await screen.shows("2/2 servers")
        children = descendants(screen.pid)
        screen.signal(signal.SIGKILL)
        assert await screen.ends() == 137
        await gone(screen, children)
    async with terminal([command, "--server", f"chain={chain}"], environ) as screen:
        await screen.shows("1/1 servers")
        children = descendants(screen.pid)
        assert len(children) >= 2
        screen.signal(signal.SIGKILL)
        await screen.ends()
        await gone(screen, children)


async def test_a_killed_program_s_terminal_can_be_reset(command: str, environ: dict[str, str]) -> None:
    async with terminal(["sh", "-c", f"{command} --demo; {command} --reset-terminal"], environ) as screen:
        await screen.shows("2/2 servers")
        (app,) = [pid for pid in descendants(screen.pid) if b"--demo" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        os.kill(app, signal.SIGKILL)
        assert await screen.ends() == 0
        await screen.settles()
        assert screen.modes_left_on() == set()
        assert screen.line_settings_restored()


async def test_a_closed_terminal_ends_the_program_and_its_servers(command: str, environ: dict[str, str]) -> None:
    async with terminal([command, "--demo"], environ) as screen:
        await screen.shows("2/2 servers")
        children = descendants(screen.pid)
        screen.hang_up()
        assert await screen.ends() == 129
        await gone(screen, children)


async def test_suspending_and_coming_back_keeps_the_program_working(command: str, environ: dict[str, str]) -> None:
    async with terminal(["sh", "-mc", f"{command} --demo; fg"], environ) as screen:
        await screen.shows("2/2 servers")
        screen.send("\x1a")
        await screen.until(lambda: screen.raw.count(b"\x1b[?1049h") == 2, "the way there and back")
        await screen.settles()
        screen.send("\x1b2")
        await screen.shows("workshop")
        screen.send("\x11")
        assert await screen.ends() == 0
        assert screen.modes_left_on() == set()


async def test_the_program_writes_no_core_dump(command: str, environ: dict[str, str]) -> None:
    async with terminal(["sh", "-c", f"ulimit -S -c $(ulimit -H -c); exec {command} --demo"], environ) as screen:
        await screen.shows("2/2 servers")
        limits = Path(f"/proc/{screen.pid}/limits").read_text()
        assert next(line for line in limits.splitlines() if line.startswith("Max core")).split()[4] == "0"
