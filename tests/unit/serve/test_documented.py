"""The documented answers: every field there, every unknown figure null and named, nothing made up."""

from typing import Any

import pytest

from tests.fakes.clock import FakeClock
from tui.domain.gateway import BreakerView
from tui.domain.gateway_accounts import (
    BudgetAnswer,
    BudgetLine,
    CostAnswer,
    Credits,
    ProviderAnswer,
    QuotaAnswer,
    QuotaView,
    SessionAnswer,
)
from tui.domain.gateway_answers import (
    ComboMetricsAnswer,
    CombosAnswer,
    ComboStep,
    ComboView,
    HealthAnswer,
    ModelsAnswer,
    ModelView,
    ProviderStanding,
    RateLimitView,
)
from tui.domain.gateway_figures import CallFigures, CostFigures, CostShare
from tui.domain.gateway_routing import BestAnswer
from tui.domain.ids import ComboName, ProviderName
from tui.domain.text import CleanText
from tui.gateway.operations import OPERATIONS
from tui.serve.documented.forms import forms
from tui.serve.schemas import schema_of

FORMS = forms(FakeClock())
GROQ = ProviderName("groq")
NOBODY_TELLS = BreakerView("UNKNOWN", None, None, None)
OPEN = BreakerView("OPEN", 5, 9, 5)
NO_BUDGET = BudgetAnswer("block", "cheap", "unlimited", (BudgetLine("session", None, 12, 0, None),))
BUDGET = BudgetAnswer("degrade", "cheap", "near", (BudgetLine("session", 1_000_000, 900_000, 0, 100_000),))
UNPRICED = CostFigures(0, 3, 3, 10, 20, (CostShare("unknown", 3, None),))
QUOTA = QuotaView(GROQ, CleanText("GROQ_API_KEY"), "ok")

DOCUMENTED = {
    "health": "uptime version memoryUsage circuitBreakers[].provider circuitBreakers[].state "
    "circuitBreakers[].failureCount circuitBreakers[].lastFailure rateLimits[] cacheStats",
    "combos": "combos[].id combos[].name combos[].models[] combos[].strategy combos[].enabled combos[].metrics",
    "combo-metrics": "requests successRate avgLatency costTotal fallbackCount byProvider[]",
    "switch": "success combo.id combo.name combo.enabled",
    "quota": "providers[].name providers[].provider providers[].quotaUsed providers[].quotaTotal "
    "providers[].percentRemaining providers[].resetAt providers[].tokenStatus",
    "route": "response.content response.model response.tokens.prompt response.tokens.completion routing.provider "
    "routing.combo routing.fallbacksTriggered routing.cost routing.latencyMs routing.routingExplanation",
    "cost": "period totalCost requestCount tokenCount byProvider[] byModel[] budget",
    "models": "models[].id models[].provider models[].capabilities models[].status "
    "models[].pricing.inputPerMillion models[].pricing.outputPerMillion",
    "simulate": "simulatedPath[].provider simulatedPath[].model simulatedPath[].probability "
    "simulatedPath[].estimatedCost simulatedPath[].healthStatus simulatedPath[].quotaAvailable "
    "fallbackTree.primary fallbackTree.fallbacks fallbackTree.worstCaseCost fallbackTree.bestCaseCost",
    "budget": "budgetTotal budgetSpent budgetRemaining action status",
    "resilience": "applied profile settings.circuitBreakerThreshold settings.retryCount settings.timeoutMs "
    "settings.fallbackDepth",
    "test": "results[].provider results[].model results[].success results[].latencyMs results[].cost "
    "results[].tokenCount results[].error summary.totalProviders summary.successful summary.fastestProvider "
    "summary.cheapestProvider",
    "provider": "successRate requestCount avgLatencyMs p50LatencyMs p95LatencyMs p99LatencyMs errorRate lastError "
    "circuitBreakerState quotaInfo",
    "best": "recommendedCombo.id recommendedCombo.name recommendedCombo.reason alternatives[].id "
    "alternatives[].name alternatives[].tradeoff freeAlternative",
    "explain": "decision.comboUsed decision.providerSelected decision.modelUsed decision.score "
    "decision.factors[].name decision.factors[].value decision.factors[].weight "
    "decision.fallbacksTriggered[].provider decision.fallbacksTriggered[].reason decision.costActual "
    "decision.latencyActual",
    "session": "sessionStart duration requestCount costTotal tokenCount topModels[] topProviders[] errors fallbacks "
    "budgetGuard.active budgetGuard.remaining budgetGuard.action",
}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_documented_field_and_every_own_one_is_promised(operation: Any) -> None:
    schema = FORMS[operation.name].schema(operation)
    for path in DOCUMENTED[operation.name].split():
        place = schema
        for step in path.split("."):
            assert step.removesuffix("[]") in place["required"], path
            place = place["properties"][step.removesuffix("[]")]
            place = place["items"] if step.endswith("[]") else place
    assert set(schema_of(operation.result)["properties"]) <= set(schema["properties"])


def health(*standings: ProviderStanding) -> dict[str, Any]:
    answer = HealthAnswer(CleanText("embedded"), "unknown", (), None, None, None, standings)
    return FORMS["health"].answer(answer)


def test_a_breaker_nobody_tells_of_is_null_and_named_never_closed() -> None:
    said = health(ProviderStanding(GROQ, NOBODY_TELLS, "unknown"))
    assert said["circuitBreakers"] == [{"provider": "groq", "state": None, "failureCount": None, "lastFailure": None}]
    assert {"circuitBreakers[].state", "circuitBreakers[].failureCount", "uptime", "version"} <= set(said["unknown"])
    assert "circuitBreakers[].lastFailure" not in said["unknown"], "that it never failed is no unknown figure"


def test_an_open_breaker_reads_as_agents_look_for_it() -> None:
    said = health(ProviderStanding(GROQ, OPEN, "ok", last_error=CleanText("502"), last_error_at=1_795_000_000.0))
    [breaker] = said["circuitBreakers"]
    assert (breaker["state"], breaker["failureCount"]) == ("OPEN", 5)
    assert breaker["lastFailure"] == "2026-11-18T11:06:40+00:00"


def test_a_rate_limit_is_told_without_guessing_its_span() -> None:
    limit = RateLimitView(remaining_requests=10, limit_requests=30)
    said = health(ProviderStanding(GROQ, OPEN, "cooling", rate_limit=limit))
    assert said["rateLimits"] == [{"provider": "groq", "isLimited": True, "rpm": None, "currentUsage": 20}]
    assert "rateLimits[].rpm" in said["unknown"]


def test_calls_of_unknown_cost_make_no_cost_of_nothing() -> None:
    answer = ComboMetricsAnswer(ComboName("main"), CallFigures(requests=3, cost=UNPRICED))
    said = FORMS["combo-metrics"].answer(answer)
    assert (said["costTotal"], said["requests"], said["avgLatency"], said["successRate"]) == (None, 3, None, None)
    assert {"costTotal", "avgLatency", "successRate"} <= set(said["unknown"])


def test_a_chain_keeps_our_steps_beside_the_documented_models() -> None:
    step = ComboStep(CleanText("groq/llama"), GROQ, "llama", True)
    view = ComboView(ComboName("main"), "priority", (step,), True)
    [combo] = FORMS["combos"].answer(CombosAnswer((view,)))["combos"]
    assert (combo["id"], combo["models"]) == ("main", [{"provider": "groq", "model": "llama", "priority": 1}])
    assert combo["steps"][0]["step"] == "groq/llama"
    assert combo["metrics"] is None


def test_a_model_without_a_price_has_no_pricing() -> None:
    def view(price: float | None) -> ModelView:
        return ModelView(GROQ, "llama", 8_192, None, True, None, False, price, price, None, True)

    said = FORMS["models"].answer(ModelsAnswer((view(None), view(0.5)), ()))
    first, second = said["models"]
    assert (first["pricing"], first["status"], first["capabilities"]) == (None, "available", ["chat", "tools"])
    assert second["pricing"] == {"inputPerMillion": 0.5, "outputPerMillion": 0.5}
    assert "models[].pricing" in said["unknown"]


def test_a_quota_is_counted_in_dollars_or_requests_and_says_which() -> None:
    account = QuotaView(GROQ, CleanText("k"), "ok", credits=Credits(2_000_000, 3_000_000, 5_000_000))
    limit = RateLimitView(remaining_requests=25, limit_requests=100, reset_in_s=60)
    minute = QuotaView(GROQ, CleanText("k"), "expired", rate_limit=limit)
    said = FORMS["quota"].answer(QuotaAnswer((account, minute, QUOTA), NO_BUDGET))
    dollars, requests, unknown = said["providers"]
    assert (dollars["quotaUsed"], dollars["quotaTotal"], dollars["quotaUnit"]) == (3.0, 5.0, "usd")
    assert (dollars["percentRemaining"], dollars["tokenStatus"]) == (40.0, "valid")
    assert (requests["quotaUsed"], requests["quotaTotal"], requests["tokenStatus"]) == (75, 100, "expired")
    assert requests["resetAt"] == "2026-11-18T11:07:40+00:00"
    assert (unknown["quotaUsed"], unknown["quotaTotal"], unknown["percentRemaining"]) == (None, None, None)
    assert "providers[].quotaUsed" in said["unknown"]


def session(budget: BudgetAnswer) -> dict[str, Any]:
    return FORMS["session"].answer(SessionAnswer("s", 0.0, 61.4, CallFigures(cost=UNPRICED), (), (), budget))


def test_a_guard_stands_only_where_there_is_a_limit() -> None:
    assert session(NO_BUDGET)["budgetGuard"] is None
    assert session(BUDGET)["budgetGuard"] == {"active": True, "remaining": 0.1, "action": "degrade"}
    assert session(BUDGET)["duration"] == "61s"


def test_a_budget_is_told_in_documented_words() -> None:
    said = FORMS["budget"].answer(BUDGET)
    assert (said["budgetTotal"], said["budgetSpent"], said["budgetRemaining"]) == (1.0, 0.9, 0.1)
    assert (said["action"], said["status"]) == ("degrade", "warning")
    said = FORMS["budget"].answer(NO_BUDGET)
    assert (said["budgetTotal"], said["status"], said["unknown"]) == (None, "unlimited", [])


def test_a_cost_report_names_the_limit_of_its_period() -> None:
    lines = (BudgetLine("day", 5_000_000, 0, 0, 5_000_000), BudgetLine("session", 1_000_000, 0, 0, 400_000))
    budget = BudgetAnswer("block", "cheap", "ok", lines)
    for period, expected in (("day", (5.0, 5.0)), ("session", (1.0, 0.4)), ("week", (1.0, 0.4))):
        said = FORMS["cost"].answer(CostAnswer(period, None, CostFigures(), (), (), budget))  # type: ignore[arg-type]
        assert (said["budget"]["limit"], said["budget"]["remaining"]) == expected
        assert said["totalCost"] == 0


def test_a_provider_without_calls_has_no_latencies() -> None:
    answer = ProviderAnswer(GROQ, "day", CallFigures(), {}, NOBODY_TELLS, QUOTA)
    said = FORMS["provider"].answer(answer)
    assert (said["requestCount"], said["p95LatencyMs"], said["circuitBreakerState"]) == (0, None, None)
    assert {"p95LatencyMs", "circuitBreakerState", "quotaInfo.used"} <= set(said["unknown"])
    assert said["lastError"] is None


def test_where_no_chain_keeps_the_limits_none_is_recommended() -> None:
    said = FORMS["best"].answer(BestAnswer("coding", None, CleanText("too dear")))
    assert (said["recommendedCombo"], said["freeAlternative"], said["unknown"]) == (None, None, [])
