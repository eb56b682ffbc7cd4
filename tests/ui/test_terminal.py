"""The terminal is given back: the real app in a pseudo-terminal, ended in every way."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

APP = """
import asyncio, sys, time
from pathlib import Path
from tests.ui.engine_double import EngineDouble
from tui.ui.app import CockpitApp

directory, mode = Path(sys.argv[1]), sys.argv[2]

def get_stuck():
    (directory / "stuck").touch()
    time.sleep(60)

class Engine(EngineDouble):
    async def start(self):
        await super().start()
        if mode == "stuck":
            asyncio.get_running_loop().call_later(0.5, get_stuck)
        if mode == "raise":
            secret_local = "only-in-a-variable"
            raise ValueError("broken with sk-abcdefghijklmnop")
    async def stop(self):
        (directory / "stopped").touch()

app = CockpitApp(Engine(directory))
app.run()
sys.exit(app.return_code)
"""
SETTLED = b"Servers & tools"


@dataclass
class Terminal:
    """A process on a pseudo-terminal."""

    process: "subprocess.Popen[bytes]"
    master: int
    slave: int
    before: list[object]
    output: bytes = b""

    def read_until(self, part: bytes, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while part not in self.output and time.monotonic() < end:
            self.read()
        assert part in self.output, self.output[-2_000:]

    def read(self) -> None:
        if select.select([self.master], [], [], 0.1)[0]:
            self.output += os.read(self.master, 65_536)

    def end(self) -> int:
        end = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < end:
            self.read()
        self.read()
        return self.process.wait(1)

    @property
    def given_back(self) -> bool:
        left = self.output.rfind(b"\x1b[?1049l") > self.output.rfind(b"\x1b[?1049h")
        shown = self.output.rfind(b"\x1b[?25h") > self.output.rfind(b"\x1b[?25l")
        quiet = self.output.rfind(b"\x1b[?1003l") > self.output.rfind(b"\x1b[?1003h")
        return left and shown and quiet and termios.tcgetattr(self.slave) == self.before


def opened(directory: Path, mode: str = "plain", **environ: str) -> Terminal:
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (30, 100))
    before = termios.tcgetattr(slave)
    process = subprocess.Popen(
        [sys.executable, "-c", APP, str(directory), mode],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", **environ},
    )
    return Terminal(process, master, slave, before)


@pytest.mark.pty
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)]
)
def test_a_signal_gives_the_terminal_back_and_stops_the_engine(tmp_path: Path, number: int, code: int) -> None:
    terminal = opened(tmp_path)
    terminal.read_until(SETTLED)
    terminal.process.send_signal(number)
    assert terminal.end() == code
    assert terminal.given_back
    assert (tmp_path / "stopped").exists()


@pytest.mark.pty
def test_a_stuck_program_gives_the_terminal_back_too(tmp_path: Path) -> None:
    terminal = opened(tmp_path, "stuck")
    terminal.read_until(SETTLED)
    while not (tmp_path / "stuck").exists():
        terminal.read()
    terminal.process.send_signal(signal.SIGTERM)
    terminal.read_until(b"\x1b[?1049l", 5)
    assert terminal.end() == 143
    assert terminal.given_back


@pytest.mark.pty
def test_an_exception_prints_one_line_and_leaves_a_private_file(tmp_path: Path) -> None:
    terminal = opened(tmp_path, "raise")
    assert terminal.end() == 1
    assert terminal.given_back
    last = terminal.output[terminal.output.rfind(b"\x1b[?1049l") :]
    assert b"mcp-tui stopped: ValueError: broken with" in last
    assert b"Traceback" not in last
    assert b"only-in-a-variable" not in terminal.output
    (file,) = (tmp_path / "state" / "crashes").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "sk-abcdefghijklmnop" not in file.read_text()
    assert (tmp_path / "stopped").exists()


@pytest.mark.pty
def test_suspending_gives_the_terminal_to_the_shell_and_takes_it_again(tmp_path: Path) -> None:
    terminal = opened(tmp_path)
    terminal.read_until(SETTLED)
    terminal.output = b""
    os.write(terminal.master, b"\x1a")
    terminal.read_until(b"\x1b[?1049l")
    os.waitpid(terminal.process.pid, os.WUNTRACED)
    assert termios.tcgetattr(terminal.slave) == terminal.before
    terminal.output = b""
    terminal.process.send_signal(signal.SIGCONT)
    terminal.read_until(SETTLED)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.end() == 143
    assert terminal.given_back


@pytest.mark.pty
def test_without_colours_and_without_unicode_it_still_runs(tmp_path: Path) -> None:
    terminal = opened(tmp_path, NO_COLOR="1", LC_ALL="C", LANG="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    terminal.read_until(b"Servers & tools")
    os.write(terminal.master, b"\x11")
    assert terminal.end() == 0
    assert all(byte < 128 for byte in terminal.output)
    assert b"\x1b[38;2;121;192;255" not in terminal.output


@pytest.mark.pty
def test_a_closed_terminal_ends_the_program(tmp_path: Path) -> None:
    terminal = opened(tmp_path)
    terminal.read_until(SETTLED)
    os.close(terminal.slave)
    os.close(terminal.master)
    terminal.process.send_signal(signal.SIGHUP)
    assert terminal.process.wait(20) == 129
    assert (tmp_path / "stopped").exists()
