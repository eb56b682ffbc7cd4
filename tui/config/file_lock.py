"""A lock between processes: a file one holder at a time keeps locked. It ends with its holder, however that ends."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tui.config.paths import make_private

_POLL_S = 0.02


@contextmanager
def held(path: Path, wait_s: float) -> Iterator[bool]:
    """Keeps other processes and threads away for the length of a block, in a thread that may wait.

    Yields False when another holder did not let go within `wait_s`. Raises OSError, ConfigError.
    """
    make_private(path.parent)
    with path.open("a") as handle:
        deadline = time.monotonic() + wait_s
        while not (ours := try_lock(handle)) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        yield ours


def try_lock(handle: IO[str]) -> bool:
    """Returns whether the open file is now locked for us; closing it lets go."""
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True
