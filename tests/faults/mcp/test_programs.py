"""M03: a command is the file its own PATH leads to, by the rules of the machine, and no shell ever sees it."""

import contextlib
import os
import re
from pathlib import Path

import pytest

from tests.fakes.mcp_host import hosting
from tui.domain.ids import ServerName
from tui.domain.servers import ServerSpec
from tui.servers.transports.programs import batch_problem, endings, find_program

WINDOWS = endings({"PATHEXT": ".COM;.EXE;.CMD"}, "win32")
SOURCES = Path(__file__).parents[3] / "tui"
SHELLS = re.compile(r"shell=True|create_subprocess_shell|os\.system\(|os\.popen\(|getoutput\(")


def placed(directory: Path, *names: str) -> Path:
    directory.mkdir(exist_ok=True)
    for name in names:
        (directory / name).write_text("#!/bin/sh\n")
        (directory / name).chmod(0o755)
    return directory


@pytest.mark.parametrize(
    ("command", "allowed", "found"),
    [
        ("npx", WINDOWS, "npx.cmd"),
        ("npx.cmd", WINDOWS, "npx.cmd"),
        ("uvx", WINDOWS, "uvx.exe"),
        ("npx", endings({}, "linux"), "npx"),
        ("npx.cmd", endings({}, "linux"), "npx.cmd"),
        ("notes", WINDOWS, None),
        ("nothing", endings({}, "linux"), None),
    ],
)
def test_a_command_gets_the_ending_its_machine_asks_for(
    command: str, allowed: tuple[str, ...], found: str | None, tmp_path: Path
) -> None:
    place = placed(tmp_path / "bin", "npx", "npx.cmd", "uvx.exe", "uvx.cmd", "notes")
    assert find_program(command, str(place), allowed) == (str(place / found) if found else None)


def test_the_directory_one_stands_in_is_not_searched(tmp_path: Path) -> None:
    placed(tmp_path, "npx")
    with contextlib.chdir(tmp_path):
        assert find_program("npx", os.pathsep.join(["", "/nowhere"])) is None
    assert find_program(str(tmp_path / "npx"), "/nowhere") == str(tmp_path / "npx")


def test_what_may_not_be_run_is_passed_over(tmp_path: Path) -> None:
    first, second = placed(tmp_path / "a", "tool"), placed(tmp_path / "b", "tool")
    (first / "tool").chmod(0o644)
    assert find_program("tool", os.pathsep.join([str(first), str(second)])) == str(second / "tool")


@pytest.mark.parametrize(
    ("program", "argument", "refused"),
    [
        ("C:\\n\\npx.cmd", 'a" & calc', True),
        ("C:\\n\\npx.CMD", "%PATH%", True),
        ("C:\\n\\run.bat", "a\nb", True),
        ("C:\\n\\npx.cmd", "@scope/pkg@1.2.3", False),
        ("C:\\n\\npx.cmd", "C:\\a path", False),
        ("C:\\n\\uvx.exe", 'a" & calc', False),
    ],
)
def test_a_batch_file_gets_no_argument_that_its_shell_would_run(program: str, argument: str, refused: bool) -> None:
    assert (batch_problem(program, ["-y", argument]) is not None) is refused


async def test_a_server_that_is_such_a_batch_file_is_not_started_and_says_why(tmp_path: Path) -> None:
    place = placed(tmp_path, "server.cmd")
    (place / "server.cmd").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    spec = ServerSpec(ServerName("s"), "stdio", command=str(place / "server.cmd"), args=("a&calc",), trusted=True)
    async with hosting([spec]) as host:
        assert "cannot be given the argument" in host.status("s").error
    assert not (tmp_path / "ran").exists()


def test_nothing_is_handed_to_a_shell() -> None:
    assert SHELLS.search("subprocess.run(x, shell=True)")
    assert [file.name for file in SOURCES.rglob("*.py") if SHELLS.search(file.read_text("utf-8"))] == []
