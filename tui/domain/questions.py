"""Questions the engine asks a person, and the answers; headless runs answer by policy, default no."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.domain.ids import CallId, QuestionId, ServerName, TurnId
from tui.domain.messages import Json
from tui.domain.text import CleanText

if TYPE_CHECKING:
    from tui.domain.trust import DefinitionReview

LimitKind = Literal["rounds", "repeats", "time", "bytes", "money"]


@dataclass(frozen=True, slots=True)
class ApprovalQuestion:
    """May this call run? `arguments_json` is the canonical text that will be sent, byte for byte."""

    id: QuestionId
    turn_id: TurnId
    call_id: CallId
    server: ServerName
    tool: CleanText
    arguments_json: str
    reason: CleanText
    """Why it is asked: `not known to be read-only`, `requested right after reading web.fetch`."""
    destructive: bool = True
    draft_json: str | None = None
    """What the person made of the arguments before, when that could not be sent."""


@dataclass(frozen=True, slots=True)
class ElicitationQuestion:
    """A server asks the person for data (form) or to open a page (url)."""

    id: QuestionId
    server: ServerName
    call_id: CallId | None
    message: CleanText
    schema: Mapping[str, Json] | None = None
    """A flat object schema for form mode."""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class LimitQuestion:
    """A turn reached a limit (rounds, repeats, time, bytes, money): go on?"""

    id: QuestionId
    turn_id: TurnId
    limit: LimitKind
    message: CleanText


@dataclass(frozen=True, slots=True)
class TrustQuestion:
    """A file names this server: may it be started? Shows the exact command or URL."""

    id: QuestionId
    server: ServerName
    command: CleanText
    origin: CleanText


@dataclass(frozen=True, slots=True)
class ChangedToolQuestion:
    """A server's definitions are new, or not what the person agreed to: may a model be told of them?"""

    id: QuestionId
    server: ServerName
    command: CleanText
    """What runs or is reached, secrets masked."""
    origin: CleanText
    title: CleanText
    """What the server calls itself, with its version."""
    first: bool
    """Nothing of this server was agreed to before."""
    reviews: "tuple[DefinitionReview, ...]"
    cautions: tuple[CleanText, ...] = ()
    """About the server as a whole: an unpinned package, another version."""


Question = ApprovalQuestion | ElicitationQuestion | LimitQuestion | TrustQuestion | ChangedToolQuestion


@dataclass(frozen=True, slots=True)
class ApprovalAnswer:
    """`once`, `session` and `always` run the call; `edit` runs it with `arguments_json`; `deny` carries why."""

    choice: Literal["once", "session", "always", "edit", "deny"]
    reason: CleanText = CleanText("")
    arguments_json: str | None = None


@dataclass(frozen=True, slots=True)
class ElicitationAnswer:
    """What the person filled in, or that they did not."""

    action: Literal["accept", "decline", "cancel"]
    content: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True)
class YesNoAnswer:
    """For limits and trust."""

    yes: bool


Answer = ApprovalAnswer | ElicitationAnswer | YesNoAnswer


def refusal(question: Question) -> Answer:
    """Returns the answer of somebody who is not there: no."""
    if isinstance(question, ApprovalQuestion):
        return ApprovalAnswer("deny", CleanText("nobody is there to approve it"))
    if isinstance(question, ElicitationQuestion):
        return ElicitationAnswer("cancel")
    return YesNoAnswer(False)
