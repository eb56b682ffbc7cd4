"""A program in a pseudo-terminal that answers like a real one and notes when every byte came.

The screen is emulated after the run from what was noted, so that the emulator never competes for the processor.
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyte

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_CODES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P^_X][^\x1b]*\x1b\\|\x1b.")
_STRINGS = re.compile(rb"\x1b[P_^X].*?\x1b\\", re.DOTALL)
_ANSWERS: tuple[tuple[re.Pattern[bytes], bytes], ...] = (
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
    (re.compile(rb"\x1b\[0?c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
    (re.compile(rb"\x1b\[\?2048\$p"), b"\x1b[?2048;0$y"),
    (re.compile(rb"\x1b\]11;\?(?:\x07|\x1b\\)"), b"\x1b]11;rgb:1a1a/1b1b/2626\x1b\\"),
)
_DROPPED = ("NO_COLOR", "TMUX", "COLUMNS", "LINES", "CI", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one read of the terminal brought."""

    at: float
    """Seconds since the start of the program."""
    data: bytes


class _Screen(pyte.Screen):
    """Ignores the private forms of codes that pyte has no name for."""

    def select_graphic_rendition(self, *attrs: int, private: bool = False) -> None:
        if not private:
            super().select_graphic_rendition(*attrs)

    def report_device_status(self, mode: int, **_options: object) -> None:
        pass

    def report_device_attributes(self, mode: int = 0, **_options: object) -> None:
        pass

    def set_margins(self, top: int | None = None, bottom: int | None = None, **_options: object) -> None:
        super().set_margins(top, bottom)


class Terminal:
    """Runs a command; a context manager that ends it."""

    def __init__(
        self, command: Sequence[str], *, columns: int = 120, rows: int = 40, environ: Mapping[str, str] = {}
    ) -> None:
        self.columns, self.rows = columns, rows
        self.chunks: list[Chunk] = []
        self._screen, self._fed = _Screen(columns, rows), 0
        self._stream = pyte.ByteStream(self._screen)
        self._news = threading.Condition()
        self._ended = False
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, columns * 10, rows * 20))
        kept = {key: value for key, value in os.environ.items() if key not in _DROPPED}
        terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        self._began = time.monotonic()
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**kept, **terminal, **environ},
            start_new_session=True,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(3)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(3)
        self._ended = True
        self._reader.join(2)
        os.close(self._master)

    @property
    def now(self) -> float:
        """Seconds since the start of the program."""
        return time.monotonic() - self._began

    def send(self, keys: str) -> float:
        """Presses keys. Returns when."""
        at = self.now
        os.write(self._master, keys.encode())
        return at

    def wait_for(self, text: str, timeout_s: float = 30.0, since: int = 0) -> float | None:
        """Returns when `text` was first complete in the output (codes and blanks aside), None when it never was."""
        wanted = "".join(text.split()).encode()
        deadline, place, seen = self.now + timeout_s, since, b""
        while self.now < deadline:
            with self._news:
                if place == len(self.chunks):
                    self._news.wait(0.1)
                fresh, place = self.chunks[place:], len(self.chunks)
            for chunk in fresh:
                seen = (seen + chunk.data)[-300_000:]
                if wanted in b"".join(_CODES.sub(b"", seen).split()):
                    return chunk.at
            if not fresh and self._ended:
                return None
        return None

    def echo(self, key: str, timeout_s: float = 5.0) -> float | None:
        """Presses a key that occurs nowhere else on the screen. Returns the seconds until it is shown."""
        since = len(self.chunks)
        sent = self.send(key)
        shown = self.wait_for(key, timeout_s, since)
        return None if shown is None else shown - sent

    def wait_quiet(self, quiet_s: float = 0.5, timeout_s: float = 15.0) -> None:
        """Returns when nothing was written for a while."""
        deadline = self.now + timeout_s
        while self.now < deadline:
            with self._news:
                self._news.wait(0.05)
                if self.chunks and self.now - self.chunks[-1].at > quiet_s:
                    return

    def cpu_s(self) -> float:
        """Returns the processor time of the program and of the children it has waited for, seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15]) / TICKS_PER_S

    def resident_mb(self) -> float:
        """Returns the memory the program has in use, MB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1_000
        return 0.0

    def first_seen(self, text: str) -> float | None:
        """Returns when `text` was first on the emulated screen, None when never."""
        return next((at for at, screen in self._replay() if any(text in line for line in screen.display)), None)

    def shown(self, text: str) -> bool:
        """Returns whether `text` is on the emulated screen now; emulating takes processor time from what runs."""
        with self._news:
            fresh = self.chunks[self._fed :]
            self._fed += len(fresh)
        for chunk in fresh:
            self._stream.feed(_STRINGS.sub(b"", chunk.data))
        return any(text in line for line in self._screen.display)

    def _replay(self) -> Iterator[tuple[float, pyte.Screen]]:
        screen = _Screen(self.columns, self.rows)
        stream = pyte.ByteStream(screen)
        for chunk in self.chunks:
            stream.feed(_STRINGS.sub(b"", chunk.data))
            yield chunk.at, screen

    def _read(self) -> None:
        while not self._ended:
            ready, _, _ = select.select([self._master], [], [], 0.1)
            if not ready:
                self._ended = self._ended or self.process.poll() is not None
                continue
            try:
                data = os.read(self._master, 1 << 18)
            except OSError:
                self._ended = True
                return
            at = self.now
            for question, answer in _ANSWERS:
                for _ in question.findall(data):
                    os.write(self._master, answer)
            with self._news:
                self.chunks.append(Chunk(at, data))
                self._news.notify_all()
