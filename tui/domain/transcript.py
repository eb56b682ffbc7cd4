"""A conversation as it is shown: a list of entries, each changed in place by the fold and stamped when it changes."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tui.domain.ids import AttemptId, CallId, ServerName, TurnId
from tui.domain.messages import Part
from tui.domain.money import Cost
from tui.domain.servers import ToolResult
from tui.domain.text import CleanText

if TYPE_CHECKING:
    from tui.domain.completion import FailureKind, Outcome, Usage

CallState = Literal["requested", "asking", "running", "finished"]


@dataclass(slots=True, kw_only=True)
class Entry:
    """Anything in the transcript. `revision` grows with every change, so that a view knows what to draw again."""

    key: str
    turn_id: TurnId | None
    at: float
    revision: int = 0


@dataclass(slots=True, kw_only=True)
class UserEntry(Entry):
    """What a person wrote."""

    parts: tuple[Part, ...]


@dataclass(slots=True, kw_only=True)
class ReplyEntry(Entry):
    """One attempt's answer. An attempt that failed before the next one took over stays, marked `superseded`."""

    attempt_id: AttemptId
    provider: CleanText
    model: CleanText
    combo: CleanText
    fragments: list[CleanText] = field(default_factory=list)
    reasoning: list[CleanText] = field(default_factory=list)
    streaming: bool = True
    outcome: "Outcome | None" = None
    failure: "FailureKind | None" = None
    reason: CleanText = CleanText("")
    usage: "Usage | None" = None
    cost: Cost | None = None
    latency_ms: int | None = None
    first_token_ms: int | None = None
    superseded: bool = False

    @property
    def text(self) -> CleanText:
        """The whole text so far."""
        if len(self.fragments) > 1:
            self.fragments[:] = [CleanText("".join(self.fragments))]
        return self.fragments[0] if self.fragments else CleanText("")


@dataclass(slots=True, kw_only=True)
class ToolEntry(Entry):
    """One tool call from request to result."""

    call_id: CallId
    server: ServerName
    tool: CleanText
    arguments_json: str
    """What was sent, or until then what the model asks for."""
    edited: bool = False
    """A person changed the arguments."""
    state: CallState = "requested"
    progress: float | None = None
    total: float | None = None
    progress_text: CleanText = CleanText("")
    started_at: float | None = None
    result: ToolResult | None = None
    result_tokens: int = 0


@dataclass(slots=True, kw_only=True)
class NoticeEntry(Entry):
    """A quiet line: a breaker opened, another provider took over, messages were left out, a turn failed."""

    severity: Literal["info", "warning", "error"]
    text: CleanText
    hint: CleanText = CleanText("")
    subject: CleanText | None = None
    """What it keeps up with, such as a breaker: newer news of it takes its place until something else is said."""
    times: int = 1
    """How much news of its subject it stands for."""


AnyEntry = UserEntry | ReplyEntry | ToolEntry | NoticeEntry
