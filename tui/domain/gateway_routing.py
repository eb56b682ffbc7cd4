"""What a gateway answers about ways: a routed request, a simulated one, a trial, a recommendation, an explanation.

Money is micro-dollars. A figure nobody knows is None and its name stands in `unknown`; it is never 0.
"""

from dataclasses import dataclass
from typing import Literal

from tui.domain.completion import FailureKind, Outcome, TaskType, Usage
from tui.domain.gateway import BreakerState, CredentialHealth, ForeignStrategy, Strategy
from tui.domain.gateway_witness import Witness
from tui.domain.ids import ComboName, ProviderName, RequestId
from tui.domain.money import Cost
from tui.domain.text import CleanText

Role = Literal["coding", "review", "planning", "analysis"]


@dataclass(frozen=True, slots=True)
class Factor:
    """One figure of a score; `value` from 0 (worst) to 1 (best), None when unknown."""

    name: str
    value: float | None
    weight: float
    fact: CleanText = CleanText("")
    """What the value was found from."""


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """What a request was answered, and which way it went."""

    request_id: RequestId
    outcome: Outcome
    failure: FailureKind | None
    reason: CleanText
    hint: CleanText
    content: CleanText
    usage: Usage
    provider: ProviderName | None
    model: str | None
    combo: ComboName | None
    fallbacks: tuple[tuple[ProviderName, CleanText], ...]
    """Providers left behind, each with the reason."""
    cost: Cost
    latency_ms: int
    explanation: CleanText
    """In one sentence why it went this way."""
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class SimulatedStep:
    """A place a request might go; what it would cost and how likely it is the one that answers."""

    provider: ProviderName
    model: str
    probability: float | None
    """That this place answers; None when nothing was measured there."""
    cost_microusd: int | None
    breaker: BreakerState | None
    """None, as the credential, for a provider that is not there."""
    credential: CredentialHealth | None
    open: bool
    reason: CleanText = CleanText("")
    """What put it there, or why it is not open."""
    quota_left: float | None = None
    score: float | None = None
    factors: tuple[Factor, ...] = ()
    reached: float | None = None
    """How likely the request gets there at all; None behind a place where nothing was measured."""
    measured_calls: int = 0
    """How many calls the chances rest on."""
    requests_left: int | None = None
    """How many requests of this size the provider says it still takes."""


@dataclass(frozen=True, slots=True)
class SimulateAnswer:
    """Where a request would go, worked out by the code that routes, without sending anything."""

    target: str
    combo: ComboName | None
    strategy: Strategy | ForeignStrategy | None
    prompt_tokens: int
    output_tokens: int
    """Assumed length of the answer."""
    path: tuple[SimulatedStep, ...]
    """In the order they would be tried."""
    left_out: tuple[SimulatedStep, ...]
    best_case_microusd: int | None
    """The first place answers."""
    worst_case_microusd: int | None
    """Every place is paid for and only the last one answers."""
    unknown: tuple[str, ...] = ()
    assumption: CleanText = CleanText("")
    """What the probabilities rest on."""
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class StepTrial:
    """One real call to one step of a chain."""

    provider: ProviderName
    model: str
    success: bool
    latency_ms: int | None
    first_token_ms: int | None
    cost: Cost
    usage: Usage
    error: CleanText = CleanText("")
    text: CleanText = CleanText("")


@dataclass(frozen=True, slots=True)
class TestAnswer:
    """How each step of a chain answered the same prompt."""

    __test__ = False

    combo: ComboName
    trials: tuple[StepTrial, ...]
    fastest: CleanText = CleanText("")
    """`provider/model`; empty when none answered."""
    cheapest: CleanText = CleanText("")
    """Empty when no cost is known."""
    cost: Cost = Cost.unknown()
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A chain for a task: what it would cost and take, and why it, or what it trades."""

    combo: ComboName
    reason: CleanText
    score: float | None = None
    cost_microusd: int | None = None
    """Expected for a request of usual size."""
    latency_ms: int | None = None
    """Measured p50 of its first open step."""
    factors: tuple[Factor, ...] = ()


@dataclass(frozen=True, slots=True)
class BestAnswer:
    """The chain to use, if one keeps the limits."""

    task: TaskType
    recommended: Recommendation | None
    reason: CleanText
    """Why there is none, when there is none."""
    alternatives: tuple[Recommendation, ...] = ()
    free: Recommendation | None = None
    refused: tuple[Recommendation, ...] = ()
    """Chains that miss a limit or cannot be reached, each with the reason."""
    unknown: tuple[str, ...] = ()
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that was weighed; `left_out` says why it was not taken, empty for the one that was."""

    step: CleanText
    taken: bool
    left_out: CleanText = CleanText("")
    score: float | None = None
    factors: tuple[Factor, ...] = ()


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One attempt as it was stored."""

    step: CleanText
    outcome: Outcome
    reason: CleanText
    status: int | None
    latency_ms: int | None
    first_token_ms: int | None
    cost: Cost
    answer_id: CleanText = CleanText("")
    """What the endpoint knows its answer by."""
    served_by: CleanText = CleanText("")
    """Who answered behind the endpoint, where it told."""


@dataclass(frozen=True, slots=True)
class ExplainAnswer:
    """Why a request went the way it did, as it was decided then."""

    request_id: RequestId
    target: str
    combo: ComboName | None
    strategy: Strategy | ForeignStrategy | None
    provider: ProviderName | None
    model: str | None
    candidates: tuple[Candidate, ...]
    attempts: tuple[AttemptRecord, ...]
    fallbacks: tuple[tuple[ProviderName, CleanText], ...]
    cost: Cost
    latency_ms: int | None
    explanation: CleanText
    refused: CleanText = CleanText("")
    """Set when the gateway itself ended the request."""
    at: float | None = None
    unknown: tuple[str, ...] = ()
    witnesses: tuple[Witness, ...] = ()
