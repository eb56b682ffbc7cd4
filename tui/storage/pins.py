"""The definitions of servers that a person agreed to, and the tools switched off for the model."""

import sqlite3
from collections.abc import Mapping
from typing import cast

from tui.domain.ids import ServerName
from tui.domain.trust import DefinitionKind, Pin, PinKey, PinSet
from tui.storage.database import Database


class PinStore:
    """Agreements kept in the database and, for questions that must not wait, in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sets: dict[ServerName, PinSet] = {}

    @classmethod
    async def open(cls, database: Database) -> "PinStore":
        """Returns what was agreed to so far. Raises StorageError."""
        store = cls(database)
        fingerprints, rows = await database.read(_all_pins)
        pins: dict[str, dict[PinKey, Pin]] = {server: {} for server, _ in fingerprints}
        for server, kind, name, sha256, text in rows:
            pins.setdefault(server, {})[PinKey(cast("DefinitionKind", kind), name)] = Pin(sha256, text)
        store._sets = {ServerName(server): PinSet(print_, pins[server]) for server, print_ in fingerprints}
        return store

    def pinned(self, server: ServerName) -> PinSet | None:
        """Returns what was agreed to of a server, None when nothing was."""
        return self._sets.get(server)

    async def pin(self, server: ServerName, fingerprint: str, pins: Mapping[PinKey, Pin]) -> None:
        """Adds to an agreement, or replaces one with another way of starting the server. Raises StorageError.

        It holds in memory at once: a definition that changes before the disk is done must be noticed.
        """
        before = self._sets.get(server)
        anew = before is None or before.fingerprint != fingerprint
        self._sets[server] = PinSet(fingerprint, {**({} if before is None or anew else before.pins), **pins})
        rows = [(server, key.kind, key.name, pin.sha256, pin.text) for key, pin in pins.items()]

        def store(connection: sqlite3.Connection) -> None:
            if anew:
                connection.execute("DELETE FROM pins WHERE server = ?", (server,))
            connection.execute("INSERT OR REPLACE INTO pin_sets VALUES (?, ?)", (server, fingerprint))
            connection.executemany("INSERT OR REPLACE INTO pins VALUES (?, ?, ?, ?, ?)", rows)

        await self._database.write(store)

    async def forget(self, server: ServerName) -> None:
        """Takes back the agreement to a server's definitions. Raises StorageError."""
        self._sets.pop(server, None)

        def delete(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM pins WHERE server = ?", (server,))
            connection.execute("DELETE FROM pin_sets WHERE server = ?", (server,))

        await self._database.write(delete)


class SwitchStore:
    """The tools a person switched off for the model; an empty tool name stands for the whole server."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._off: set[tuple[str, str]] = set()

    @classmethod
    async def open(cls, database: Database) -> "SwitchStore":
        """Returns the switches as they were left. Raises StorageError."""
        store = cls(database)
        store._off = set(await database.read(_all_switches))
        return store

    def is_off(self, server: ServerName, tool: str) -> bool:
        """Returns whether a tool, or the whole server it belongs to, is switched off."""
        return (server, tool) in self._off or (server, "") in self._off

    async def switch(self, server: ServerName, tool: str, on: bool) -> None:
        """Switches a tool, or with an empty name the whole server. Raises StorageError, and then nothing changed."""
        sql = (
            "DELETE FROM switched_off WHERE server = ? AND tool = ?"
            if on
            else "INSERT OR REPLACE INTO switched_off VALUES (?, ?)"
        )
        await self._database.write(lambda connection: connection.execute(sql, (server, tool)))
        (self._off.discard if on else self._off.add)((server, tool))


def _all_pins(
    connection: sqlite3.Connection,
) -> tuple[list[tuple[str, str]], list[tuple[str, str, str, str, str]]]:
    sets = connection.execute("SELECT server, fingerprint FROM pin_sets").fetchall()
    rows = connection.execute(
        "SELECT server, kind, name, sha256, text FROM pins WHERE server IN (SELECT server FROM pin_sets)"
    ).fetchall()
    return sets, rows


def _all_switches(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT server, tool FROM switched_off").fetchall()
