"""Texts written to files a person asked for: beside what is there, never over it."""

import os
import re
from pathlib import Path

from tui.domain.errors import StorageError
from tui.domain.text import clean_line

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_TRIES = 1_000


def save_text(text: str, suggested_name: str, directory: Path) -> Path:
    """Writes `text` (mode 0600) and returns the file; a taken name gets a number. Raises StorageError."""
    stem, suffix = _safe(suggested_name)
    for number in range(_TRIES):
        file = directory / (f"{stem}{suffix}" if number == 0 else f"{stem}-{number}{suffix}")
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        except OSError as error:
            raise StorageError(
                f"Cannot write {file}: {error.strerror}", "Start in a directory you can write."
            ) from error
        return _written(descriptor, text, file)
    raise StorageError(f"{directory} holds a thousand files called {stem}", "Move some of them away.")


def _written(descriptor: int, text: str, file: Path) -> Path:
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as stream:
            stream.write(text)
    except OSError as error:
        file.unlink(missing_ok=True)
        raise StorageError(f"Cannot write {file}: {error.strerror}", "Is the disk full?") from error
    return file


def _safe(suggested_name: str) -> tuple[str, str]:
    """Names from servers and models are no paths and never hidden files."""
    name = _UNSAFE.sub("-", clean_line(suggested_name, 80)).strip("-.") or "mcp-tui.txt"
    stem, dot, suffix = name.rpartition(".")
    return (stem, f".{suffix}") if dot and stem and len(suffix) <= 8 else (name, ".txt")
