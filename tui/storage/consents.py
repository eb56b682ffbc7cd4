"""What a person decided for good: which tools run without a question, which server definitions may start."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from tui.config.schema import ToolRule
from tui.domain.ids import ServerName
from tui.domain.servers import ToolInfo
from tui.storage.database import Database


@dataclass(frozen=True, slots=True)
class AgreedLaunch:
    """How a server's start or address read when the person agreed to it."""

    lines: tuple[str, ...]
    typed: bool
    """The person typed it: what the server offers when first seen counts as agreed to."""


class Consents:
    """Decisions kept in the database and, for questions that must not wait, in memory.

    A server is trusted, and what its tools may do allowed, by its definition's fingerprint, never by its name alone.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rules: dict[tuple[str, str, str], ToolRule] = {}
        """By server, launch and tool; a no holds under every launch, and is kept under an empty one."""
        self._trusted: set[tuple[str, str]] = set()
        self._launches: dict[str, AgreedLaunch] = {}

    @classmethod
    async def open(cls, database: Database) -> "Consents":
        """Returns the decisions stored so far. Raises StorageError."""
        consents = cls(database)
        rules, trusted, launches = await database.read(_all)
        consents._rules = {(server, launch, tool): cast("ToolRule", rule) for server, launch, tool, rule in rules}
        consents._trusted = set(trusted)
        consents._launches = {
            server: AgreedLaunch(tuple(json.loads(lines)), bool(typed)) for server, lines, typed in launches
        }
        return consents

    def tool_rule(self, tool: ToolInfo) -> ToolRule | None:
        """Returns the decision on a tool, None when there is none about a server that is started this very way."""
        keys = ((tool.server, launch, tool.name) for launch in (tool.launch, ""))
        return next((self._rules[key] for key in keys if key in self._rules), None)

    async def set_tool_rule(self, tool: ToolInfo, rule: ToolRule) -> None:
        """Stores a decision on a tool. Raises StorageError, and then the decision does not hold."""
        key = (tool.server, tool.launch if rule == "allow" else "", tool.name)
        same = [kept for kept in self._rules if (kept[0], kept[2]) == (tool.server, tool.name)]
        earlier = [kept for kept in same if rule != "allow" or kept[1] in (tool.launch, "")]

        def replace(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM tool_rules WHERE server = ? AND launch = ? AND tool = ?", earlier)
            sql = "INSERT OR REPLACE INTO tool_rules (server, launch, tool, rule) VALUES (?, ?, ?, ?)"
            connection.execute(sql, (*key, rule))

        await self._database.write(replace)
        for kept in earlier:
            self._rules.pop(kept, None)
        self._rules[key] = rule

    def server_trusted(self, name: ServerName, fingerprint: str) -> bool:
        """Returns whether a person consented to this very definition of the server."""
        return (name, fingerprint) in self._trusted

    def agreed_launch(self, name: ServerName) -> AgreedLaunch | None:
        """Returns the newest definition of this name that the person agreed to, None when there is none."""
        return self._launches.get(name)

    async def trust_server(
        self, name: ServerName, fingerprint: str, lines: Sequence[str] = (), *, typed: bool = False
    ) -> None:
        """Stores the consent to a definition; it replaces the consent to earlier ones. Raises StorageError.

        `lines` are the definition as it was shown, secrets masked. What was allowed for good to the tools of another
        definition of that name is allowed no more: it may be another program.
        """
        another = any(kept == name for kept, _ in self._trusted) and not self.server_trusted(name, fingerprint)

        def replace(connection: sqlite3.Connection) -> None:
            if another:
                connection.execute("DELETE FROM tool_rules WHERE server = ? AND rule = 'allow'", (name,))
            connection.execute("DELETE FROM trusted_servers WHERE name = ?", (name,))
            connection.execute("INSERT INTO trusted_servers (name, fingerprint) VALUES (?, ?)", (name, fingerprint))
            row = (name, json.dumps(list(lines)), typed)
            connection.execute("INSERT OR REPLACE INTO agreed_launches VALUES (?, ?, ?)", row)

        await self._database.write(replace)
        if another:
            self._rules = {key: rule for key, rule in self._rules.items() if key[0] != name or rule != "allow"}
        self._launches[name] = AgreedLaunch(tuple(lines), typed)
        self._trusted = {kept for kept in self._trusted if kept[0] != name} | {(name, fingerprint)}

    async def forget(self, name: ServerName) -> None:
        """Takes back the consent to a server and every decision on its tools. Raises StorageError."""
        # First in memory: what cannot be stored must not go on being allowed in this run.
        self._trusted = {kept for kept in self._trusted if kept[0] != name}
        self._rules = {key: rule for key, rule in self._rules.items() if key[0] != name}
        self._launches.pop(name, None)

        def delete(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM trusted_servers WHERE name = ?", (name,))
            connection.execute("DELETE FROM tool_rules WHERE server = ?", (name,))
            connection.execute("DELETE FROM agreed_launches WHERE server = ?", (name,))

        await self._database.write(delete)


def _all(
    connection: sqlite3.Connection,
) -> tuple[list[tuple[str, str, str, str]], list[tuple[str, str]], list[tuple[str, str, int]]]:
    rules = connection.execute("SELECT server, launch, tool, rule FROM tool_rules").fetchall()
    trusted = connection.execute("SELECT name, fingerprint FROM trusted_servers").fetchall()
    return rules, trusted, connection.execute("SELECT server, lines, typed FROM agreed_launches").fetchall()
