"""Chats on disk: every message, call and turn is committed before it takes effect elsewhere."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tui.domain.clock import Clock
from tui.domain.completion import Usage
from tui.domain.errors import UsageError
from tui.domain.events import Event
from tui.domain.ids import CallId, ChatId, MessageId, ServerName, TurnId, new_id
from tui.domain.messages import Message, ToolCall
from tui.domain.money import Cost
from tui.domain.servers import ToolResult
from tui.domain.text import CleanText, clean, clean_line
from tui.storage.chat_rows import read_chat, results_of_one
from tui.storage.chat_summaries import ChatSummary, read_summaries
from tui.storage.codec import encode_message, encode_result, encode_usage, utf8
from tui.storage.database import Database
from tui.storage.export import chat_as_json, chat_as_markdown
from tui.storage.history import with_lost_results
from tui.storage.replay import StoredChat, replayed

TITLE_LENGTH = 60
PREVIEW_LENGTH = 200
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class ChatPlace:
    """A message of a person or a model, as a place where a chat can be forked."""

    message_count: int
    """Messages up to and with this one: what `ChatStore.fork` takes."""
    role: str
    text: CleanText
    """How it begins."""


class ChatStore:
    """The chat's memory (`chat.ports.Ledger`) and the list of chats. Every method may raise StorageError."""

    def __init__(self, database: Database, clock: Clock, results: Path | None = None) -> None:
        """`results` is the directory in which the whole of shortened results is kept."""
        self._database = database
        self._clock = clock
        self._results = results

    # --- the running chat

    async def add_message(
        self,
        chat_id: ChatId,
        turn_id: TurnId,
        message: Message,
        *,
        outcome: str = "complete",
        usage: Usage | None = None,
        cost: Cost | None = None,
        model: str = "",
    ) -> MessageId:
        """Stores one message behind the others; a chat without a title takes it from the first user message."""
        message_id, now = MessageId(new_id("message")), self._clock.wall()
        microusd, source = (cost.microusd, cost.source) if cost else (None, None)
        text = clean(message.text)
        row = (chat_id, message_id, turn_id, message.role, encode_message(message), text, outcome, model)
        title = clean_line(text, TITLE_LENGTH) if message.role == "user" else ""
        preview = clean_line(text, PREVIEW_LENGTH) if message.role != "tool" else ""

        def insert(connection: sqlite3.Connection) -> None:
            _touch_chat(connection, chat_id, now, title=title, preview=preview, microusd=microusd)
            connection.execute(
                "INSERT OR IGNORE INTO turns (chat_id, id, began) VALUES (?, ?, ?)", (chat_id, turn_id, now)
            )
            connection.execute(
                "INSERT INTO messages (chat_id, id, turn_id, role, body, text, outcome, model, usage,"
                " cost_microusd, cost_source, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, encode_usage(usage), microusd, source, now),
            )

        await self._database.write(insert)
        return message_id

    async def intend_call(
        self, chat_id: ChatId, turn_id: TurnId, call: ToolCall, server: ServerName, tool: str
    ) -> None:
        """Stores that a call is about to be sent, so that a crash leaves it known as interrupted."""
        row = (chat_id, call.id, turn_id, server, clean_line(tool), utf8(call.arguments_json), self._clock.wall())
        await self._database.write(
            lambda connection: connection.execute(
                "INSERT OR IGNORE INTO calls (chat_id, id, turn_id, server, tool, arguments_json, started)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
        )

    async def finish_call(self, call_id: CallId, result: ToolResult) -> None:
        """Stores how a call ended; the first result stays."""
        row = (encode_result(result), self._clock.wall(), call_id)
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE calls SET result = ?, finished = ? WHERE id = ? AND result IS NULL", row
            )
        )

    async def finish_turn(self, chat_id: ChatId, turn_id: TurnId, outcome: str, reason: CleanText) -> None:
        """Stores that a turn is over."""
        now = self._clock.wall()
        await self._database.write(
            lambda connection: connection.execute(
                "INSERT INTO turns (chat_id, id, began, finished, outcome, reason) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (chat_id, id) DO UPDATE SET finished = excluded.finished,"
                " outcome = excluded.outcome, reason = excluded.reason",
                (chat_id, turn_id, now, now, outcome, reason),
            )
        )

    async def messages(self, chat_id: ChatId) -> list[Message]:
        """Returns the chat's messages in order, with results whose message a crash kept from being written."""
        return await self._database.read(lambda connection: _whole(read_chat(connection, chat_id)))

    async def events(self, chat_id: ChatId) -> list[Event]:
        """Returns the events that made the chat; what a crash cut off is told as interrupted."""
        # On the database's thread: in a long chat there is much to clean.
        return await self._database.read(lambda connection: replayed(read_chat(connection, chat_id)))

    async def export(self, chat_id: ChatId, form: Literal["markdown", "json"] = "markdown") -> CleanText:
        """Returns a chat as text to keep."""
        title, messages = await self.title(chat_id), await self.messages(chat_id)
        return chat_as_json(title, messages) if form == "json" else chat_as_markdown(title, messages)

    # --- the list of chats

    async def create(self, title: str = "") -> ChatId:
        """Makes an empty chat; chats that stayed empty for a day are cleared away.

        Where the database may only be read the chat has an id all the same, so that stored ones can be looked at.
        """
        chat_id, now = ChatId(new_id("chat")), self._clock.wall()

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM chats WHERE message_count = 0 AND updated < ?", (now - _DAY_S,))
            connection.execute(
                "INSERT INTO chats (id, title, created, updated) VALUES (?, ?, ?, ?)",
                (chat_id, clean_line(title, 200), now, now),
            )

        if self._database.writable:
            await self._database.write(insert)
        return chat_id

    async def title(self, chat_id: ChatId) -> CleanText:
        """Returns a chat's title. Raises UsageError when there is no such chat."""
        row = await self._database.read(
            lambda connection: connection.execute("SELECT title FROM chats WHERE id = ?", (chat_id,)).fetchone()
        )
        if row is None:
            raise _no_such_chat(chat_id)
        return clean_line(row[0])

    async def last(self) -> ChatId | None:
        """Returns the chat that was used last, None when there is none with a message."""
        row = await self._database.read(
            lambda connection: connection.execute(
                "SELECT id FROM chats WHERE message_count > 0 ORDER BY updated DESC, rowid DESC LIMIT 1"
            ).fetchone()
        )
        return ChatId(row[0]) if row else None

    async def summaries(self, search: str = "") -> Sequence[ChatSummary]:
        """Returns the chats with messages, newest first; `search` is looked for in titles and texts."""
        return await self._database.read(lambda connection: read_summaries(connection, search))

    async def rename(self, chat_id: ChatId, title: str) -> None:
        """Gives a chat another title. Raises UsageError when there is no such chat."""
        await self._change(chat_id, "UPDATE chats SET title = ? WHERE id = ?", (clean_line(title, 200), chat_id))

    async def delete(self, chat_id: ChatId) -> None:
        """Deletes a chat with its messages, calls and kept results. Raises UsageError when there is no such chat."""

        def delete(connection: sqlite3.Connection) -> list[str]:
            kept = results_of_one(connection, chat_id)
            if not connection.execute("DELETE FROM chats WHERE id = ?", (chat_id,)).rowcount:
                raise _no_such_chat(chat_id)
            return kept

        kept = await self._database.write(delete)
        if self._results is not None:
            await asyncio.to_thread(_remove, [Path(name) for name in kept], self._results)

    async def places(self, chat_id: ChatId) -> Sequence[ChatPlace]:
        """Returns where a chat can be forked, oldest first."""
        rows = await self._database.read(
            lambda connection: connection.execute(
                "SELECT role, substr(text, 1, ?) FROM messages WHERE chat_id = ? ORDER BY seq",
                (PREVIEW_LENGTH, chat_id),
            ).fetchall()
        )
        counted = [ChatPlace(count, role, clean_line(text)) for count, (role, text) in enumerate(rows, 1)]
        return [place for place in counted if place.role != "tool" and place.text]

    async def fork(self, chat_id: ChatId, message_count: int | None = None) -> ChatId:
        """Copies a chat up to its first `message_count` messages, None for all. Returns the copy's id."""
        copy, now = ChatId(new_id("chat")), self._clock.wall()
        limit = -1 if message_count is None else max(0, message_count)

        def insert(connection: sqlite3.Connection) -> bool:
            return _copy_chat(connection, chat_id, copy, limit, now)

        if not await self._database.write(insert):
            raise _no_such_chat(chat_id)
        return copy

    async def _change(self, chat_id: ChatId, sql: str, values: tuple[str, ...]) -> None:
        if not await self._database.write(lambda connection: connection.execute(sql, values).rowcount):
            raise _no_such_chat(chat_id)


def _remove(files: Sequence[Path], directory: Path) -> None:
    """Removes those of the files that lie in the directory: a database can be edited."""
    for file in files:
        if file.parent == directory:
            with suppress(OSError):
                file.unlink(missing_ok=True)


def _whole(chat: StoredChat) -> list[Message]:
    results = {call_id: call.result.text for call_id, call in chat.calls.items() if call.result is not None}
    return with_lost_results([row.message for row in chat.messages], results)


def _touch_chat(
    connection: sqlite3.Connection, chat_id: ChatId, now: float, *, title: str, preview: str, microusd: int | None
) -> None:
    changed = connection.execute(
        "UPDATE chats SET updated = ?, message_count = message_count + 1,"
        " title = CASE WHEN title = '' THEN ? ELSE title END,"
        " preview = CASE WHEN ? = '' THEN preview ELSE ? END,"
        " cost_microusd = CASE WHEN ? IS NULL THEN cost_microusd ELSE COALESCE(cost_microusd, 0) + ? END"
        " WHERE id = ?",
        (now, title, preview, preview, microusd, microusd, chat_id),
    )
    if not changed.rowcount:
        raise _no_such_chat(chat_id)


def _copy_chat(connection: sqlite3.Connection, source: ChatId, copy: ChatId, limit: int, now: float) -> bool:
    made = connection.execute(
        "INSERT INTO chats (id, title, created, updated) SELECT ?, title || ' (copy)', ?, ? FROM chats WHERE id = ?",
        (copy, now, now, source),
    )
    if not made.rowcount:
        return False
    connection.execute(
        "INSERT INTO messages (chat_id, id, turn_id, role, body, text, outcome, model, usage, cost_microusd,"
        " cost_source, at) SELECT ?, id, turn_id, role, body, text, outcome, model, usage, cost_microusd,"
        " cost_source, at FROM messages WHERE chat_id = ? ORDER BY seq LIMIT ?",
        (copy, source, limit),
    )
    for table, columns in _TURN_TABLES.items():
        connection.execute(
            f"INSERT INTO {table} (chat_id, {columns}) SELECT ?, {columns} FROM {table} WHERE chat_id = ?"  # noqa: S608
            f" AND {'id' if table == 'turns' else 'turn_id'} IN (SELECT turn_id FROM messages WHERE chat_id = ?)",
            (copy, source, copy),
        )
    connection.execute(
        "UPDATE chats SET (message_count, cost_microusd) ="
        " (SELECT COUNT(*), SUM(cost_microusd) FROM messages WHERE chat_id = ?),"
        " preview = COALESCE((SELECT substr(text, 1, ?) FROM messages WHERE chat_id = ? AND role <> 'tool'"
        " AND text <> '' ORDER BY seq DESC LIMIT 1), '') WHERE id = ?",
        (copy, PREVIEW_LENGTH, copy, copy),
    )
    return True


_TURN_TABLES = {
    "turns": "id, began, finished, outcome, reason",
    "calls": "id, turn_id, server, tool, arguments_json, started, finished, result",
}


def _no_such_chat(chat_id: ChatId) -> UsageError:
    return UsageError(f"There is no chat {chat_id!r}.", "`mcp-tui sessions list` shows those there are.")
