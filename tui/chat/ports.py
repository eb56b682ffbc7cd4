"""What a chat needs from the rest of the program; `gateway`, `servers` and `storage` satisfy it structurally."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from tui.config.schema import ToolRule
from tui.domain.completion import AttemptEnded, ChatRequest, ReplyEvent, Usage
from tui.domain.events import Event
from tui.domain.gateway import ModelSpec
from tui.domain.ids import AttemptId, CallId, ChatId, MessageId, ServerName, TurnId
from tui.domain.messages import Json, Message, ToolCall
from tui.domain.money import Cost, MicroUsd, OverBudget
from tui.domain.questions import Answer, Question
from tui.domain.servers import ToolInfo, ToolResult
from tui.domain.text import CleanText

Publish = Callable[[Event], None]


class LanguageModel(Protocol):
    """Something that answers conversations: the gateway in use."""

    def stream(self, request: ChatRequest) -> AsyncIterator[ReplyEvent]:
        """Yields the facts of one request, `ReplyEnded` last. Raises nothing but CancelledError.

        Closing the iterator (or cancelling the task that reads it) closes the socket and settles the cost.
        """
        ...

    def model(self, target: str) -> ModelSpec | None:
        """Returns what is known of the model a request to `target` would reach first; None when nothing is."""
        ...

    def raise_limit(self, beyond: OverBudget, limit: MicroUsd) -> None:
        """Lets this run spend up to `limit` where a call was refused, until the period ends."""
        ...

    def settled(self, attempt_id: AttemptId) -> AttemptEnded | None:
        """Returns how an attempt was settled whose stream was left before it ended, once; None for any other."""
        ...


class Toolbox(Protocol):
    """All tools of all servers."""

    def tools(self) -> Sequence[ToolInfo]:
        """Returns the tools a model may be told of, in a stable order (server, then name)."""
        ...

    def find(self, model_name: str) -> ToolInfo | None:
        """Returns the tool a provider-legal name stands for."""
        ...

    async def check_arguments(self, tool: ToolInfo, arguments: dict[str, Json]) -> CleanText | None:
        """Returns how the arguments break the tool's input schema, in words a model can act on; None when they fit.

        Asked before a person is, so that nobody approves a call that cannot run. A schema too wild to check fits.
        """
        ...

    async def call(self, tool: ToolInfo, arguments: dict[str, Json], call_id: CallId) -> ToolResult:
        """Runs one call, once, and always returns its one result; raises only CancelledError."""
        ...

    async def wait_settled(self, timeout_s: float) -> None:
        """Returns once no server is being opened for the first time, or after `timeout_s`."""
        ...

    def believed(self, server: ServerName) -> bool:
        """Returns whether this server's own words about its tools count: it belongs to the program itself.

        Consent to start a server is not consent to believe it.
        """
        ...


class Gatekeeper(Protocol):
    """Asks a person and waits; headless runs answer by policy."""

    @property
    def asked_s(self) -> float:
        """Seconds so far in which at least one question waited for the person."""
        ...

    async def ask(self, question: Question) -> Answer:
        """Returns the answer. Publishes the question and its answer."""
        ...


class Ledger(Protocol):
    """The chat's memory on disk. Every method returns only after the commit."""

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
        """Stores one message of a chat, in order."""
        ...

    async def intend_call(
        self, chat_id: ChatId, turn_id: TurnId, call: ToolCall, server: ServerName, tool: str
    ) -> None:
        """Stores that a call is about to be sent."""
        ...

    async def finish_call(self, call_id: CallId, result: ToolResult) -> None:
        """Stores how it ended."""
        ...

    async def finish_turn(self, chat_id: ChatId, turn_id: TurnId, outcome: str, reason: CleanText) -> None:
        """Stores that a turn is over."""
        ...

    async def messages(self, chat_id: ChatId) -> list[Message]:
        """Returns a chat's messages in order, as they were stored."""
        ...


class ToolRules(Protocol):
    """What a person decided about tools for good; kept across runs."""

    def tool_rule(self, tool: ToolInfo) -> ToolRule | None:
        """Returns the decision, None when there is none. Never waits.

        What was allowed to a tool holds for its server's `launch` only, not for another server of that name.
        """
        ...

    async def set_tool_rule(self, tool: ToolInfo, rule: ToolRule) -> None:
        """Stores a decision; returns after the commit."""
        ...
