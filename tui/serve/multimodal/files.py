"""Files a caller names, read only where whoever runs the server allowed it."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from tui.domain.errors import CallError, RefusedError
from tui.domain.text import clean_line


def read_within(path: Path, roots: Sequence[Path], limit_bytes: int) -> bytes:
    """Returns the bytes of a regular file that lies in one of `roots`, wherever links on the way lead.

    Raises RefusedError outside the roots, CallError when there is no such file or it is larger than `limit_bytes`.
    A path outside is refused whether or not anything lies there.
    """
    if not _lies_within(path, roots):
        raise _outside(path, roots)
    try:
        # Neither a pipe nor a device may hold the reader up.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with open(handle, "rb") as file:
            info = os.fstat(handle)
            if not stat.S_ISREG(info.st_mode):
                raise CallError(f"{clean_line(path)} is no regular file.", _HINT)
            if not _is_still(path, info, roots):
                raise _outside(path, roots)
            data = file.read(limit_bytes + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no such file"
        raise CallError(f"{clean_line(path)} cannot be read: {reason}.", _HINT) from None
    if len(data) > limit_bytes:
        raise CallError(f"{clean_line(path)} has more than {limit_bytes:,} bytes.", "Choose a smaller file.")
    return data


_HINT = "Check the path."


def _lies_within(path: Path, roots: Sequence[Path]) -> bool:
    try:
        real = path.resolve()
        return any(real.is_relative_to(root.resolve()) for root in roots)
    except (OSError, ValueError, RuntimeError):
        return False


def _is_still(path: Path, opened: os.stat_result, roots: Sequence[Path]) -> bool:
    """Whether what was opened is what lies in the roots: a link may have been turned between the look and the open."""
    real = path.resolve(strict=True)
    return _lies_within(real, roots) and os.path.samestat(opened, os.lstat(real))


def _outside(path: Path, roots: Sequence[Path]) -> RefusedError:
    if not roots:
        return RefusedError(
            "No file of this machine may be read.",
            'Whoever runs this server names directories under [serve] in config.toml: files = ["/path"].',
        )
    return RefusedError(
        f"{clean_line(path)} lies outside the directories that may be read.", "Give a path inside one, or a data URL."
    )
