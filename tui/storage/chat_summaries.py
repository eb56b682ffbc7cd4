"""The list of chats, with what each has cost as far as that is known."""

import sqlite3
from dataclasses import dataclass

from tui.domain.ids import ChatId
from tui.domain.text import CleanText, clean_line


@dataclass(frozen=True, slots=True)
class ChatSummary:
    """One line of the list of chats."""

    id: ChatId
    title: CleanText
    created: float
    """Wall clock, seconds; so is `updated`."""
    updated: float
    message_count: int
    cost_microusd: int | None
    """The sum of the known costs; None when none is known."""
    preview: CleanText
    """How the newest message begins."""


def read_summaries(connection: sqlite3.Connection, search: str) -> list[ChatSummary]:
    """Returns the chats with messages, newest first; `search` is looked for in titles and texts."""
    pattern = "%" + search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return [
        ChatSummary(ChatId(id), clean_line(title), created, updated, count, cost, clean_line(preview))
        for id, title, created, updated, count, cost, preview in connection.execute(
            _SUMMARIES, (search, pattern, pattern)
        )
    ]


# A chat without a priced reply still cost nothing, or what its attempts cost, unless one of them has no price.
_SUMMARIES = """
    SELECT id, title, created, updated, message_count, COALESCE(cost_microusd, CASE
        WHEN EXISTS (SELECT 1 FROM messages WHERE chat_id = chats.id AND role = 'assistant') THEN NULL
        WHEN EXISTS (SELECT 1 FROM turns WHERE chat_id = chats.id AND (
            finished IS NULL OR id IN (SELECT turn_id FROM charges WHERE cost_microusd IS NULL))) THEN NULL
        ELSE (SELECT COALESCE(SUM(microusd), 0) FROM spend_by_turn
            WHERE turn_id IN (SELECT id FROM turns WHERE chat_id = chats.id)) END), preview
    FROM chats
    WHERE message_count > 0 AND (? = '' OR title LIKE ? ESCAPE '\\' OR EXISTS (
        SELECT 1 FROM messages
        WHERE chat_id = chats.id AND role IN ('user', 'assistant') AND text LIKE ? ESCAPE '\\'))
    ORDER BY updated DESC, rowid DESC
"""
