"""What happened in a chat, as frozen past-tense facts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.domain.ids import AttemptId, CallId, ChatId, MessageId, ServerName, TurnId
from tui.domain.messages import Part
from tui.domain.money import Cost
from tui.domain.servers import ToolResult
from tui.domain.text import CleanText

if TYPE_CHECKING:
    from tui.domain.completion import AttemptEnded, AttemptStarted, FailureKind, Outcome, RouteTaken, Usage


@dataclass(frozen=True, slots=True)
class ChatOpened:
    """Another chat is in view; `entries` follow as the events that made it."""

    chat_id: ChatId
    title: CleanText
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class UserSpoke:
    """A person's message is stored and its turn begins."""

    chat_id: ChatId
    turn_id: TurnId
    message_id: MessageId
    parts: tuple[Part, ...]
    at: float


@dataclass(frozen=True, slots=True)
class MessageQueued:
    """A message waits for the running turn; `waiting` are all that wait, oldest first."""

    waiting: tuple[CleanText, ...]


@dataclass(frozen=True, slots=True)
class ContextFitted:
    """The transcript was fitted into the model's window."""

    turn_id: TurnId
    used_tokens: int
    window_tokens: int | None
    left_out_messages: int
    tool_count: int
    tools_hash: str


@dataclass(frozen=True, slots=True)
class AttemptBegan:
    """A request went to a provider."""

    turn_id: TurnId
    round: int
    attempt: "AttemptStarted"
    at: float


@dataclass(frozen=True, slots=True)
class TextArrived:
    """A piece of an answer."""

    turn_id: TurnId
    attempt_id: AttemptId
    text: CleanText


@dataclass(frozen=True, slots=True)
class ReasoningArrived:
    """A piece of visible reasoning."""

    turn_id: TurnId
    attempt_id: AttemptId
    text: CleanText


@dataclass(frozen=True, slots=True)
class AttemptFinished:
    """An attempt ended, well or badly."""

    turn_id: TurnId
    attempt: "AttemptEnded"
    at: float


@dataclass(frozen=True, slots=True)
class FallbackHappened:
    """Another provider takes over. `price_ratio` is the new price over the old one, None when unknown."""

    turn_id: TurnId | None
    left: CleanText
    taken: CleanText
    reason: CleanText
    price_ratio: float | None
    at: float

    def __str__(self) -> str:
        return f"{self.taken} took over from {self.left}{_at_price(self.price_ratio)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class ToolCallRequested:
    """A model asked for a call. `server` is empty when no such tool exists."""

    turn_id: TurnId
    call_id: CallId
    server: ServerName
    tool: CleanText
    arguments_json: str
    at: float


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """The call was sent to its server."""

    turn_id: TurnId
    call_id: CallId
    at: float
    sent_json: str | None = None
    """The arguments a person put in place of the model's; None when they were sent as asked for."""


@dataclass(frozen=True, slots=True)
class ToolCallFinished:
    """The call has its one result."""

    turn_id: TurnId
    call_id: CallId
    result: ToolResult
    result_tokens: int
    """Estimated tokens the result adds to the conversation."""
    at: float


@dataclass(frozen=True, slots=True)
class TurnFinished:
    """The turn is over."""

    turn_id: TurnId
    outcome: "Outcome"
    reason: CleanText
    hint: CleanText
    text: CleanText
    usage: "Usage"
    cost: Cost
    route: "RouteTaken | None"
    duration_ms: int
    at: float
    failure: "FailureKind | None" = None
    """What kind of failure ended it, where one did."""


def _at_price(ratio: float | None) -> str:
    if ratio is None:
        return ""
    if ratio == 0:
        return ", free of charge"
    return f" at {ratio:.1f}× the price" if ratio >= 0.1 else " at less than a tenth of the price"
