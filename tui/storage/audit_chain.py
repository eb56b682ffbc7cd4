"""How the audit's rows hang together: each carries a keyed hash over itself and the one before (RFC 2104, SHA-256)."""

import hashlib
import hmac
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.config.paths import make_private
from tui.domain.errors import McpTuiError, StorageError
from tui.domain.messages import Json

GENESIS = "0" * 64
"""What the first row follows."""
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class AuditKey:
    """The key of all hashes. Whoever can write the rows but not read the key cannot make a row that fits."""

    secret: bytes

    def fingerprint(self, arguments: Json) -> str:
        """Returns the hash of a call's arguments; the order of names and the spacing do not matter."""
        return self._hash("input", arguments)

    def link(self, previous: str, row: Sequence[str | float | None]) -> str:
        """Returns the hash of a row, as it is stored, that follows the row whose hash is `previous`.

        Fields that are null at the end count for nothing: rows may have been written before there were such fields.
        """
        told = list(row)
        while told and told[-1] is None:
            told.pop()
        return self._hash("row", [previous, *told])

    def seal(self, fields: list[Json]) -> str:
        """Returns the hash of a head."""
        return self._hash("head", fields)

    def _hash(self, purpose: str, value: object) -> str:
        text = json.dumps([purpose, value], sort_keys=True, separators=(",", ":"), default=str)
        return hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()


def audit_key(path: Path) -> AuditKey:
    """Returns the key kept at `path`, a new one (0600) when there is none. Raises StorageError."""
    try:
        if not path.exists():
            _make_key(path)
        secret = path.read_bytes()
    except (OSError, McpTuiError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StorageError(
            f"The audit's key {path} cannot be used: {reason}.", "Check who owns the file and its directory."
        ) from error
    if len(secret) != _KEY_BYTES:
        raise StorageError(f"The audit's key {path} is damaged.", "Put it back from a copy, or move it aside.")
    return AuditKey(secret)


def _make_key(path: Path) -> None:
    """Another process may do the same at this moment: the first one's key stays, and is whole when it appears."""
    make_private(path.parent)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(_KEY_BYTES))
        try:
            os.link(temporary, path)
        except FileExistsError:
            return
    finally:
        os.unlink(temporary)
