"""What the program, its gateway and the person did, as frozen past-tense facts."""

from dataclasses import dataclass
from typing import Literal

from tui.domain.gateway import BreakerState, GatewaySnapshot
from tui.domain.ids import ProviderName, QuestionId, TurnId
from tui.domain.questions import Answer, Question
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


@dataclass(frozen=True, slots=True)
class QuestionAsked:
    """Somebody must decide."""

    question: Question


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    """It was decided, or the question fell away (answer None)."""

    question_id: QuestionId
    answer: Answer | None


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
