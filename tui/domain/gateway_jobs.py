"""What the jobs people do with a gateway answer: a price list, a post-mortem, a ranking, a batch, a healing.

Money is micro-dollars; what nobody knows is None.
"""

from dataclasses import dataclass
from typing import Literal

from tui.domain.completion import Outcome
from tui.domain.gateway import ProfileName
from tui.domain.gateway_answers import Capability
from tui.domain.gateway_routing import ExplainAnswer
from tui.domain.ids import ComboName, ProviderName, RequestId
from tui.domain.money import Cost
from tui.domain.text import CleanText

# --- the cheapest model


@dataclass(frozen=True, slots=True)
class PricedModel:
    """A model and what one request of the given size would cost there."""

    model: CleanText
    """`provider/model`."""
    request_microusd: int
    input_usd_per_million: float
    output_usd_per_million: float
    context_tokens: int | None
    open: bool
    reason: CleanText = CleanText("")
    """Why no request may go there now."""


@dataclass(frozen=True, slots=True)
class CheapestAnswer:
    """The models with a capability, cheapest first; those that are open before those that are not."""

    capability: Capability
    prompt_tokens: int
    output_tokens: int
    cheapest: CleanText
    """Empty when none is open and priced."""
    models: tuple[PricedModel, ...]
    more: int = 0
    """Models that fit and are priced, but dearer than those listed."""
    unpriced: int = 0
    """Models that fit, but whose price nobody tells."""
    too_small: int = 0
    """Models whose window is too small for the request."""
    undecided: int = 0
    """Models nobody told the capability of."""


# --- a post-mortem


@dataclass(frozen=True, slots=True)
class ProviderSince:
    """How a provider that had a part in the request stands now."""

    provider: ProviderName
    breaker: str
    success_rate: float | None
    p95_ms: int | None
    requests: int | None
    """In the last 60 minutes."""
    last_error: CleanText = CleanText("")


@dataclass(frozen=True, slots=True)
class PostMortemAnswer:
    """Why a request went where it went, in sentences, with the facts they rest on."""

    request_id: RequestId
    findings: tuple[CleanText, ...]
    explained: ExplainAnswer
    providers: tuple[ProviderSince, ...] = ()


# --- a benchmark


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """One chain: how its steps answered, and what a request would have met."""

    rank: int | None
    """None when no step answered."""
    combo: ComboName
    success_rate: float | None
    """Of its steps; None when it was not tried."""
    served_by: CleanText = CleanText("")
    """The first step that answered, in the chain's order."""
    latency_ms: int | None = None
    """Of that step, as the next two."""
    first_token_ms: int | None = None
    cost_microusd: int | None = None
    note: CleanText = CleanText("")
    """The first error, or why it was not tried."""


@dataclass(frozen=True, slots=True)
class BenchmarkAnswer:
    """All chains, best first: more steps that answer, then less latency."""

    prompt: CleanText
    rows: tuple[BenchmarkRow, ...]
    spent: Cost
    """What all the trials cost together."""
    written: CleanText = CleanText("")
    """The file the ranking was written to."""


# --- a batch within a budget


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One prompt of a batch."""

    number: int
    outcome: Outcome | Literal["not sent"]
    model: CleanText
    cost: Cost
    content: CleanText = CleanText("")
    note: CleanText = CleanText("")
    """Why it failed, or was not sent."""


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """A batch: what it was estimated at, what it cost, what became of each prompt."""

    prompts: int
    answered: int
    max_cost_microusd: int
    estimate_low_microusd: int | None
    """Every prompt is answered by the first place asked."""
    estimate_high_microusd: int | None
    """Every place is paid for each prompt."""
    spent: Cost
    items: tuple[BatchItem, ...] = ()


# --- healing

HealKind = Literal["profile", "target"]


@dataclass(frozen=True, slots=True)
class HealAction:
    """Something that was changed, with what takes it back."""

    kind: HealKind
    before: str
    after: str
    reason: CleanText
    gateway: str
    """The gateway in use when it was changed: a profile is taken back where it was changed and nowhere else."""


@dataclass(frozen=True, slots=True)
class HealAnswer:
    """What ails the gateway and what was done; nothing when it is well."""

    verdict: Literal["ok", "degraded", "down", "unknown"]
    troubles: tuple[CleanText, ...]
    done: tuple[HealAction, ...] = ()
    in_force: tuple[HealAction, ...] = ()
    """All that was changed and not taken back yet, oldest first."""
    note: CleanText = CleanText("")


@dataclass(frozen=True, slots=True)
class HealRule:
    """How healing decides."""

    profile: ProfileName = "aggressive"
    """The resilience profile while something is broken."""
    calm_s: float = 60.0
    """How long the gateway must be well before all is taken back."""
