"""What a person decided for good: which tools run without a question, which server definitions may start."""

import sqlite3
from typing import cast

from tui.config.schema import ToolRule
from tui.domain.ids import ServerName
from tui.storage.database import Database


class Consents:
    """Decisions kept in the database and, for questions that must not wait, in memory.

    A server is trusted by its definition's fingerprint, never by its name alone.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rules: dict[tuple[str, str], ToolRule] = {}
        self._trusted: set[tuple[str, str]] = set()

    @classmethod
    async def open(cls, database: Database) -> "Consents":
        """Returns the decisions stored so far. Raises StorageError."""
        consents = cls(database)
        rules, trusted = await database.read(_all)
        consents._rules = {(server, tool): cast("ToolRule", rule) for server, tool, rule in rules}
        consents._trusted = set(trusted)
        return consents

    def tool_rule(self, server: ServerName, tool: str) -> ToolRule | None:
        """Returns the decision on a tool, None when there is none."""
        return self._rules.get((server, tool))

    async def set_tool_rule(self, server: ServerName, tool: str, rule: ToolRule) -> None:
        """Stores a decision on a tool. Raises StorageError, and then the decision does not hold."""
        await self._database.write(
            lambda connection: connection.execute(
                "INSERT OR REPLACE INTO tool_rules (server, tool, rule) VALUES (?, ?, ?)", (server, tool, rule)
            )
        )
        self._rules[server, tool] = rule

    def server_trusted(self, name: ServerName, fingerprint: str) -> bool:
        """Returns whether a person consented to this very definition of the server."""
        return (name, fingerprint) in self._trusted

    async def trust_server(self, name: ServerName, fingerprint: str) -> None:
        """Stores the consent to a definition; it replaces the consent to earlier ones. Raises StorageError."""

        def replace(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM trusted_servers WHERE name = ?", (name,))
            connection.execute("INSERT INTO trusted_servers (name, fingerprint) VALUES (?, ?)", (name, fingerprint))

        await self._database.write(replace)
        self._trusted = {kept for kept in self._trusted if kept[0] != name} | {(name, fingerprint)}

    async def forget(self, name: ServerName) -> None:
        """Takes back the consent to a server and every decision on its tools. Raises StorageError."""
        # First in memory: what cannot be stored must not go on being allowed in this run.
        self._trusted = {kept for kept in self._trusted if kept[0] != name}
        self._rules = {key: rule for key, rule in self._rules.items() if key[0] != name}

        def delete(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM trusted_servers WHERE name = ?", (name,))
            connection.execute("DELETE FROM tool_rules WHERE server = ?", (name,))

        await self._database.write(delete)


def _all(connection: sqlite3.Connection) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    rules = connection.execute("SELECT server, tool, rule FROM tool_rules").fetchall()
    return rules, connection.execute("SELECT name, fingerprint FROM trusted_servers").fetchall()
