"""Which process something belongs to, and whether that process still lives."""

import os
from pathlib import Path


def this_process() -> str:
    """Returns a name for the running process that no later process will have: its id and when it started."""
    return f"{os.getpid()}:{_started(os.getpid())}"


def lives(name: str) -> bool:
    """Returns whether the process `this_process` named still runs; in doubt, yes."""
    pid_text, _, started = name.partition(":")
    if not pid_text.isdigit() or int(pid_text) <= 0 or os.name != "posix":
        return True
    try:
        os.kill(int(pid_text), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    now = _started(int(pid_text))
    return not (started and now) or started == now


def _started(pid: int) -> str:
    """Start time in clock ticks since boot, field 22 of proc(5); empty where there is no /proc.

    A zombie has ended, whatever its entry says.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "ended" if fields[0] == "Z" else fields[19]
