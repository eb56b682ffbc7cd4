"""What is asked of a language model and the facts that come back while it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tui.domain.ids import AttemptId, ComboName, ProviderName, RequestId, TurnId
from tui.domain.messages import Json, Message, ToolCall, ToolSpec
from tui.domain.money import Cost, MicroUsd, OverBudget
from tui.domain.text import CleanText

FailureKind = Literal[
    "provider-down",
    "rate-limit",
    "credits",
    "auth",
    "request",
    "context-overflow",
    "budget",
    "no-route",
    "timeout",
    "malformed",
    "empty",
    "cut",
    "local",
]
Outcome = Literal["complete", "partial", "failed", "cancelled"]
FinishReason = Literal["stop", "tool_calls", "length", "content_filter", "error", "unknown"]
TaskType = Literal["coding", "review", "planning", "analysis", "debugging", "documentation"]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request to a model: a whole conversation and what may be answered."""

    target: str
    """A combo's name, or `provider/model`."""
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str = "auto"
    """`auto`, `required`, `none`, or the provider-legal name of one tool."""
    max_output_tokens: int | None = None
    temperature: float | None = None
    turn_id: TurnId | None = None
    timeout_s: float = 300.0
    max_cost_microusd: MicroUsd | None = None
    task: TaskType | None = None
    """The kind of work it is, for weighing places against each other; None when nobody said."""
    options: Mapping[str, Json] = field(default_factory=dict)
    """Further fields of a Chat Completions request, sent as they are: `stop`, `seed`, `response_format`, …"""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one attempt; None where the provider did not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    estimated: bool = False
    """True when we counted ourselves because the provider did not say."""


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """A provider was chosen and the request is on its way."""

    request_id: RequestId
    attempt_id: AttemptId
    provider: ProviderName
    model: str
    combo: ComboName | None
    number: int
    """1 for the first attempt of the request."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    attempt_id: AttemptId
    text: CleanText


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """A piece of the model's visible reasoning."""

    attempt_id: AttemptId
    text: CleanText


@dataclass(frozen=True, slots=True)
class ToolCallReady:
    """The arguments of one tool call are a complete JSON text; later calls may still be on their way.

    A call with side effects must wait for further evidence (the next call, or the end) before it runs.
    """

    attempt_id: AttemptId
    call: ToolCall
    position: int


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """One attempt is over. After a failure with fallback another `AttemptStarted` follows."""

    attempt_id: AttemptId
    outcome: Outcome
    failure: FailureKind | None
    reason: CleanText
    """Empty for `complete`; else one sentence."""
    status: int | None
    usage: Usage
    cost: Cost
    latency_ms: int | None
    """None where nobody measured it: an attempt told again from the store."""
    first_token_ms: int | None
    will_retry: bool = False
    """True when the gateway goes on (another attempt or another provider)."""


@dataclass(frozen=True, slots=True)
class RouteTaken:
    """Which way a request went."""

    request_id: RequestId
    provider: ProviderName | None = None
    model: str | None = None
    combo: ComboName | None = None
    fallbacks: tuple[tuple[ProviderName, CleanText], ...] = ()
    """Providers left behind, each with the reason."""


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """The request is over; always the last fact, exactly once, whatever happened (cancellation aside)."""

    request_id: RequestId
    outcome: Outcome
    failure: FailureKind | None
    reason: CleanText
    hint: CleanText
    """What a person can do next; empty for `complete`."""
    text: CleanText
    tool_calls: tuple[ToolCall, ...]
    finish_reason: FinishReason | None
    usage: Usage
    cost: Cost
    route: RouteTaken
    extras: dict[str, object] = field(default_factory=dict)
    """Provider fields to echo with the assistant message, by provider name."""
    retry_in_s: float | None = None
    """Seconds until a place that is closed now opens by itself; None when time alone opens none."""
    over_budget: OverBudget | None = None
    """The limit that ended it, where `failure` is `budget`."""


ReplyEvent = AttemptStarted | TextDelta | ReasoningDelta | ToolCallReady | AttemptEnded | ReplyEnded
