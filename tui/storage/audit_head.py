"""Where the audit ends, kept in a file away from the database: rows cut off its end, or all of them, are missed."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from tui.domain.errors import StorageError
from tui.storage.audit_chain import GENESIS, AuditKey

_SLOT_BYTES = 1_024


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row, and the row that the oldest one kept follows.

    `earlier` is the row that they followed before: a process may have died before it took them away.
    """

    seq: int = 0
    chain: str = GENESIS
    at: float = 0.0
    """What the newest row says of its time (wall clock)."""
    base_seq: int = 0
    base_chain: str = GENESIS
    earlier_seq: int = 0
    earlier_chain: str = GENESIS
    turn: int = 0
    """How often the file was written."""


class HeadFile:
    """The file, shared by all processes that use the database. Raises StorageError when it cannot be written.

    Its two halves are written in turn, each whole and sealed: should one be torn by a loss of power, the other tells
    where the audit ended a moment before.
    """

    def __init__(self, path: Path, key: AuditKey) -> None:
        self._path = path
        self._key = key

    @property
    def exists(self) -> bool:
        """Whether there is such a file, whoever wrote it."""
        return self._path.exists()

    def read(self) -> Head | None:
        """Returns the head, None when there is none or somebody else wrote it."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return None
        halves = (self._opened(data[:_SLOT_BYTES]), self._opened(data[_SLOT_BYTES:]))
        return max((head for head in halves if head), key=lambda head: head.turn, default=None)

    def begin(self) -> None:
        """Makes the file before the first row, unless there is one."""
        with self._locked():
            if not self.exists:
                self._write(Head())

    def advance(self, seq: int, chain: str, at: float) -> None:
        """Moves the end to a later row. A process that comes late moves nothing, nor is a lost file made anew."""
        with self._locked():
            head = self.read()
            if head is not None and seq > head.seq:
                self._write(replace(head, seq=seq, chain=chain, at=at))

    def cut(self, seq: int, chain: str) -> None:
        """Moves the beginning: rows up to this one will not be kept."""
        with self._locked():
            head = self.read()
            if head is not None:
                earlier_seq, earlier_chain = head.base_seq, head.base_chain
                head = replace(head, earlier_seq=earlier_seq, earlier_chain=earlier_chain)
                self._write(replace(head, base_seq=seq, base_chain=chain))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            lock = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise _unwritable(self._path, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _opened(self, half: bytes) -> Head | None:
        try:
            document = json.loads(half.rstrip(b"\0 "))
            return Head(*document["head"]) if document["seal"] == self._key.seal(document["head"]) else None
        except (ValueError, TypeError, KeyError):
            return None

    def _write(self, head: Head) -> None:
        fields = list(astuple(replace(head, turn=head.turn + 1)))
        half = json.dumps({"head": fields, "seal": self._key.seal(fields)}).encode().ljust(_SLOT_BYTES)
        try:
            file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                os.pwrite(file, half, head.turn % 2 * _SLOT_BYTES)
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise _unwritable(self._path, error) from error


def _unwritable(path: Path, error: OSError) -> StorageError:
    reason = error.strerror or error
    return StorageError(f"The audit's head {path} cannot be written: {reason}.", "Check the free space and the owner.")
