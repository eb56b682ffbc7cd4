"""One SQLite file, one thread that talks to it; every write is one immediate transaction, synced to the disk."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from tui.domain.errors import StorageError
from tui.domain.text import CleanText
from tui.storage.failures import storage_error
from tui.storage.opening import Opened, open_file

T = TypeVar("T")


class Database:
    """The open database. `read` and `write` run functions on its thread and raise StorageError, never SQLite's own."""

    def __init__(self, path: Path, thread: ThreadPoolExecutor, opened: Opened) -> None:
        self.path = path
        self.notice: CleanText = opened.notice
        """What had to be done at opening, for the person; empty normally."""
        self.hint: CleanText = opened.hint
        self.writable = opened.writable
        """False when a newer version of this program owns the file's schema."""
        self._connection = opened.connection
        self._thread = thread
        self._closed = False

    @classmethod
    async def open(cls, path: Path) -> "Database":
        """Opens (or makes) the file and brings its schema up to date.

        A damaged file is moved aside and a new one started; `notice` tells. Raises StorageError.
        """
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite")
        try:
            opened = await asyncio.get_running_loop().run_in_executor(thread, open_file, path)
        except sqlite3.Error as error:
            thread.shutdown(wait=False)
            raise storage_error(error, path) from error
        except StorageError:
            thread.shutdown(wait=False)
            raise
        return cls(path, thread, opened)

    async def read(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """Returns what `fn` finds in one snapshot; anything it wrote is undone. Raises StorageError."""
        return await self._run(lambda: _transaction(self._connection, "BEGIN", "ROLLBACK", fn))

    async def write(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `fn` in one transaction and returns after the commit; a failure undoes all of it.

        Once asked for, a write is carried out even if the caller is cancelled meanwhile. Raises StorageError.
        """
        if not self.writable:
            raise StorageError(self.notice, self.hint)
        return await self._run(lambda: _transaction(self._connection, "BEGIN IMMEDIATE", "COMMIT", fn))

    async def close(self) -> None:
        """Finishes waiting work and closes the file; closing twice is no error."""
        if self._closed:
            return
        work = asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._closed = True
        await asyncio.shield(work)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise StorageError("The database is closed.", "Start mcp-tui again.")
        try:
            return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work))
        except sqlite3.Error as error:
            raise storage_error(error, self.path) from error


def _transaction(connection: sqlite3.Connection, begin: str, end: str, fn: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute(begin)
    try:
        result = fn(connection)
        connection.execute(end)
        return result
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
