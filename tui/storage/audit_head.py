"""Where the audit ends, kept in a file beside the database: rows cut off its end are missed, too."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from tui.config.atomic import replace_file
from tui.domain.errors import McpTuiError, StorageError
from tui.storage.audit_chain import GENESIS, AuditKey


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row, and the row that the oldest one kept follows.

    `earlier` is the row that they followed before: a process may have died before it took them away.
    """

    seq: int = 0
    chain: str = GENESIS
    base_seq: int = 0
    base_chain: str = GENESIS
    earlier_seq: int = 0
    earlier_chain: str = GENESIS


class HeadFile:
    """The file, shared by all processes that use the database. Raises StorageError when it cannot be written."""

    def __init__(self, path: Path, key: AuditKey) -> None:
        self._path = path
        self._key = key

    def read(self) -> Head | None:
        """Returns the head, None when there is none or somebody else wrote it."""
        try:
            document = json.loads(self._path.read_text("utf-8"))
            return Head(*document["head"]) if document["seal"] == self._key.seal(document["head"]) else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def begin(self) -> None:
        """Makes the file before the first row, unless there is one."""
        with self._changing() as head:
            if head == Head():
                self._write(head)

    def advance(self, seq: int, chain: str) -> None:
        """Moves the end to a later row; a process that comes late moves nothing."""
        with self._changing() as head:
            if seq > head.seq:
                self._write(replace(head, seq=seq, chain=chain))

    def cut(self, seq: int, chain: str) -> None:
        """Moves the beginning: rows up to this one will not be kept."""
        with self._changing() as head:
            base, earlier = (seq, chain), (head.base_seq, head.base_chain)
            self._write(Head(head.seq, head.chain, *base, *earlier))

    @contextmanager
    def _changing(self) -> Iterator[Head]:
        try:
            lock = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise _unwritable(self._path, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.read() or Head()
        finally:
            os.close(lock)

    def _write(self, head: Head) -> None:
        fields = list(astuple(head))
        try:
            replace_file(self._path, json.dumps({"head": fields, "seal": self._key.seal(fields)}))
        except McpTuiError as error:
            raise _unwritable(self._path, error) from error


def _unwritable(path: Path, error: Exception) -> StorageError:
    return StorageError(f"The audit's head {path} cannot be written: {error}", "Check the free space and the owner.")
