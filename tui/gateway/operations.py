"""The operations of a gateway, each once: commands, the palette and served tools all follow from this table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, get_args

from tui.domain import gateway_accounts as accounts
from tui.domain import gateway_answers as answers
from tui.domain import gateway_routing as routing
from tui.domain.completion import TaskType
from tui.domain.gateway import BudgetAction, ProfileName
from tui.domain.gateway_figures import Window
from tui.domain.operations import Operation, Parameter
from tui.gateway.contract import Gateway

__all__ = ["OPERATIONS", "OPERATION_BY_NAME", "Gateway", "Operation", "Parameter"]


def _choice(name: str, values: object, help_: str, documented: str, **more: Any) -> Parameter:
    return Parameter(name, "choice", help_, documented, choices=get_args(values), **more)


_COMBO = Parameter("combo", "str", "The chain's name.", "comboId", required=True)
_MODEL = Parameter("model", "str", "A combo's name, or provider/model.", "model", required=True)
_CHAIN_INSTEAD = Parameter("combo", "str", "A chain to use in place of the model.", "combo")

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "health",
        "health",
        "omniroute_get_health",
        ("read:health",),
        "Whether the gateway is well: breakers, credentials, rate limits, memory.",
        answers.HealthAnswer,
    ),
    Operation(
        "combos",
        "combos",
        "omniroute_list_combos",
        ("read:combos",),
        "All chains with strategy, steps and whether they are switched on.",
        answers.CombosAnswer,
        (Parameter("include_metrics", "bool", "Add each chain's figures.", "includeMetrics", default=False),),
    ),
    Operation(
        "combo-metrics",
        "combo_metrics",
        "omniroute_get_combo_metrics",
        ("read:combos",),
        "Requests, success, latency, cost and fallbacks of one chain.",
        answers.ComboMetricsAnswer,
        (_COMBO,),
    ),
    Operation(
        "switch",
        "switch",
        "omniroute_switch_combo",
        ("write:combos",),
        "Switch a chain on or off; nothing is routed through one that is off.",
        answers.SwitchAnswer,
        (
            _COMBO,
            Parameter("active", "bool", "true for on, false for off.", "active", required=True, label="switched on"),
            Parameter("force", "bool", "Also when nothing would be left to route through.", "force", default=False),
        ),
    ),
    Operation(
        "quota",
        "quota",
        "omniroute_check_quota",
        ("read:quota",),
        "What is left for each credential, and of the budget.",
        accounts.QuotaAnswer,
        (
            Parameter("provider", "str", "Only this provider.", "provider"),
            Parameter("credential", "str", "Only this credential; it is called as its provider.", "connectionId"),
        ),
    ),
    Operation(
        "route",
        "route",
        "omniroute_route_request",
        ("execute:completions",),
        "Send messages to a model or a chain and wait for the whole answer.",
        routing.RouteAnswer,
        (
            _MODEL,
            Parameter(
                "messages",
                "messages",
                "The conversation: as text, one message of yours or a JSON list of messages.",
                "messages",
                required=True,
            ),
            _CHAIN_INSTEAD,
            _choice("role", routing.Role, "What the answer is for; it steers a chain that chooses.", "role"),
            Parameter(
                "budget", "float", "The most this request may cost, in US dollars.", "budget", label="limit in $"
            ),
        ),
    ),
    Operation(
        "cost",
        "cost",
        "omniroute_cost_report",
        ("read:usage",),
        "What was spent, by provider and model, and how each figure was found.",
        accounts.CostAnswer,
        (
            _choice(
                "period", accounts.CostPeriod, "The session, or a calendar period (UTC).", "period", default="session"
            ),
        ),
    ),
    Operation(
        "models",
        "models",
        "omniroute_list_models_catalog",
        ("read:models",),
        "The models of all providers with window, abilities, price and whether they are open.",
        answers.ModelsAnswer,
        (
            Parameter("provider", "str", "Only this provider.", "provider"),
            _choice("capability", answers.Capability, "Only models known to have it.", "capability"),
            Parameter("refresh", "bool", "Ask the providers anew.", "refresh", default=False),
        ),
    ),
    Operation(
        "simulate",
        "simulate",
        "omniroute_simulate_route",
        ("read:health", "read:combos"),
        "Where a request would go now and at what cost, without sending it.",
        routing.SimulateAnswer,
        (
            _MODEL,
            Parameter("prompt_tokens", "int", "Tokens of the prompt.", "promptTokenEstimate", default=1_000),
            _CHAIN_INSTEAD,
        ),
    ),
    Operation(
        "budget",
        "budget",
        "omniroute_set_budget_guard",
        ("write:budget",),
        "Read or set the most that may be spent, and what happens beyond it.",
        accounts.BudgetAnswer,
        (
            Parameter(
                "max_cost",
                "float",
                "The limit in US dollars; without it nothing is set.",
                "maxCost",
                label="limit in $",
            ),
            _choice("action", BudgetAction, "What happens beyond the limit.", "action", label="beyond it"),
            _choice(
                "tier", Literal["cheap", "free"], "What takes over with degrade.", "degradeToTier", label="go on with"
            ),
            _choice(
                "period", accounts.BudgetScope, "What the limit is for.", "period", default="session", label="for each"
            ),
            Parameter("reset", "bool", "Go back to the limits of the configuration file.", "reset", default=False),
        ),
    ),
    Operation(
        "resilience",
        "resilience",
        "omniroute_set_resilience_profile",
        ("write:resilience",),
        "Read or set how soon another provider takes over.",
        answers.ResilienceAnswer,
        (_choice("profile", ProfileName, "Without it nothing is set.", "profile"),),
    ),
    Operation(
        "test",
        "test",
        "omniroute_test_combo",
        ("execute:completions", "read:combos"),
        "Make one real call to each step of a chain and compare.",
        routing.TestAnswer,
        (
            _COMBO,
            Parameter(
                "prompt", "str", "What to ask each of them.", "testPrompt", default="Answer with the word: ready"
            ),
        ),
    ),
    Operation(
        "provider",
        "provider",
        "omniroute_get_provider_metrics",
        ("read:health",),
        "How one provider did: success, latency, errors, breaker, quota.",
        accounts.ProviderAnswer,
        (
            Parameter("provider", "str", "The provider's name.", "provider", required=True),
            _choice("window", Window, "How far back.", "window", default="day"),
        ),
    ),
    Operation(
        "best",
        "best",
        "omniroute_best_combo_for_task",
        ("read:combos", "read:health"),
        "Which chain to use for a task within limits, and why.",
        routing.BestAnswer,
        (
            _choice("task", TaskType, "What it is for.", "taskType", required=True),
            Parameter(
                "cost_limit",
                "float",
                "The most a request may cost, in US dollars.",
                "budgetConstraint",
                label="limit in $",
            ),
            Parameter(
                "latency_limit",
                "float",
                "The longest it may take, in milliseconds.",
                "latencyConstraint",
                label="limit in ms",
            ),
        ),
    ),
    Operation(
        "explain",
        "explain",
        "omniroute_explain_route",
        ("read:health", "read:usage"),
        "Why a request went the way it did.",
        routing.ExplainAnswer,
        (Parameter("request_id", "str", "The request's id.", "requestId", required=True),),
    ),
    Operation(
        "session",
        "session",
        "omniroute_get_session_snapshot",
        ("read:usage",),
        "This session: requests, cost, tokens, busiest models, budget.",
        accounts.SessionAnswer,
    ),
)

OPERATION_BY_NAME: Mapping[str, Operation] = MappingProxyType({operation.name: operation for operation in OPERATIONS})
