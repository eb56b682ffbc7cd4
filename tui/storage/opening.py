"""Opening the database file: private, checked, up to date; damage and newer schemas are told apart from the rest."""

import os
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from tui.config.paths import make_private
from tui.domain.errors import ConfigError, StorageError
from tui.domain.text import CleanText, clean_line
from tui.storage.failures import is_damage, result_code
from tui.storage.schema import Migration, migrate, migrations, version_of

BUSY_TIMEOUT_S = 20.0
CHECK_LIMIT_S = 0.5
"""The check of a large file stops here; what it has not seen by then is found when it is read."""
_COMPANIONS = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Opened:
    """An open connection and what had to be done to get it."""

    connection: sqlite3.Connection
    writable: bool = True
    notice: CleanText = CleanText("")
    hint: CleanText = CleanText("")


def open_file(path: Path) -> Opened:
    """Opens, checks and migrates the file at `path`. Raises StorageError or sqlite3.Error."""
    steps = migrations()
    _make_private_file(path)
    before = path.stat().st_ino
    try:
        return _open_sound(path, steps)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    kept = _set_aside(path, before)
    _make_private_file(path)
    opened = _open_sound(path, steps)
    return Opened(
        opened.connection,
        opened.writable,
        clean_line(f"The database was damaged. It was kept as {kept} and a new one was started."),
        clean_line(f"What can be saved: sqlite3 '{kept}' .recover"),
    )


def _open_sound(path: Path, steps: list[Migration]) -> Opened:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        _check(connection)
        newest = steps[-1].version if steps else 0
        found = version_of(connection)
        if found > newest:
            connection.execute("PRAGMA query_only = ON")
            return Opened(
                connection,
                False,
                clean_line(f"The database {path} was written by a newer mcp-tui (schema {found}, this one: {newest})."),
                CleanText("It can be read, not written. Update mcp-tui, or set MCP_TUI_HOME to another directory."),
            )
        use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection, steps)
    except BaseException:
        connection.close()
        raise
    return Opened(connection)


def _check(connection: sqlite3.Connection) -> None:
    deadline = time.monotonic() + CHECK_LIMIT_S
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 20_000)
    try:
        answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if result_code(error) != sqlite3.SQLITE_INTERRUPT:
            raise
        answer = "ok"
    finally:
        connection.set_progress_handler(None, 0)
    if answer != "ok":
        damage = sqlite3.DatabaseError(answer)
        damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damage


def use_wal(connection: sqlite3.Connection) -> None:
    """Switches to a write-ahead log. The switch ignores the busy timeout, so a second opener tries again."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if result_code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _make_private_file(path: Path) -> None:
    """Makes the file 0600 from its first moment; SQLite gives its companions the same mode."""
    try:
        make_private(path.parent)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)
    except (OSError, ConfigError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StorageError(
            f"The database {path} cannot be opened: {reason}.",
            "Check who owns the directory, or set MCP_TUI_HOME to one you can write.",
        ) from error


def _set_aside(path: Path, inode: int) -> Path:
    """Renames the damaged file and its companions, unless another process has already done so."""
    kept = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}")
    if path.exists() and path.stat().st_ino == inode:
        for companion in _COMPANIONS:
            source = path.with_name(path.name + companion)
            if source.exists():
                source.rename(kept.with_name(kept.name + companion))
    return kept
