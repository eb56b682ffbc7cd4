"""Replacing a file so that, whatever happens, either the old or the new one is there, whole and private."""

import os
import tempfile
from pathlib import Path

from tui.domain.errors import ConfigError


def replace_file(path: Path, text: str) -> None:
    """Writes `text` beside `path`, syncs it and renames it over; mode 0600. A link is followed. Raises ConfigError."""
    target = path.resolve()
    try:
        # mkstemp opens with O_EXCL and 0600, whatever the umask.
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_directory(target.parent)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror or error}. It is as it was.",
            "Check the free space and who owns the directory.",
        ) from error


def _sync_directory(directory: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
