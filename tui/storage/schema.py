"""The database's schema as numbered SQL files, each applied once, in one transaction."""

import sqlite3
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Migration:
    """One step; `version` is what `PRAGMA user_version` says once it is done."""

    version: int
    sql: str


def migrations() -> list[Migration]:
    """Returns all steps this program knows (`NNNN_name.sql`), in order."""
    folder = resources.files("tui.storage") / "migrations"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    return [Migration(int(entry.name.split("_")[0]), entry.read_text("utf-8")) for entry in files]


def version_of(connection: sqlite3.Connection) -> int:
    """Returns the version of an open database."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, steps: list[Migration]) -> None:
    """Brings the schema up to date: wholly or, when it is interrupted, not at all."""
    if not steps or version_of(connection) >= steps[-1].version:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited for the lock.
        done = version_of(connection)
        for step in steps:
            if step.version > done:
                for statement in _statements(step.sql):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {step.version}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _statements(sql: str) -> list[str]:
    # executescript() would commit first; that is why the statements run one by one.
    statements, rest = [], ""
    for line in sql.splitlines(keepends=True):
        rest += line
        if sqlite3.complete_statement(rest):
            statements.append(rest)
            rest = ""
    return statements
