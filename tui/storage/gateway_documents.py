"""What the gateway keeps across runs besides money: breakers, cooldowns, combos, and why requests went their way."""

import json
import sqlite3
from collections.abc import Collection, Mapping

from tui.domain.ids import RequestId
from tui.domain.messages import Json
from tui.storage.codec import dumps
from tui.storage.database import Database

DECISIONS_KEPT = 2_000


class GatewayDocuments:
    """JSON documents under a key, and the newest decisions (`gateway.ports.GatewayStore`). Raises StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, key: str) -> Json:
        """Returns the stored document, None when there is none."""
        return await self._one("SELECT document FROM documents WHERE key = ?", key)

    async def load_all(self, keys: Collection[str]) -> Mapping[str, Json]:
        """Returns those of the documents that are stored, by key, as they stood at one moment."""
        # One parameter, however many keys there are: https://sqlite.org/json1.html#jeach
        sql = "SELECT key, document FROM documents WHERE key IN (SELECT value FROM json_each(?))"
        wanted = (dumps(list(keys)),)
        rows = await self._database.read(lambda connection: connection.execute(sql, wanted).fetchall())
        return {key: json.loads(document) for key, document in rows}

    async def save(self, key: str, document: Json) -> None:
        """Stores a document in place of the one before."""
        row = (key, dumps(document))
        await self._database.write(
            lambda connection: connection.execute("INSERT OR REPLACE INTO documents (key, document) VALUES (?, ?)", row)
        )

    async def add_decision(self, request_id: RequestId, document: Mapping[str, Json], at: float) -> None:
        """Stores why a request went the way it did; the oldest beyond the newest 2 000 are dropped."""
        row = (request_id, dumps(dict(document)), at)

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO decisions (request_id, document, at) VALUES (?, ?, ?)", row)
            connection.execute(
                "DELETE FROM decisions WHERE at < (SELECT at FROM decisions ORDER BY at DESC LIMIT 1 OFFSET ?)",
                (DECISIONS_KEPT - 1,),
            )

        await self._database.write(insert)

    async def decision(self, request_id: RequestId) -> Mapping[str, Json] | None:
        """Returns what was stored for a request."""
        document = await self._one("SELECT document FROM decisions WHERE request_id = ?", request_id)
        return document if isinstance(document, dict) else None

    async def recent_decisions(self, limit: int) -> tuple[RequestId, ...]:
        """Returns the requests decided last, newest first."""
        sql = "SELECT request_id FROM decisions ORDER BY at DESC, rowid DESC LIMIT ?"
        rows = await self._database.read(lambda connection: connection.execute(sql, (limit,)).fetchall())
        return tuple(RequestId(row[0]) for row in rows)

    async def _one(self, sql: str, key: str) -> Json:
        row = await self._database.read(lambda connection: connection.execute(sql, (key,)).fetchone())
        return json.loads(row[0]) if row else None
