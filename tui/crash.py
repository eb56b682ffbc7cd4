"""A crash leaves one line on the terminal and one private file: the traceback without variables or secrets."""

import os
import re
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path

from tui.config.paths import make_private
from tui.domain.errors import McpTuiError
from tui.domain.text import CleanText, clean, clean_line

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|AUTH", re.IGNORECASE)


def crash_report(error: BaseException, directory: Path, environ: Mapping[str, str]) -> CleanText:
    """Writes the crash file (mode 0600) and returns the line to print; an unwritable directory only shortens it."""
    cause = _innermost(error)
    line = clean_line(_masked(f"mcp-tui stopped: {type(cause).__name__}: {cause}", environ), 200)
    try:
        file = _write(_masked(_traceback(error), environ), directory)
    except (OSError, McpTuiError):
        return line
    return CleanText(f"{line}\nDetails, without secrets: {file}")


def _innermost(error: BaseException) -> BaseException:
    """A worker's failure wraps what really happened."""
    inner = getattr(error, "error", None)
    return inner if isinstance(inner, BaseException) else error


def _traceback(error: BaseException) -> str:
    lines = traceback.format_exception(_innermost(error))
    return f"mcp-tui on Python {sys.version.split()[0]}, {sys.platform}\n{''.join(lines)}"


def _masked(text: str, environ: Mapping[str, str]) -> str:
    from tui.logs import MASK, redact  # a program that runs well never needs it

    for name, value in environ.items():
        if _SECRET_NAME.search(name) and len(value) >= 8:
            text = text.replace(value, MASK)
    return redact(text)


def _write(text: str, directory: Path) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    file = make_private(directory) / f"crash-{stamp}-{os.getpid()}.txt"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(clean(text))
    return file
