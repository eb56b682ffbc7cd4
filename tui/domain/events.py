"""Everything that happens, as frozen past-tense facts; the union is closed.

`stream_key` tells which waiting event a new one may merge with, `merged` how.
"""

from dataclasses import dataclass, replace
from typing import Literal

from tui.domain.completion import AttemptEnded, AttemptStarted, Outcome, RouteTaken, Usage
from tui.domain.gateway import BreakerState, GatewaySnapshot
from tui.domain.ids import AttemptId, CallId, ChatId, MessageId, ProviderName, QuestionId, ServerName, TurnId
from tui.domain.messages import Part
from tui.domain.money import Cost
from tui.domain.questions import Answer, Question
from tui.domain.servers import Catalog, ServerStatus, ToolResult
from tui.domain.text import CleanText

Severity = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class EngineReady:
    """The libraries are loaded, the store is open, servers are connecting, a message can be sent."""

    gateway: CleanText
    target: str
    """The model or combo chats go to; empty when none is set."""
    target_note: CleanText = CleanText("")


@dataclass(frozen=True, slots=True)
class TargetChanged:
    """Chats now go to another model or combo."""

    target: str
    context_tokens: int | None


# --- servers


@dataclass(frozen=True, slots=True)
class ServerChanged:
    """A server's state is now this."""

    status: ServerStatus


@dataclass(frozen=True, slots=True)
class ServerRemoved:
    """A server is gone from the list."""

    name: ServerName


@dataclass(frozen=True, slots=True)
class CatalogChanged:
    """A server's tools, resources and prompts are now these."""

    catalog: Catalog


@dataclass(frozen=True, slots=True)
class ServerLogged:
    """A line of a server's stderr, a log notification, or junk on its stdout."""

    server: ServerName
    channel: Literal["stderr", "log", "junk", "http"]
    level: CleanText
    text: CleanText
    at: float


@dataclass(frozen=True, slots=True)
class FrameSeen:
    """One JSON-RPC message, shortened, secrets masked."""

    server: ServerName
    direction: Literal["sent", "received"]
    label: CleanText
    """Method, or `result of …`, or `error …`."""
    request_id: CleanText
    size: int
    preview: CleanText
    at: float


@dataclass(frozen=True, slots=True)
class ToolProgressed:
    """A running call reported progress."""

    call_id: CallId
    progress: float
    total: float | None
    message: CleanText


# --- chat


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
    attempt: AttemptStarted
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
    attempt: AttemptEnded
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
    outcome: Outcome
    reason: CleanText
    hint: CleanText
    text: CleanText
    usage: Usage
    cost: Cost
    route: RouteTaken | None
    duration_ms: int
    at: float


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """Somebody must decide."""

    question: Question


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """It was decided, or the question fell away (answer None)."""

    question_id: QuestionId
    answer: Answer | None


# --- gateway


@dataclass(frozen=True, slots=True)
class GatewaySampled:
    """The gateway as it stands."""

    snapshot: GatewaySnapshot


@dataclass(frozen=True, slots=True)
class BreakerChanged:
    """A breaker moved."""

    provider: ProviderName
    old: BreakerState
    new: BreakerState
    reason: CleanText
    seconds_to_probe: float | None
    at: float


# --- program


@dataclass(frozen=True, slots=True)
class NoticePosted:
    """A sentence for the person, with the next step."""

    severity: Severity
    text: CleanText
    hint: CleanText = CleanText("")
    turn_id: TurnId | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the program's own log, redacted."""

    level: CleanText
    source: CleanText
    text: CleanText
    at: float


Event = (
    EngineReady
    | TargetChanged
    | ServerChanged
    | ServerRemoved
    | CatalogChanged
    | ServerLogged
    | FrameSeen
    | ToolProgressed
    | ChatOpened
    | UserSpoke
    | MessageQueued
    | ContextFitted
    | AttemptBegan
    | TextArrived
    | ReasoningArrived
    | AttemptFinished
    | FallbackHappened
    | ToolCallRequested
    | ToolCallStarted
    | ToolCallFinished
    | TurnFinished
    | QuestionAsked
    | QuestionAnswered
    | GatewaySampled
    | BreakerChanged
    | NoticePosted
    | Logged
)


def stream_key(event: Event) -> tuple[str, str] | None:
    """Returns which waiting event `event` merges with, None when it always queues."""
    match event:
        case TextArrived():
            return ("text", event.attempt_id)
        case ReasoningArrived():
            return ("reasoning", event.attempt_id)
        case ServerChanged():
            return ("server", event.status.name)
        case CatalogChanged():
            return ("catalog", event.catalog.server)
        case ToolProgressed():
            return ("progress", event.call_id)
        case GatewaySampled():
            return ("gateway", event.snapshot.gateway)
        case _:
            return None


def merged(waiting: Event, new: Event) -> Event:
    """Returns the one event that stands for both: pieces of text are joined, of states the newest wins."""
    if isinstance(waiting, TextArrived) and isinstance(new, TextArrived):
        return replace(waiting, text=CleanText(waiting.text + new.text))
    if isinstance(waiting, ReasoningArrived) and isinstance(new, ReasoningArrived):
        return replace(waiting, text=CleanText(waiting.text + new.text))
    return new


def turn_of(event: Event) -> TurnId | None:
    """Returns the turn whose order of events matters for `event`."""
    return getattr(event, "turn_id", None)
