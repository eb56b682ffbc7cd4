"""Processes an earlier run left behind because it was killed: found by number and start time, and ended.

A number alone is no proof: the system gives it to another process. Works where /proc tells start times (Linux); other
systems end a server when its input ends.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tui.servers.transports.descendants import is_token, kill, token_of

_PROC = Path("/proc")
_SESSION, _STARTED = 3, 19
"""Places in /proc/PID/stat behind the command's name, see proc_pid_stat(5)."""


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """What tells a process from a later one of the same number."""

    pid: int
    started: int
    """Clock ticks since the machine started."""
    session: int = 0

    def __str__(self) -> str:
        return f"{self.pid}-{self.started}"


def mark_of(pid: int) -> ProcessMark | None:
    """Returns the mark of a living process, None when there is none or it cannot be told."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return ProcessMark(pid, int(fields[_STARTED]), int(fields[_SESSION]))
    except (OSError, ValueError, IndexError):
        return None


class ChildBook:
    """The servers this run started, one file a run. A book that cannot be written costs nothing but the reaping."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._own = mark_of(os.getpid())

    def started(self, pid: int) -> None:
        """Notes a server's process, the leader of a session of its own."""
        mark = mark_of(pid)
        if mark is not None and self._own is not None:
            with suppress(OSError):
                self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
                with (self._directory / str(self._own)).open("a") as book:
                    book.write(f"{mark}-{token_of(pid)}\n")

    def close(self) -> None:
        """Ends the book: all servers were ended."""
        if self._own is not None:
            with suppress(OSError):
                (self._directory / str(self._own)).unlink()

    def reap(self) -> int:
        """Ends what dead runs left behind. Returns how many processes were ended; may take some milliseconds."""
        ended = 0
        with suppress(OSError):
            for book in list(self._directory.iterdir()):
                owner = _read(book.name)
                if owner is None or mark_of(owner.pid) is None or _is_other(owner):
                    ended += sum(_end_left_of(line) for line in book.read_text().split())
                    book.unlink()
        return ended


def _end_left_of(line: str) -> int:
    """Ends what lives of one server: in its session, and wherever its token is. Returns how many that were."""
    ended = sum(_end(each) for each in _left_of(_read(line)))
    token = line.rpartition("-")[2]
    return ended + (kill(token) if is_token(token) else 0)


def _read(text: str) -> ProcessMark | None:
    pid, started, *_ = (*text.split("-"), "")
    return ProcessMark(int(pid), int(started)) if pid.isdecimal() and started.isdecimal() else None


def _is_other(noted: ProcessMark) -> bool:
    """Whether a later process has the number now."""
    now = mark_of(noted.pid)
    return now is not None and now.started != noted.started


def _left_of(leader: ProcessMark | None) -> Iterator[ProcessMark]:
    """Yields what lives of a server's session: the number of a session is not given away while anybody is in it."""
    if leader is None or leader.pid <= 1 or _is_other(leader):
        return
    for entry in _PROC.iterdir():
        mark = mark_of(int(entry.name)) if entry.name.isdecimal() else None
        if mark is not None and mark.session == leader.pid and mark.started >= leader.started:
            yield mark


def _end(mark: ProcessMark) -> bool:
    try:
        os.kill(mark.pid, signal.SIGKILL)
    except OSError:
        return False
    return True
