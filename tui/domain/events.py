"""Everything that happens: the closed union of events, and how floods of them merge.

`stream_key` tells which waiting event a new one may merge with, `merged` how.
"""

from dataclasses import replace

from tui.domain.chat_events import (
    AttemptBegan,
    AttemptFinished,
    ChatOpened,
    ContextFitted,
    FallbackHappened,
    MessageQueued,
    ReasoningArrived,
    TextArrived,
    ToolCallFinished,
    ToolCallRequested,
    ToolCallStarted,
    TurnFinished,
    UserSpoke,
)
from tui.domain.ids import TurnId
from tui.domain.program_events import (
    BreakerChanged,
    EngineReady,
    GatewaySampled,
    Logged,
    NoticePosted,
    QuestionAnswered,
    QuestionAsked,
    Severity,
    TargetChanged,
)
from tui.domain.server_events import (
    CatalogChanged,
    FrameSeen,
    ResourceChanged,
    ResourceWatched,
    ServerChanged,
    ServerLogged,
    ServerRemoved,
    ToolProgressed,
)
from tui.domain.text import CleanText

__all__ = [
    "AttemptBegan",
    "AttemptFinished",
    "BreakerChanged",
    "CatalogChanged",
    "ChatOpened",
    "ContextFitted",
    "EngineReady",
    "Event",
    "FallbackHappened",
    "FrameSeen",
    "GatewaySampled",
    "Logged",
    "MessageQueued",
    "NoticePosted",
    "QuestionAnswered",
    "QuestionAsked",
    "ReasoningArrived",
    "ResourceChanged",
    "ResourceWatched",
    "ServerChanged",
    "ServerLogged",
    "ServerRemoved",
    "Severity",
    "TargetChanged",
    "TextArrived",
    "ToolCallFinished",
    "ToolCallRequested",
    "ToolCallStarted",
    "ToolProgressed",
    "TurnFinished",
    "UserSpoke",
    "merged",
    "stream_key",
    "turn_of",
]

Event = (
    EngineReady
    | TargetChanged
    | ServerChanged
    | ServerRemoved
    | CatalogChanged
    | ResourceChanged
    | ResourceWatched
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
        case ResourceChanged():
            return ("resource", f"{event.server} {event.uri}")
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
