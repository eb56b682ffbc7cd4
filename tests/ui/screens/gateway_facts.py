"""Answers of a gateway worth looking at."""

from dataclasses import replace

from tests.ui.screens.facts import NOW
from tui.domain.completion import Usage
from tui.domain.gateway import BreakerMoved, BreakerView
from tui.domain.gateway_accounts import (
    BudgetAnswer,
    BudgetForecast,
    BudgetLine,
    CostAnswer,
    Credits,
    ModelCost,
    ProviderCost,
    QuotaAnswer,
    QuotaView,
    SpendStep,
)
from tui.domain.gateway_answers import (
    ComboMetricsAnswer,
    CombosAnswer,
    ComboStep,
    ComboView,
    HealthAnswer,
    ModelListState,
    ModelsAnswer,
    ModelView,
    ProviderShare,
    ProviderStanding,
    RateLimitView,
)
from tui.domain.gateway_figures import CallFigures, CostFigures, CostShare
from tui.domain.gateway_routing import (
    AttemptRecord,
    Candidate,
    ExplainAnswer,
    Factor,
    SimulateAnswer,
    SimulatedStep,
    StepTrial,
    TestAnswer,
)
from tui.domain.ids import ComboName, ProviderName, RequestId
from tui.domain.money import Cost, MicroUsd
from tui.domain.text import clean

GROQ, OPENAI, OPENROUTER = (ProviderName(name) for name in ("groq", "openai", "openrouter"))
MAIN = ComboName("main")


# --- health


def standing(name: ProviderName, moves: tuple[BreakerMoved, ...] | None = ()) -> ProviderStanding:
    return ProviderStanding(name, BreakerView("CLOSED", 0, 20, 6), "ok", moves=moves)


OPENED = BreakerMoved(NOW - 40, "CLOSED", "OPEN", clean("5 of 6 calls failed (503)"))
CLOSED = BreakerMoved(NOW - 300, "HALF_OPEN", "CLOSED", clean("the probe succeeded"))
HEALTH = HealthAnswer(
    clean("embedded"),
    "degraded",
    (),
    90.0,
    "0.1.0",
    None,
    (standing(GROQ), standing(OPENAI, (CLOSED,)), standing(OPENROUTER, (OPENED,))),
)
WITHOUT_MOVES = replace(HEALTH, providers=(standing(GROQ, None),))


# --- money


def figures(microusd: int | None, calls: int, *sources: str) -> CostFigures:
    shares = tuple(
        CostShare(source, 1 if source == "unknown" else calls, None if source == "unknown" else microusd)  # type: ignore[arg-type]
        for source in sources
    )
    return CostFigures(microusd, calls, calls, 12_300, 4_100, shares)


BUDGET = BudgetAnswer(
    "block",
    "cheap",
    "near",
    (
        BudgetLine("session", 5_000_000, 4_100_000, 12_000, 888_000),
        BudgetLine("day", None, 4_500_000, 0, None),
        BudgetLine("month", 60_000_000, 31_000_000, 0, 29_000_000),
    ),
    unknown_calls=1,
)
COST = CostAnswer(
    "session",
    None,
    figures(4_100_000, 41, "reported", "unknown"),
    (ProviderCost(GROQ, figures(4_000_000, 38, "reported")), ProviderCost(OPENAI, figures(100_000, 3, "estimated"))),
    (
        ModelCost(GROQ, "llama-3.3-70b", figures(4_000_000, 38, "reported")),
        ModelCost(OPENAI, "gpt-5-mini", figures(100_000, 3, "estimated", "unknown")),
    ),
    BUDGET,
    step_s=300.0,
    over_time=tuple(SpendStep(NOW - 3_600 + number * 300, 100_000 * number) for number in range(12) if number != 5),
    forecasts=(
        BudgetForecast("session", 5_000_000, 3_600.0, 450_000, NOW + 7_200, None),
        BudgetForecast("month", 60_000_000, 604_800.0, 9_000, None, 33_000_000),
    ),
)
NOT_TOLD_WHEN = replace(COST, step_s=None, over_time=(), forecasts=())


# --- combos


def step(name: str, reason: str = "", weight: int | None = None) -> ComboStep:
    provider, _, model = name.partition("/")
    return ComboStep(clean(name), ProviderName(provider), model, not reason, clean(reason), weight)


COMBOS = CombosAnswer(
    (
        ComboView(
            MAIN,
            "priority",
            (
                step("groq/llama-3.3-70b"),
                step("openai/gpt-5-mini"),
                step("openrouter/auto", "its breaker is open (503)"),
            ),
            True,
        ),
        ComboView(ComboName("turns"), "weighted", (step("groq/a", weight=3), step("openai/b", weight=1)), True),
        ComboView(ComboName("off"), "priority", (step("mistral/large", "no key"),), False),
    )
)
METRICS = ComboMetricsAnswer(
    MAIN,
    CallFigures(41, 35, 4, 2, 3, 420, 400, 1_200, 3_000, figures(23_100, 44, "reported", "unknown")),
    (ProviderShare(GROQ, CallFigures(38, 35, 3, p50_ms=400, p95_ms=810, cost=figures(20_000, 38, "reported"))),),
    NOW - 86_400,
)
WITH_METRICS = CombosAnswer((replace(COMBOS.combos[0], metrics=METRICS), *COMBOS.combos[1:]))
GOOD = StepTrial(GROQ, "llama-3.3-70b", True, 412, 98, Cost(MicroUsd(40), "computed"), Usage())
BAD = StepTrial(OPENAI, "gpt-5-mini", False, None, None, Cost.unknown(), Usage(), clean("503 overloaded"))
TRIED = TestAnswer(MAIN, (GOOD, BAD), clean("groq/llama-3.3-70b"))


# --- models


def model(provider: ProviderName, id: str, price: tuple[float, float] | None, **more) -> ModelView:
    abilities = {"tools": True, "vision": False, "audio": None, **more}
    into, out = price or (None, None)
    return ModelView(
        provider=provider,
        id=id,
        context_tokens=131_072,
        max_output_tokens=8_192,
        input_usd_per_million=into,
        output_usd_per_million=out,
        price_source=None if price is None else "configured",
        open=abilities.pop("open", True),
        reason=clean(abilities.pop("reason", "")),
        age_s=65.0,
        **abilities,
    )


MODELS = ModelsAnswer(
    (
        model(OPENAI, "gpt-5", (1.25, 10.0), vision=True),
        model(OPENROUTER, "mystery", None, tools=None),
        model(GROQ, "llama-3.3-70b", (0.59, 0.79)),
        model(GROQ, "tiny-free", (0.0, 0.0), tools=False),
        model(OPENAI, "gpt-5-mini", (0.25, 2.0), open=False, reason="its breaker is open"),
    ),
    (ModelListState(GROQ, 24, 65.0), ModelListState(OPENROUTER, 0, None, clean("503 overloaded"))),
    clean("groq/tiny-free"),
)


# --- ways

SIMULATED = SimulateAnswer(
    "main",
    MAIN,
    "auto",
    1_000,
    500,
    (
        SimulatedStep(
            GROQ,
            "llama-3.3-70b",
            0.9,
            600,
            "CLOSED",
            "ok",
            True,
            clean("best score: 0.82"),
            0.8,
            0.82,
            (Factor("health", 0.97, 0.3, clean("40 of 41 calls succeeded")),),
            1.0,
            41,
            120,
        ),
        SimulatedStep(OPENAI, "gpt-5-mini", 0.08, 1_200, "HALF_OPEN", "ok", True, reached=0.1, measured_calls=12),
    ),
    (SimulatedStep(OPENROUTER, "auto", None, None, "OPEN", "ok", False, clean("its breaker is open")),),
    600,
    1_800,
    assumption=clean("Each place succeeds as often as of late."),
)
UNMEASURED = replace(
    SIMULATED,
    path=(SimulatedStep(GROQ, "new", None, None, "CLOSED", "ok", True),),
    best_case_microusd=None,
    worst_case_microusd=None,
    unknown=("probability", "cost"),
)
EXPLAINED = ExplainAnswer(
    RequestId("request_7"),
    "main",
    MAIN,
    "priority",
    OPENAI,
    "gpt-5-mini",
    (
        Candidate(clean("openai/gpt-5-mini"), True, score=0.7),
        Candidate(clean("openrouter/auto"), False, clean("its breaker is open")),
    ),
    (
        AttemptRecord(clean("groq/llama-3.3-70b"), "failed", clean("overloaded"), 503, 600, None, Cost.unknown()),
        AttemptRecord(
            clean("openai/gpt-5-mini"), "complete", clean(""), 200, 1_400, 310, Cost(MicroUsd(600), "reported")
        ),
    ),
    ((GROQ, clean("503")),),
    Cost(MicroUsd(600), "reported"),
    2_000,
    clean("groq failed (503), so openai took over."),
    at=NOW - 60,
)
REFUSED = replace(
    EXPLAINED,
    request_id=RequestId("request_6"),
    provider=None,
    model=None,
    attempts=(),
    refused=clean("The session's budget would be passed."),
    cost=Cost.unknown(),
)


# --- quota

QUOTA = QuotaAnswer(
    (
        QuotaView(
            GROQ,
            clean("$GROQ_API_KEY"),
            "ok",
            rate_limit=RateLimitView(940, 12_400, 1_000, 20_000, 41.0, 3.0, clean("x-ratelimit")),
            unknown=("credits",),
        ),
        QuotaView(
            OPENROUTER, clean("keyring"), "ok", credits=Credits(3_180_000, 6_820_000, 10_000_000, 12.0, clean("/key"))
        ),
        QuotaView(OPENAI, clean("$OPENAI_API_KEY"), "missing", clean("no key"), unknown=("rate_limit", "credits")),
    ),
    BUDGET,
)
ANSWERS = {
    "health": HEALTH,
    "cost": COST,
    "combos": WITH_METRICS,
    "models": MODELS,
    "simulate": SIMULATED,
    "quota": QUOTA,
}
