"""The program's own log: JSON lines in a private file that rotates, without secrets, and a copy for the screen."""

import asyncio
import json
import logging
import os
import re
from collections.abc import Callable
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from tui.domain.events import Logged
from tui.domain.text import clean, clean_line

MAX_BYTES = 10_000_000
FILES_KEPT = 5
MAX_LINE = 8_000
MASK = "***"
_CHATTY = ("mcp", "httpx", "httpx2", "httpcore", "openai", "asyncio", "urllib3", "keyring", "uvicorn")
_SHORTEST_SECRET = 6

_NAMES = r"(?:api[_-]?key|access[_-]?key|token|secret|passw(?:or)?d|passphrase|credentials?|authorization|cookie)"
"""How names of secrets end. What stands before needs no pattern: one would take its time for a long word."""
_SECRETS = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"(?<=://)[^/\s@\"'<>]{1,512}@"), f"{MASK}@"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"), MASK),
    (
        re.compile(
            r"\b(?:sk|rk|pk|mtk|gsk|hf|xai|csk|fw|ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abprs]|npm|AIza|AKIA|ASIA)"
            r"[-_A-Z0-9][A-Za-z0-9_-]{10,}"
        ),
        MASK,
    ),
    (
        re.compile(
            rf"({_NAMES}\\?[\"']?\s*[:=]\s*)(?:\\?\"[^\"\\]*|\\?'[^'\\]*|(?!Bearer\b|Basic\b)[^\s\"'&,;)}}]+)",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
)


def redact(text: str) -> str:
    """Returns `text` with everything that looks like a secret masked: tokens, keys, passwords, URL userinfo."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class Redactor:
    """Masks what looks like a secret and, wherever it stands, every secret it was told."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def remember(self, secret: str) -> None:
        """Masks `secret` from now on; what is too short to be one is left alone."""
        if len(secret) >= _SHORTEST_SECRET:
            self._known.add(secret)

    def redact(self, text: str) -> str:
        """Returns `text` without secrets."""
        # The longest first: one secret may be the beginning of another.
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, MASK)
        return redact(text)


class JsonLines(logging.Formatter):
    """One JSON object a line, clean and without secrets; of an exception the places, never the values."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def text_of(self, record: logging.LogRecord) -> str:
        """Returns the message as it may be shown."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):
            text = str(record.msg)
        if record.exc_info and record.exc_info[1] is not None:
            text = f"{text}\n{_exception(record.exc_info[1])}"
        return clean(self._redactor.redact(text[: MAX_LINE * 2]), MAX_LINE)

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": round(record.created, 3),
            "level": record.levelname.lower(),
            "source": record.name,
            "text": self.text_of(record),
        }
        return json.dumps(line, ensure_ascii=False)


class PrivateFile(RotatingFileHandler):
    """A rotating file only its owner can read. A full disk loses lines, never the screen."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _NO_FOLLOW, 0o600)
        if os.name == "posix":
            os.fchmod(descriptor, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="replace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - named by the standard library
        """The standard answer is a traceback on stderr, in the middle of the screen."""


_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


class Publisher(logging.Handler):
    """Turns records of any thread into `Logged` events on the loop's thread."""

    def __init__(self, publish: Callable[[Logged], None], loop: asyncio.AbstractEventLoop, lines: JsonLines) -> None:
        super().__init__()
        self._publish = publish
        self._loop = loop
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        text = self._lines.text_of(record)
        event = Logged(clean_line(record.levelname.lower()), clean_line(record.name), clean(text), record.created)
        try:
            self._loop.call_soon_threadsafe(self._publish, event)
        except RuntimeError:
            # The loop is closed: nobody looks any more, and the file has the line.
            return


class Logging:
    """The handlers of one run, put on the root logger and taken off again."""

    def __init__(self, directory: Path, redactor: Redactor, level: int = logging.INFO) -> None:
        """`directory` must exist. Raises OSError when the log cannot be opened."""
        self._lines = JsonLines(redactor)
        self._root = logging.getLogger()
        self._level_before = self._root.level
        self._handlers: list[logging.Handler] = []
        self._add(PrivateFile(directory / "mcp-tui.log", maxBytes=MAX_BYTES, backupCount=FILES_KEPT, encoding="utf-8"))
        self._root.setLevel(level)
        for name in _CHATTY:
            logging.getLogger(name).setLevel(logging.WARNING)

    def publish_to(self, publish: Callable[[Logged], None], loop: asyncio.AbstractEventLoop) -> None:
        """Publishes every line from now on as an event; `publish` is called on the loop's thread."""
        self._add(Publisher(publish, loop, self._lines))

    def close(self) -> None:
        """Takes the handlers off and closes the file."""
        for handler in self._handlers:
            self._root.removeHandler(handler)
            handler.close()
        self._handlers.clear()
        self._root.setLevel(self._level_before)

    def __enter__(self) -> "Logging":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _add(self, handler: logging.Handler) -> None:
        handler.setFormatter(self._lines)
        self._handlers.append(handler)
        self._root.addHandler(handler)


def _exception(error: BaseException) -> str:
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"  {code.co_filename}:{trace.tb_lineno} in {code.co_name}")
        trace = trace.tb_next
    return "\n".join([f"{type(error).__name__}: {error}", *places[-30:]])
