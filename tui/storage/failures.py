"""SQLite's errors in words: what went wrong with the database and what a person can do about it."""

import sqlite3
from pathlib import Path

from tui.domain.errors import StorageError

_ROOM = "Free some disk space and try again; everything stored before is intact."
_CAUSES: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_FULL: ("there is no room left on the disk", _ROOM),
    sqlite3.SQLITE_IOERR: ("the disk did not take it", _ROOM),
    sqlite3.SQLITE_BUSY: ("another process kept it busy for too long", "Close other running copies and try again."),
    sqlite3.SQLITE_LOCKED: ("another process kept it busy for too long", "Close other running copies and try again."),
    sqlite3.SQLITE_READONLY: ("it may not be written", "Check who owns the file and its directory."),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "Check that the directory exists and is yours."),
    sqlite3.SQLITE_PERM: ("it may not be opened", "Check who owns the file and its directory."),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "Restart mcp-tui: it sets the damaged file aside and starts a new one."),
    sqlite3.SQLITE_NOTADB: ("it is no database", "Restart mcp-tui: it sets the file aside and starts a new one."),
}
_PRIMARY_CODE = 0xFF
"""The low byte of an extended result code is the primary one: https://sqlite.org/rescode.html"""


def result_code(error: sqlite3.Error) -> int:
    """Returns SQLite's primary result code, 0 when the error did not come from SQLite itself."""
    return getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE


def is_damage(error: sqlite3.Error) -> bool:
    """Returns whether the error says that the file itself is broken."""
    return result_code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def storage_error(error: sqlite3.Error, path: Path) -> StorageError:
    """Returns the error to raise in place of SQLite's own."""
    cause, hint = _CAUSES.get(result_code(error), (str(error), "See the log (7) for what was going on."))
    return StorageError(f"The database {path}: {cause}.", hint)
