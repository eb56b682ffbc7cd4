"""Ways of requests, as documented: one sent, one simulated, a trial, a recommendation, an explanation."""

from dataclasses import dataclass

from tui.domain.gateway_routing import (
    BestAnswer,
    Candidate,
    ExplainAnswer,
    Recommendation,
    RouteAnswer,
    SimulateAnswer,
    SimulatedStep,
    StepTrial,
    TestAnswer,
)
from tui.serve.documented.figures import Tokens, absent, breaker_state, percent, usd

# --- a request


@dataclass(frozen=True, slots=True)
class Response:
    """What was answered."""

    content: str
    tokens: Tokens
    model: str | None = absent()


@dataclass(frozen=True, slots=True)
class Routing:
    """Which way it went; the cost is US dollars."""

    fallbacksTriggered: int
    cost: float | None
    latencyMs: int
    routingExplanation: str
    provider: str | None = absent()
    combo: str | None = absent()


@dataclass(frozen=True, slots=True)
class Route:
    """`omniroute_route_request`."""

    response: Response
    routing: Routing


def route(answer: RouteAnswer) -> Route:
    """Returns it as documented."""
    usage = answer.usage
    return Route(
        Response(answer.content, Tokens(usage.input_tokens, usage.output_tokens), answer.model),
        Routing(
            fallbacksTriggered=len(answer.fallbacks),
            cost=usd(answer.cost.microusd),
            latencyMs=answer.latency_ms,
            routingExplanation=answer.explanation,
            provider=answer.provider,
            combo=answer.combo,
        ),
    )


# --- a simulated one


@dataclass(frozen=True, slots=True)
class SimulatedPlace:
    """A place that would be tried."""

    provider: str
    model: str
    probability: float | None
    estimatedCost: float | None
    healthStatus: str | None
    quotaAvailable: float | None
    """Percent."""


@dataclass(frozen=True, slots=True)
class FallbackTree:
    """The places in order, with the cost of the best and of the worst case in US dollars."""

    fallbacks: tuple[str, ...]
    worstCaseCost: float | None
    bestCaseCost: float | None
    primary: str | None = absent()


@dataclass(frozen=True, slots=True)
class Simulation:
    """`omniroute_simulate_route`."""

    simulatedPath: tuple[SimulatedPlace, ...]
    fallbackTree: FallbackTree


def simulate(answer: SimulateAnswer) -> Simulation:
    """Returns it as documented."""
    names = tuple(f"{step.provider}/{step.model}" for step in answer.path)
    tree = FallbackTree(
        fallbacks=names[1:],
        worstCaseCost=usd(answer.worst_case_microusd),
        bestCaseCost=usd(answer.best_case_microusd),
        primary=names[0] if names else None,
    )
    return Simulation(tuple(_place(step) for step in answer.path), tree)


def _place(step: SimulatedStep) -> SimulatedPlace:
    return SimulatedPlace(
        provider=step.provider,
        model=step.model,
        probability=step.probability,
        estimatedCost=usd(step.cost_microusd),
        healthStatus=breaker_state(step.breaker),
        quotaAvailable=percent(step.quota_left),
    )


# --- a trial


@dataclass(frozen=True, slots=True)
class Trial:
    """One call to one place; the cost is US dollars."""

    provider: str
    model: str
    success: bool
    latencyMs: int | None
    cost: float | None
    tokenCount: int | None
    error: str | None = absent()


@dataclass(frozen=True, slots=True)
class TrialSummary:
    """The trials in short; places are called `provider/model`."""

    totalProviders: int
    successful: int
    fastestProvider: str | None = absent()
    cheapestProvider: str | None = absent()


@dataclass(frozen=True, slots=True)
class Trials:
    """`omniroute_test_combo`."""

    results: tuple[Trial, ...]
    summary: TrialSummary


def test(answer: TestAnswer) -> Trials:
    """Returns it as documented."""
    good = sum(trial.success for trial in answer.trials)
    summary = TrialSummary(len(answer.trials), good, answer.fastest or None, answer.cheapest or None)
    return Trials(tuple(_trial(trial) for trial in answer.trials), summary)


def _trial(trial: StepTrial) -> Trial:
    parts = (trial.usage.input_tokens, trial.usage.output_tokens)
    known = [part for part in parts if part is not None]
    return Trial(
        provider=trial.provider,
        model=trial.model,
        success=trial.success,
        latencyMs=trial.latency_ms,
        cost=usd(trial.cost.microusd),
        tokenCount=sum(known) if known else None,
        error=trial.error or None,
    )


# --- a recommendation


@dataclass(frozen=True, slots=True)
class Recommended:
    """The chain to use."""

    id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another chain, and what it trades."""

    id: str
    name: str
    tradeoff: str


@dataclass(frozen=True, slots=True)
class Free:
    """A chain that costs nothing."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Best:
    """`omniroute_best_combo_for_task`."""

    alternatives: tuple[Alternative, ...]
    recommendedCombo: Recommended | None = absent()
    freeAlternative: Free | None = absent()


def best(answer: BestAnswer) -> Best:
    """Returns it as documented."""
    first, free = answer.recommended, answer.free
    return Best(
        alternatives=tuple(_alternative(one) for one in answer.alternatives),
        recommendedCombo=Recommended(first.combo, first.combo, first.reason) if first else None,
        freeAlternative=Free(free.combo, free.combo) if free else None,
    )


def _alternative(one: Recommendation) -> Alternative:
    return Alternative(one.combo, one.combo, one.reason)


# --- an explanation


@dataclass(frozen=True, slots=True)
class Factor:
    """One figure of a score."""

    name: str
    value: float | None
    weight: float
    contribution: float | None


@dataclass(frozen=True, slots=True)
class Fallback:
    """A provider that was left behind."""

    provider: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a request went and why; the cost is US dollars, the latency milliseconds."""

    factors: tuple[Factor, ...]
    fallbacksTriggered: tuple[Fallback, ...]
    costActual: float | None
    latencyActual: int | None
    comboUsed: str | None = absent()
    providerSelected: str | None = absent()
    modelUsed: str | None = absent()
    score: float | None = absent()
    """Only chains that choose by score have one."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """`omniroute_explain_route`."""

    requestId: str
    decision: Decision


def explain(answer: ExplainAnswer) -> Explanation:
    """Returns it as documented."""
    taken = next((one for one in answer.candidates if one.taken), None)
    return Explanation(
        answer.request_id,
        Decision(
            factors=_factors(taken),
            fallbacksTriggered=tuple(Fallback(name, reason) for name, reason in answer.fallbacks),
            costActual=usd(answer.cost.microusd),
            latencyActual=answer.latency_ms,
            comboUsed=answer.combo,
            providerSelected=answer.provider,
            modelUsed=answer.model,
            score=taken.score if taken else None,
        ),
    )


def _factors(taken: Candidate | None) -> tuple[Factor, ...]:
    return tuple(
        Factor(one.name, one.value, one.weight, None if one.value is None else one.value * one.weight)
        for one in (taken.factors if taken else ())
    )
