"""A server that ends with us even when we are killed: Linux sends it SIGKILL then (prctl(2), PR_SET_PDEATHSIG).

Elsewhere the end of its stdin tells it. Two ways lead there: util-linux's setpriv in front of the command, or a
function of ours between fork and exec. The first is preferred: a fork for the second copies all our page tables, and
Python code in a forked child is not safe beside threads.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import cache

_SETPRIV = "/usr/bin/setpriv"
_PROBE_S = 2.0
_PR_SET_PDEATHSIG = 1


@cache
def tether() -> tuple[str, ...]:
    """Returns the words in front of a command that tie it to us; none where there is no setpriv that can."""
    words = (_SETPRIV, "--pdeathsig", "KILL", "--")
    if sys.platform != "linux" or not os.access(_SETPRIV, os.X_OK):
        return ()
    try:
        probe = subprocess.run([*words, _SETPRIV, "--version"], capture_output=True, timeout=_PROBE_S, check=False)
    except (OSError, subprocess.SubprocessError):
        return ()
    return () if probe.returncode else words


def tie_after_fork() -> Callable[[], None] | None:
    """Returns what the child runs first where `tether` has no words; None where the system knows no such tie."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie
