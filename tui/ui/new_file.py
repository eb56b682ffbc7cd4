"""Files a person asks for: private, and never over something that is there."""

import os
import re
from pathlib import Path

from tui.domain.errors import StorageError

_UNFIT = re.compile(r"[^\w.-]+")
_TRIES = 1_000


def write_new_file(directory: Path, name: str, suffix: str, data: str | bytes) -> Path:
    """Writes `name``suffix` into `directory`, or `name-2` and so on when it exists; returns the path.

    The file has mode 0600 and is made with O_EXCL, so no link is followed and nothing is overwritten. `name` may be
    foreign: what does not belong into a file name becomes a dash. Raises StorageError.
    """
    stem = _UNFIT.sub("-", name).strip("-.")[:80] or "export"
    content = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    for number in range(1, _TRIES):
        path = directory / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise _failed(path, error) from error
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        except OSError as error:
            raise _failed(path, error) from error
        return path
    raise StorageError(f"{directory / stem}{suffix} and its successors all exist.", "Remove some of them.")


def _failed(path: Path, error: OSError) -> StorageError:
    return StorageError(f"Cannot write {path}: {error.strerror or error}", "Start mcp-tui in a directory of your own.")
