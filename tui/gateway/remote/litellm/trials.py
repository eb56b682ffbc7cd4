"""One small real call to each deployment of a chain, sent by its id, measured and priced here."""

import asyncio
from collections.abc import Callable, Sequence

from tui.domain.completion import Usage
from tui.domain.errors import McpTuiError, UsageError
from tui.domain.gateway_routing import RouteAnswer, StepTrial, TestAnswer
from tui.domain.ids import ComboName
from tui.domain.messages import user_text
from tui.domain.money import Cost, MicroUsd, total_cost
from tui.domain.text import CleanText, clean, clean_line
from tui.gateway.embedded.routing.benchmark import AT_ONCE, MAX_PROMPT_CHARS
from tui.gateway.remote.adapter import Surroundings
from tui.gateway.upstream.litellm import Deployment

MOST_USD = 0.05
"""A trial that might cost more is not made."""


async def compare(
    combo: ComboName,
    deployments: Sequence[Deployment],
    prompt: str,
    around: Surroundings,
    on_trial: Callable[[StepTrial], None] | None,
) -> TestAnswer:
    """Returns how each deployment answered; `on_trial` is told each as it ends. Raises UsageError for the prompt."""
    if not prompt.strip() or len(prompt) > MAX_PROMPT_CHARS:
        raise UsageError("The prompt does not fit a trial.", f"Give 1 to {MAX_PROMPT_CHARS} characters.")
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(deployment: Deployment) -> StepTrial:
        async with gate:
            trial = await _trial(deployment, prompt, around)
        if on_trial:
            on_trial(trial)
        return trial

    trials = await asyncio.gather(*map(one, deployments))
    good = [trial for trial in trials if trial.success]
    priced = [trial for trial in good if trial.cost.microusd is not None]
    return TestAnswer(
        combo=combo,
        trials=tuple(trials),
        fastest=_name(min(good, key=lambda trial: trial.latency_ms or 0, default=None)),
        cheapest=_name(min(priced, key=lambda trial: trial.cost.microusd or 0, default=None)),
        cost=total_cost(trial.cost for trial in trials),
    )


async def _trial(deployment: Deployment, prompt: str, around: Surroundings) -> StepTrial:
    target = f"{around.provider}/{deployment.id or deployment.group}"
    try:
        answer = await around.here.route(target, (user_text(clean(prompt)),), budget=MOST_USD)
    except McpTuiError as error:
        nothing = Cost(MicroUsd(0), "computed")
        return StepTrial(deployment.provider, deployment.model, False, None, None, nothing, Usage(), error.message)
    return StepTrial(
        provider=deployment.provider,
        model=deployment.model,
        success=answer.outcome == "complete",
        latency_ms=answer.latency_ms,
        first_token_ms=None,
        cost=_cost(answer, deployment),
        usage=answer.usage,
        error=answer.reason,
        text=clean_line(answer.content, 200),
    )


def _cost(answer: RouteAnswer, deployment: Deployment) -> Cost:
    """What it cost by the proxy's own word, else by this deployment's price."""
    usage, price = answer.usage, deployment.spec.price
    if answer.cost.microusd is not None or price is None:
        return answer.cost
    if usage.input_tokens is None or usage.output_tokens is None:
        return answer.cost
    return Cost(price.of(usage.input_tokens, usage.output_tokens, usage.cached_tokens or 0), "computed")


def _name(trial: StepTrial | None) -> CleanText:
    return clean_line(f"{trial.provider}/{trial.model}") if trial else CleanText("")
