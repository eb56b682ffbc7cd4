"""The messages of the chat in view: every one is on disk before it is part of the conversation."""

import asyncio
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from tui.chat.history import Repair
from tui.chat.ports import Ledger
from tui.domain.completion import Usage
from tui.domain.ids import CallId, ChatId, MessageId, TurnId, new_id
from tui.domain.messages import Message, ToolCall
from tui.domain.money import Cost

T = TypeVar("T")


class Memory:
    """A chat's messages in order, kept in step with the ledger."""

    def __init__(self, chat_id: ChatId, ledger: Ledger, messages: Iterable[Message] = ()) -> None:
        self.chat_id = chat_id
        self.messages = list(messages)
        """As they were stored."""
        self._repair = Repair()
        self._ledger = ledger
        self._call_ids = {call.id for message in self.messages for call in message.tool_calls}

    def own_call(self, call: ToolCall) -> ToolCall:
        """Returns the call under an id that no other call of the chat has."""
        taken = not call.id or call.id in self._call_ids
        own = replace(call, id=CallId(new_id("call"))) if taken else call
        self._call_ids.add(own.id)
        return own

    def whole(self) -> list[Message]:
        """Returns the messages as any provider accepts them."""
        return self._repair.whole(self.messages)

    async def add(
        self,
        turn_id: TurnId,
        message: Message,
        *,
        outcome: str = "complete",
        usage: Usage | None = None,
        cost: Cost | None = None,
        model: str = "",
    ) -> MessageId:
        """Stores a message, then remembers it. Raises StorageError, and then remembers nothing."""
        message_id = await self._ledger.add_message(
            self.chat_id, turn_id, message, outcome=outcome, usage=usage, cost=cost, model=model
        )
        self.messages.append(message)
        return message_id


async def carried_through(work: Coroutine[Any, Any, T]) -> T:
    """Awaits a write that a cancellation must not tear in two; the cancellation goes on once it is done."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()
        raise
