"""What one request to one endpoint reports while it runs, and its one last word."""

from dataclasses import dataclass, field

from tui.domain.completion import FailureKind, FinishReason, Outcome, Usage
from tui.domain.messages import ToolCall
from tui.domain.money import MicroUsd
from tui.domain.text import CleanText


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits of one request in seconds; `first_token_s` and `idle_s` count until the model makes progress.

    Keep-alives are no progress.
    """

    connect_s: float = 10.0
    first_token_s: float = 90.0
    idle_s: float = 90.0
    total_s: float = 300.0


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What rate-limit headers said; None where they were silent."""

    remaining_requests: int | None = None
    remaining_tokens: int | None = None
    reset_s: float | None = None
    limit_requests: int | None = None
    limit_tokens: int | None = None
    text: CleanText = CleanText("")
    """The headers themselves, for a person."""
    seen_at: float | None = None
    """When they came, on the monotonic clock."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The endpoint answered with a status line and headers."""

    status: int
    rate_limits: RateLimits


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer."""

    text: CleanText


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A piece of visible reasoning."""

    text: CleanText


@dataclass(frozen=True, slots=True)
class CallReady:
    """One call's arguments are a complete JSON object."""

    call: ToolCall
    position: int
    """0 for the first call of the reply."""


@dataclass(frozen=True, slots=True)
class Working:
    """Bytes came, the model did not get on: a keep-alive, or arguments still being written."""


@dataclass(frozen=True, slots=True)
class Done:
    """How it ended. The last event, exactly once."""

    outcome: Outcome
    failure: FailureKind | None = None
    reason: CleanText = CleanText("")
    hint: CleanText = CleanText("")
    status: int | None = None
    retry_after_s: float | None = None
    affordable_tokens: int | None = None
    """What the provider said the remaining credit buys."""
    text: CleanText = CleanText("")
    tool_calls: tuple[ToolCall, ...] = ()
    """Whole calls; arguments that are no JSON object are kept raw, to be answered with an error."""
    truncated_calls: tuple[ToolCall, ...] = ()
    """Calls cut short: never to be run."""
    finish_reason: FinishReason | None = None
    usage: Usage = Usage()
    reported_cost: MicroUsd | None = None
    served_by: CleanText = CleanText("")
    """The provider behind the endpoint, if it told."""
    model: CleanText = CleanText("")
    answer_id: CleanText = CleanText("")
    """What the endpoint knows the answer by."""
    extras: dict[str, object] = field(default_factory=dict)
    """Fields to echo with the assistant message, by provider name."""
    notes: tuple[CleanText, ...] = ()
    """What was odd about the answer and was put right."""


Piece = Text | Reasoning | CallReady | Working
UpstreamEvent = Opened | Piece | Done
