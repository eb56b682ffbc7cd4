"""The gateway's facts: providers, models, chains, breakers, money and health."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NewType

from tui.domain.ids import ComboName, ProviderName
from tui.domain.money import Cost, CostSource, MicroUsd, Price
from tui.domain.text import CleanText

BreakerState = Literal["CLOSED", "OPEN", "HALF_OPEN", "DEGRADED", "UNKNOWN"]
"""A degraded breaker lets requests through though many fail; unknown is what a gateway does not tell."""
Strategy = Literal[
    "priority",
    "round-robin",
    "weighted",
    "random",
    "least-used",
    "cost-optimized",
    "latency-optimized",
    "auto",
]
ForeignStrategy = NewType("ForeignStrategy", str)
"""How another gateway says that it chooses."""
CredentialHealth = Literal["ok", "missing", "cooling", "expired", "credits_exhausted", "none", "unknown"]
"""`none`: the endpoint needs no key."""
BudgetAction = Literal["alert", "degrade", "block"]
BreakerOrder = Literal["trip", "probe", "reset", "hold", "release"]
"""What a person does to a breaker by hand; a held one never trips until it is released."""
ProfileName = Literal["aggressive", "balanced", "conservative"]
EMBEDDED = "embedded"
"""The name of the gateway inside this program."""
GatewayKind = Literal["omniroute", "litellm", "openrouter", "openai"]
"""What a gateway outside this program is; `openai` is any other endpoint, of which only its models are known."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model of a provider; None where nobody said."""

    id: str
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    price: Price | None = None
    tools: bool | None = None
    vision: bool | None = None
    audio: bool | None = None
    json_mode: bool | None = None
    """Whether answers can be held to JSON."""


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """An OpenAI-compatible endpoint. The key itself is never here: only where it is found."""

    name: ProviderName
    base_url: str
    api_key_env: str | None = None
    keyring: bool = False
    """The key lies in the system keyring under this provider's base URL."""
    models: tuple[ModelSpec, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["openai", "litellm", "scripted"] = "openai"
    """`litellm` speaks as `openai` does, and tells more of its models."""
    origin: str = "config"
    key_chosen: bool = False
    """A person named `api_key_env` for this very endpoint; else a well-known key goes to its own host only."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What of the headers came out of the environment, masked wherever it might be shown."""


@dataclass(frozen=True, slots=True)
class GatewaySpec:
    """A gateway outside this program. The keys themselves are never here: only where they are found."""

    name: str
    kind: GatewayKind
    url: str
    """Without a slash at its end; of an `openai` one up to and with its version, of all others without."""
    api_key_env: str | None = None
    keyring: bool = False
    """The key lies in the system keyring under this address."""
    key_chosen: bool = False
    admin_key_env: str | None = None
    """Names the key, or password, for management, where chats have one of their own."""
    headers: Mapping[str, str] = field(default_factory=dict)
    mcp_server: str = ""
    """The MCP server of the same gateway, heard as a second witness; empty: none."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What of the headers came out of the environment, masked wherever it might be shown."""

    @property
    def provider(self) -> ProviderSpec:
        """The gateway as the endpoint that chats are sent to."""
        return ProviderSpec(
            ProviderName(self.name),
            self.url if self.kind == "openai" else f"{self.url}/v1",
            api_key_env=self.api_key_env,
            keyring=self.keyring,
            headers=self.headers,
            kind="litellm" if self.kind == "litellm" else "openai",
            origin="gateway",
            key_chosen=self.key_chosen,
            secrets=self.secrets,
        )


@dataclass(frozen=True, slots=True)
class ComboSpec:
    """An ordered chain of `provider/model` steps."""

    name: ComboName
    steps: tuple[str, ...]
    strategy: Strategy | ForeignStrategy = "priority"
    enabled: bool = True
    weights: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetSpec:
    """Limits in micro-dollars; None is no limit."""

    turn_microusd: MicroUsd | None = None
    session_microusd: MicroUsd | None = None
    day_microusd: MicroUsd | None = None
    month_microusd: MicroUsd | None = None
    action: BudgetAction = "block"
    degrade_to: Literal["cheap", "free"] = "cheap"

    def at_most(self, cost: MicroUsd | None) -> "BudgetSpec":
        """Returns a budget that blocks beyond `cost`, for a turn and for the session, and widens no limit."""
        if cost is None:
            return self
        turn = cost if self.turn_microusd is None else min(cost, self.turn_microusd)
        session = cost if self.session_microusd is None else min(cost, self.session_microusd)
        return replace(self, turn_microusd=turn, session_microusd=session, action="block")


TRIPPED_BY_HAND = CleanText("tripped by hand")
"""Why a breaker is open that a person opened."""


@dataclass(frozen=True, slots=True)
class BreakerView:
    """A breaker as a person sees it."""

    state: BreakerState
    failures: int | None
    """Failures inside the window."""
    calls: int | None
    threshold: int | None
    opened_because: CleanText = CleanText("")
    seconds_to_probe: float | None = None
    probes_in_flight: int = 0
    held: bool = False
    """Set by hand never to trip."""


@dataclass(frozen=True, slots=True)
class BreakerMoved:
    """A breaker went from one state to another."""

    at: float
    """Wall clock."""
    old: BreakerState
    new: BreakerState
    reason: CleanText


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """One provider as it stands: breaker and what was measured on this side of the wire."""

    name: ProviderName
    breaker: BreakerView
    requests: int | None = 0
    errors: int | None = 0
    p50_ms: int | None = None
    p95_ms: int | None = None
    p99_ms: int | None = None
    last_error: CleanText = CleanText("")
    credential: CredentialHealth = "none"
    quota: CleanText | None = None
    """Remaining quota in words, from rate-limit headers; None when nobody told."""
    models: int | None = None
    """How many models are known."""
    models_listed_at: float | None = None
    """Wall clock of the provider's own list, to the second; None when it was never fetched."""
    breaker_orders: tuple[BreakerOrder, ...] = ()
    """What its gateway lets a person do to the breaker."""


@dataclass(frozen=True, slots=True)
class SpendView:
    """Money spent. Totals count known costs; `unknown_calls` says how many are missing from them."""

    session_microusd: int | None = 0
    today_microusd: int | None = 0
    reserved_microusd: int = 0
    limit_microusd: int | None = None
    action: BudgetAction = "block"
    unknown_calls: int = 0
    estimated_calls: int = 0
    source: CostSource | None = None
    """The least sure way in which a part of the session's sum was found; `unknown` when no call's cost is known."""
    per_minute_microusd: tuple[int, ...] = ()
    """Oldest first, one figure a minute, the last one is the running minute."""

    @property
    def session_cost(self) -> Cost:
        """The session's sum as a cost; unknown while no call's cost is known."""
        if self.session_microusd is None or self.source == "unknown":
            return Cost.unknown()
        return Cost(MicroUsd(self.session_microusd), self.source or "computed")


@dataclass(frozen=True, slots=True)
class LatencyView:
    """Latency measured by us over the last five minutes, in milliseconds."""

    p50_ms: int | None = None
    p95_ms: int | None = None
    p99_ms: int | None = None
    requests: int = 0
    errors: int = 0
    fallbacks: int = 0
    recent_ms: tuple[int, ...] = ()
    """Oldest first, the newest calls."""


@dataclass(frozen=True, slots=True)
class GatewaySnapshot:
    """All a panel needs, taken at one moment."""

    gateway: CleanText
    at: float
    """Wall clock."""
    verdict: Literal["ok", "degraded", "down", "unknown"] = "unknown"
    providers: tuple[ProviderHealth, ...] = ()
    combos: tuple[ComboSpec, ...] = ()
    spend: SpendView = field(default_factory=SpendView)
    latency: LatencyView = field(default_factory=LatencyView)
    unknown: tuple[str, ...] = ()
    """Figures this gateway does not tell, or could not be asked for."""
    notes: tuple[CleanText, ...] = ()
    """What a person should know of these figures, one sentence each: witnesses that disagree, an endpoint that is
    silent, what was measured here."""
