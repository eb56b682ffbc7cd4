"""The rows of one chat, read and decoded; a row nobody can read is left out, the rest stays."""

import sqlite3

from tui.domain.ids import CallId, ChatId, MessageId, ServerName, TurnId
from tui.domain.servers import ToolResult
from tui.domain.text import clean, clean_line
from tui.storage.codec import decode_cost, decode_message, decode_result, decode_usage
from tui.storage.history import with_lost_replies
from tui.storage.replay import StoredCall, StoredChat, StoredMessage, StoredTurn

_UNREADABLE = (ValueError, KeyError, TypeError)


def read_chat(connection: sqlite3.Connection, chat_id: ChatId) -> StoredChat:
    """Returns all of a chat; nothing of it when there is no such chat."""
    calls, turns = _calls(connection, chat_id), _turns(connection, chat_id)
    return StoredChat(chat_id, with_lost_replies(_messages(connection, chat_id), calls, turns), calls, turns)


def _messages(connection: sqlite3.Connection, chat_id: ChatId) -> list[StoredMessage]:
    rows = connection.execute(
        "SELECT id, turn_id, role, body, outcome, model, usage, cost_microusd, cost_source, at"
        " FROM messages WHERE chat_id = ? ORDER BY seq",
        (chat_id,),
    )
    messages = []
    for id_, turn_id, role, body, outcome, model, usage, microusd, source, at in rows:
        try:
            message, used = decode_message(role, body), decode_usage(usage)
        except _UNREADABLE:
            continue
        cost = decode_cost(microusd, source)
        messages.append(StoredMessage(MessageId(id_), TurnId(turn_id), message, outcome, model, used, cost, at))
    return messages


def _calls(connection: sqlite3.Connection, chat_id: ChatId) -> dict[CallId, StoredCall]:
    rows = connection.execute(
        "SELECT id, turn_id, server, tool, arguments_json, started, result FROM calls WHERE chat_id = ?"
        " ORDER BY started",
        (chat_id,),
    )
    return {
        CallId(id_): StoredCall(
            TurnId(turn_id), ServerName(server), clean_line(tool), arguments, started, _result(result)
        )
        for id_, turn_id, server, tool, arguments, started, result in rows
    }


def _result(text: str | None) -> ToolResult | None:
    try:
        return decode_result(text) if text is not None else None
    except _UNREADABLE:
        return None


def results_of_one(connection: sqlite3.Connection, chat_id: ChatId) -> list[str]:
    """Returns the files with whole results that this chat alone has; a copy of it has the same calls."""
    rows = connection.execute(
        "SELECT json_extract(result, '$.spill_path') FROM calls WHERE chat_id = ? AND json_valid(result)"
        " AND id NOT IN (SELECT id FROM calls WHERE chat_id <> ?)",
        (chat_id, chat_id),
    )
    return [path for (path,) in rows if isinstance(path, str)]


def _turns(connection: sqlite3.Connection, chat_id: ChatId) -> dict[TurnId, StoredTurn]:
    rows = connection.execute("SELECT id, began, finished, outcome, reason FROM turns WHERE chat_id = ?", (chat_id,))
    return {
        TurnId(id_): StoredTurn(began, finished, outcome, clean(reason))
        for id_, began, finished, outcome, reason in rows
    }
