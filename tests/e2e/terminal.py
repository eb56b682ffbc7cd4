"""A terminal of our own around the installed command: a pty, an emulated screen, and what was left behind."""

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import termios
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte

MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
MUST_BE_OFF = {"1049", "1000", "1002", "1003", "1006", "1015", "2004", "1004"}
"""Alternate screen, mouse reports, bracketed paste, focus reports."""


class Screen(pyte.Screen):
    """pyte's screen, deaf to private SGR that it would misread."""

    def select_graphic_rendition(self, *attrs: int, **private: Any) -> None:
        if not private:
            super().select_graphic_rendition(*attrs)


class Terminal:
    """One running program and what its terminal shows."""

    def __init__(self, pid: int, master: int, rows: int, columns: int) -> None:
        self.pid = pid
        self.raw = bytearray()
        self.status: int | None = None
        self._master = master
        self._screen = Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._changed = asyncio.Event()
        self._gone = asyncio.Event()
        self._before = termios.tcgetattr(master)
        asyncio.get_running_loop().add_reader(master, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._master, 65536)
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._master)
            self._gone.set()
        self.raw += data
        self._stream.feed(data)
        self._changed.set()

    @property
    def lines(self) -> list[str]:
        """What is on the screen, a line each."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join(self.lines)

    def send(self, keys: str | bytes) -> None:
        """Types."""
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)

    async def feed(self, data: bytes) -> None:
        """Types more than the terminal takes at once."""
        os.set_blocking(self._master, False)
        while data:
            try:
                data = data[os.write(self._master, data[:4096]) :]
            except BlockingIOError:
                await asyncio.sleep(0.001)
        os.set_blocking(self._master, True)

    def paste(self, text: str) -> None:
        """Pastes, as a terminal with bracketed paste does."""
        self.send(f"\x1b[200~{text}\x1b[201~")

    def resize(self, rows: int, columns: int) -> None:
        """Gives the window another size."""
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def signal(self, number: signal.Signals) -> None:
        """Sends the program a signal."""
        os.kill(self.pid, number)

    async def until(self, seen: Callable[[], bool], what: str, timeout_s: float = 30.0) -> None:
        """Waits until something is so; fails with the whole screen when it does not come."""
        try:
            async with asyncio.timeout(timeout_s):
                while not seen():
                    self._changed.clear()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(0.5):
                            await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{what} did not come in {timeout_s:.0f} s. Screen:\n{self.text}") from None

    async def shows(self, text: str, timeout_s: float = 30.0) -> None:
        """Waits until `text` is on the screen."""
        await self.until(lambda: text in self.text, repr(text), timeout_s)

    async def hides(self, text: str, timeout_s: float = 30.0) -> None:
        """Waits until `text` is no longer on the screen."""
        await self.until(lambda: text not in self.text, f"the end of {text!r}", timeout_s)

    async def settles(self, quiet_s: float = 0.15) -> None:
        """Waits until the program has drawn nothing for a moment; a key's focus has moved by then."""
        seen, deadline = -1, time.monotonic() + 5
        while seen != len(self.raw) and time.monotonic() < deadline:
            seen = len(self.raw)
            await asyncio.sleep(quiet_s)

    async def ends(self, timeout_s: float = 20.0) -> int:
        """Waits for the program's end. Returns its exit code, or 128 + signal."""
        deadline = time.monotonic() + timeout_s
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
                break
            if time.monotonic() > deadline:
                raise AssertionError(f"the program did not end. Screen:\n{self.text}")
            await asyncio.sleep(0.02)
        code = os.waitstatus_to_exitcode(self.status)
        return code if code >= 0 else 128 - code

    def modes_left_on(self) -> set[str]:
        """Returns the private terminal modes that were switched on and not off again."""
        on: set[str] = set()
        for numbers, switch in MODES.findall(bytes(self.raw)):
            for number in numbers.decode().split(";"):
                (on.add if switch == b"h" else on.discard)(number)
        return on & MUST_BE_OFF

    def line_settings_restored(self) -> bool:
        """Whether echo and line mode are as they were."""
        return termios.tcgetattr(self._master)[:4] == self._before[:4]

    def hang_up(self) -> None:
        """Closes the terminal's window."""
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        self._master = -1

    async def close(self) -> None:
        """Ends the program if it still runs."""
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self.pid, 0)
        if self._master >= 0:
            self.hang_up()


@contextlib.asynccontextmanager
async def terminal(
    command: Sequence[str],
    environ: Mapping[str, str],
    rows: int = 40,
    columns: int = 130,
    directory: Path | None = None,
) -> AsyncIterator[Terminal]:
    """Runs `command` in a pty of its own, in `directory`; nothing outlives the block."""
    pid, master = pty.fork()
    if pid == 0:
        termios.tcsetwinsize(0, (rows, columns))
        os.chdir(directory or ".")
        os.execvpe(command[0], list(command), dict(environ))
    running = Terminal(pid, master, rows, columns)
    try:
        yield running
    finally:
        await running.close()


def descendants(pid: int) -> set[int]:
    """Returns the processes below `pid`, read from /proc."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found: set[int] = set()
    waiting = {pid}
    while waiting:
        children = {child for child, parent in parents.items() if parent in waiting} - found
        found |= children
        waiting = children
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
