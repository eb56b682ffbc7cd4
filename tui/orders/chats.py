"""Stored chats: opened, searched, named, forked, exported, deleted."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from tui.domain.ids import ChatId
from tui.domain.messages import Part
from tui.domain.text import clean_line

if TYPE_CHECKING:
    from tui.assembly import Assembly
    from tui.storage.chat_summaries import ChatSummary
    from tui.storage.chats import ChatPlace


class ChatOrders:
    """Every order raises McpTuiError with a hint when it cannot be carried out."""

    def __init__(self, parts: "Callable[[], Assembly]") -> None:
        self._parts = parts

    async def new(self) -> None:
        """Opens an empty chat; the old one stays among the sessions."""
        await self._parts().open_new_chat()

    async def open(self, chat_id: ChatId) -> None:
        """Opens a stored chat and replays it."""
        await self._parts().open_stored_chat(chat_id)

    def take_back(self) -> tuple[Part, ...] | None:
        """Takes back the newest message that waits for the running turn; None when none waits (any more)."""
        return self._parts().room.take_back()

    async def stored(self, search: str = "") -> "Sequence[ChatSummary]":
        """Returns stored chats, newest first; `search` looks in titles and texts."""
        return await self._parts().chats.summaries(search)

    async def rename(self, chat_id: ChatId, title: str) -> None:
        """Gives a chat another title."""
        await self._parts().chats.rename(chat_id, clean_line(title, 200))

    async def export(self, chat_id: ChatId, form: Literal["markdown", "json"]) -> str:
        """Returns a chat as one text."""
        return await self._parts().chats.export(chat_id, form)

    async def delete(self, chat_id: ChatId) -> None:
        """Deletes a chat for good; the chat in view is replaced by a new one first."""
        if self._parts().room.chat_id == chat_id:
            await self.new()
        await self._parts().chats.delete(chat_id)

    async def places(self, chat_id: ChatId) -> "Sequence[ChatPlace]":
        """Returns the messages up to which a chat can be forked, oldest first."""
        return await self._parts().chats.places(chat_id)

    async def fork(self, chat_id: ChatId, message_count: int | None = None) -> ChatId:
        """Copies a chat up to a message and opens the copy. Returns the copy's id."""
        copy = await self._parts().chats.fork(chat_id, message_count)
        await self.open(copy)
        return copy
