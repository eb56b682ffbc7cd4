"""What a call of the gateway may cost at most, worked out by the gateway's own simulation before anything is sent."""

from collections.abc import Iterable, Mapping
from typing import Any

from tui.domain.gateway_routing import SimulateAnswer
from tui.domain.messages import Json
from tui.domain.tokens import estimate_tokens
from tui.engine import Engine
from tui.serve.targets import known_target
from tui.serve.tool import Estimate

ROOM_TOKENS = 200
"""For the words that a role puts in front of a conversation."""
MESSAGE_TOKENS = 4
TRIAL_MICROUSD = 50_000
"""The gateway makes no trial that might cost more."""


def route_estimate(engine: Engine) -> Estimate:
    """Returns the estimate of a routed request: every place is paid for, or its own `budget` where that is less."""

    async def estimate(arguments: Mapping[str, Json]) -> int | None:
        texts = (_words(message.get("content")) for message in arguments["messages"])
        size = ROOM_TOKENS + sum(MESSAGE_TOKENS + estimate_tokens(text) for text in texts)
        found = await _simulated(engine, arguments["model"], arguments.get("combo"), size)
        worst = found.worst_case_microusd if found.path else 0
        budget = arguments.get("budget")
        return worst if worst is None or budget is None else min(worst, round(1_000_000 * budget))

    return estimate


def trial_estimate(engine: Engine) -> Estimate:
    """Returns the estimate of a chain's trial: each place, up to what the gateway lets a trial cost."""

    async def estimate(arguments: Mapping[str, Json]) -> int | None:
        size = ROOM_TOKENS + estimate_tokens(arguments.get("testPrompt", ""))
        found = await _simulated(engine, arguments["comboId"], None, size)
        return _sum(step.cost_microusd for step in (*found.path, *found.left_out))

    return estimate


async def _simulated(engine: Engine, model: str, combo: str | None, tokens: int) -> SimulateAnswer:
    asked: dict[str, Any] = {"model": await known_target(engine, model), "prompt_tokens": tokens, "combo": combo}
    answer = await engine.gateway.operate("simulate", asked)
    assert isinstance(answer, SimulateAnswer)
    return answer


def _sum(costs: Iterable[int | None]) -> int | None:
    known = list(costs)
    return None if None in known else sum(min(cost, TRIAL_MICROUSD) for cost in known if cost is not None)


def _words(content: Json) -> str:
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)
