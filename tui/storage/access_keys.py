"""Keys of callers: made here, shown once, kept as a hash.

SHA-256 without salt or stretching is enough: a key is 256 random bits, so there is nothing to guess or to look up in
a table; slow hashes make up for what people choose. Source: NIST SP 800-63B, 5.1.2 (look-up secrets).
"""

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterable, Sequence

from tui.domain.access import AccessKey, NewAccessKey
from tui.domain.clock import Clock
from tui.domain.errors import StorageError, UsageError
from tui.domain.money import MicroUsd
from tui.domain.text import CleanText, clean_line
from tui.storage.database import Database
from tui.storage.rollups import day_of

PREFIX = "mtk"
_COLUMNS = "id, name, scopes, created, revoked, day_budget_microusd"


class AccessKeys:
    """The keys. Every method may raise StorageError."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, name: str, scopes: Iterable[str], day_budget: MicroUsd | None = None) -> NewAccessKey:
        """Makes a key. Raises UsageError when a key of that name is in use."""
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        key = f"{PREFIX}_{key_id}_{secret}"
        access = AccessKey(key_id, _named(name), tuple(sorted(scopes)), self._clock.wall(), day_budget=day_budget)
        row = (key_id, access.name, _digest(key), " ".join(access.scopes), day_budget, access.created)

        def insert(connection: sqlite3.Connection) -> bool:
            sql = "SELECT 1 FROM access_keys WHERE name = ? AND revoked IS NULL"
            if connection.execute(sql, (access.name,)).fetchone():
                return False
            connection.execute(
                "INSERT INTO access_keys (id, name, sha256, scopes, day_budget_microusd, created)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )
            return True

        if not await self._database.write(insert):
            raise UsageError(
                f"There is a key called {access.name}.", f"Choose another name, or: mcp-tui serve keys revoke {name}"
            )
        return NewAccessKey(key, access)

    async def all(self) -> Sequence[AccessKey]:
        """Returns all keys, also revoked ones, oldest first."""
        day = day_of(self._clock.wall())

        def select(connection: sqlite3.Connection) -> list[AccessKey]:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM access_keys ORDER BY created, id")  # noqa: S608
            return [_access(row, _spent(connection, row[0], day)) for row in rows.fetchall()]

        return await self._database.read(select)

    async def find(self, key: str) -> AccessKey | None:
        """Returns what a shown key allows, None when it is not a key in use. The comparison takes constant time."""
        _, _, rest = key.partition("_")
        key_id, _, _ = rest.partition("_")
        sql = f"SELECT {_COLUMNS}, sha256 FROM access_keys WHERE id = ?"  # noqa: S608 - constants
        row = await self._database.read(lambda connection: connection.execute(sql, (_text(key_id),)).fetchone())
        known = row[-1] if row else ""
        if not hmac.compare_digest(known, _digest(key)) or row[4] is not None:
            return None
        return _access(row[:-1])

    async def revoke(self, name_or_id: str) -> AccessKey:
        """Ends a key at once, for open sessions too. Raises StorageError when there is none in use."""
        now = self._clock.wall()

        def update(connection: sqlite3.Connection) -> AccessKey | None:
            sql = f"SELECT {_COLUMNS} FROM access_keys WHERE revoked IS NULL AND (name = ? OR id = ?)"  # noqa: S608
            row = connection.execute(sql, (_text(name_or_id), _text(name_or_id))).fetchone()
            if row is None:
                return None
            connection.execute("UPDATE access_keys SET revoked = ? WHERE id = ?", (now, row[0]))
            return _access((*row[:4], now, row[5]))

        revoked = await self._database.write(update)
        if revoked is None:
            raise StorageError(f"No key in use is called {clean_line(name_or_id)!r}.", "mcp-tui serve keys list")
        return revoked


def _named(name: str) -> CleanText:
    cleaned = clean_line(name, 80)
    if not cleaned:
        raise UsageError("A key needs a name.", "Name it after who gets it: mcp-tui serve keys add cursor …")
    return cleaned


def _digest(key: str) -> str:
    return hashlib.sha256(_text(key).encode()).hexdigest()


def _text(shown: str) -> str:
    """What a stranger showed, as SQLite and a hash can take it."""
    return shown.encode("utf-8", "replace").decode()


def _access(row: Sequence[object], spent: int = 0) -> AccessKey:
    key_id, name, scopes, created, revoked, budget = row
    return AccessKey(
        id=str(key_id),
        name=clean_line(name),
        scopes=tuple(str(scopes).split()),
        created=float(str(created)),
        revoked=None if revoked is None else float(str(revoked)),
        day_budget=None if budget is None else MicroUsd(int(str(budget))),
        spent_today=spent,
    )


def _spent(connection: sqlite3.Connection, key_id: str, day: str) -> int:
    row = connection.execute(
        "SELECT COALESCE((SELECT microusd FROM caller_spend WHERE key_id = ? AND day = ?), 0)"
        " + COALESCE((SELECT SUM(amount) FROM caller_holds WHERE key_id = ?), 0)",
        (key_id, day, key_id),
    ).fetchone()
    return int(row[0])
