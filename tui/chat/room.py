"""The chat in view: takes messages one after the other and runs a turn for each."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from tui.chat.approval import Approver, Grants
from tui.chat.guard import Taint
from tui.chat.limits import Limits
from tui.chat.loop import Turn
from tui.chat.memory import Memory
from tui.chat.offers import Offers
from tui.chat.ports import Gatekeeper, LanguageModel, Ledger, Publish, Toolbox, ToolRules
from tui.chat.scope import Outside, Scope
from tui.chat.searchable import SearchableToolbox
from tui.config.schema import ChatSettings, PolicySettings
from tui.domain.clock import Clock
from tui.domain.errors import McpTuiError
from tui.domain.events import ChatOpened, Event, MessageQueued, NoticePosted, TurnFinished
from tui.domain.ids import ChatId, TurnId, new_id
from tui.domain.messages import FilePart, Part, TextPart
from tui.domain.money import MicroUsd
from tui.domain.text import CleanText, clean_line

Replay = Callable[[], Awaitable[Sequence[Event]]]
"""Returns the events that made a stored chat, oldest first."""


class Room:
    """One chat at a time; messages that arrive during a turn wait and are served in order."""

    def __init__(
        self,
        *,
        model: LanguageModel,
        toolbox: Toolbox,
        gatekeeper: Gatekeeper,
        ledger: Ledger,
        rules: ToolRules,
        publish: Publish,
        clock: Clock,
        chat: ChatSettings,
        policy: PolicySettings,
        spill: Path,
        max_turn_cost: MicroUsd | None = None,
    ) -> None:
        self.target = chat.target
        self.last_turn: TurnFinished | None = None
        self._toolbox = SearchableToolbox(toolbox, policy)
        self._outside = Outside(
            model, self._toolbox, gatekeeper, ledger, rules, publish, clock, chat, policy, spill, max_turn_cost
        )
        self._grants = Grants()
        self._memory: Memory | None = None
        self._offers = Offers()
        self._waiting: deque[tuple[Part, ...]] = deque()
        self._turn: Turn | None = None
        self._serving: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()

    @property
    def chat_id(self) -> ChatId | None:
        """The chat in view, None before one is opened."""
        return self._memory.chat_id if self._memory else None

    async def open(self, chat_id: ChatId, title: CleanText, replay: Replay | None = None) -> None:
        """Stops what runs and takes up another chat, a stored one with its `replay`.

        Raises StorageError, and then keeps the chat in view.
        """
        async with self._opening:
            messages = await self._outside.ledger.messages(chat_id)
            await self._stop()
            if chat_id == self.chat_id:
                # Its own turn was stopped, and wrote down what had arrived.
                messages = await self._outside.ledger.messages(chat_id)
            told = await replay() if replay else ()
            self._memory = Memory(chat_id, self._outside.ledger, messages)
            self._offers = Offers()
            self._toolbox.forget()
            self.last_turn = None
            self._outside.publish(ChatOpened(chat_id, title, resumed=replay is not None))
            # Before anybody can send: a message of now stands behind those of then.
            for event in told:
                self._outside.publish(event)

    def send(self, parts: tuple[Part, ...]) -> None:
        """Begins a turn, or queues the message behind the running one. Raises McpTuiError while a chat is opened."""
        if self._memory is None or self._opening.locked():
            raise McpTuiError("A chat is being opened.", "Wait a moment and send the message again.")
        if self._serving is not None:
            self._waiting.append(parts)
            self._publish_queue()
            return
        self._turn = self._new_turn(self._memory)
        self._serving = asyncio.create_task(self._serve(self._memory, self._turn, parts))

    def take_back(self) -> tuple[Part, ...] | None:
        """Takes the newest message that waits out of the line. Returns None when none waits (any more)."""
        if not self._waiting:
            return None
        parts = self._waiting.pop()
        self._publish_queue()
        return parts

    async def cancel(self) -> bool:
        """Stops the running turn and waits for its end; what waits behind it is served. Returns False without one."""
        turn = self._turn
        if turn is None:
            return False
        turn.cancel()
        await turn.over.wait()
        return True

    async def idle(self) -> None:
        """Returns once no turn runs and nothing waits."""
        while self._serving is not None:
            await asyncio.wait({self._serving})

    async def close(self) -> None:
        """Stops the running turn; what waited is not sent."""
        await self._stop()

    async def _stop(self) -> None:
        unsent = len(self._waiting)
        if unsent:
            self._waiting.clear()
            self._publish_queue()
            text = CleanText(f"{unsent} waiting message{'s' * (unsent > 1)} not sent: the chat was left")
            self._outside.publish(NoticePosted("warning", text, at=self._outside.clock.wall()))
        await self.cancel()
        await self.idle()

    async def _serve(self, memory: Memory, turn: Turn, parts: tuple[Part, ...]) -> None:
        try:
            while True:
                self.last_turn = await turn.run(parts)
                if not self._waiting:
                    return
                parts = self._waiting.popleft()
                self._publish_queue()
                turn = self._turn = self._new_turn(memory)
        finally:
            self._turn, self._serving = None, None

    def _new_turn(self, memory: Memory) -> Turn:
        outside, turn_id, taint = self._outside, TurnId(new_id("turn")), Taint()
        approver = Approver(
            toolbox=outside.toolbox,
            gatekeeper=outside.gatekeeper,
            rules=outside.rules,
            policy=outside.policy,
            grants=self._grants,
            taint=taint,
            turn_id=turn_id,
        )
        limits = Limits(
            outside.chat,
            outside.gatekeeper,
            outside.clock,
            turn_id,
            outside.max_turn_cost,
            raise_limit=outside.model.raise_limit,
        )
        spec = outside.model.model(self.target) if self.target else None
        scope = Scope(outside, memory, turn_id, self.target, spec, approver, limits, taint)
        return Turn(scope, self._offers)

    def _publish_queue(self) -> None:
        self._outside.publish(MessageQueued(tuple(_label(parts) for parts in self._waiting)))


def _label(parts: tuple[Part, ...]) -> CleanText:
    """Returns how a waiting message begins, or what it holds."""
    words = [part.text if isinstance(part, TextPart) else _kind(part) for part in parts]
    return clean_line(" ".join(words), 200)


def _kind(part: Part) -> str:
    return f"[{part.name}]" if isinstance(part, FilePart) else "[picture]"
