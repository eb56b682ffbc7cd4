"""Tries every place of a chain with one small real call each, at once, within bounds of time, tokens and money."""

import asyncio
from collections.abc import Callable, Sequence

from tui.domain.completion import ChatRequest, Usage
from tui.domain.errors import UsageError
from tui.domain.gateway import ComboSpec
from tui.domain.gateway_routing import StepTrial, TestAnswer
from tui.domain.ids import ProviderName
from tui.domain.messages import user_text
from tui.domain.money import Cost, MicroUsd, total_cost
from tui.domain.text import CleanText, clean, clean_line
from tui.gateway.embedded.providers.catalog import Catalog
from tui.gateway.embedded.requests.sending import Sender

MAX_PROMPT_CHARS = 500
MAX_OUTPUT_TOKENS = 256
"""Room for a model that thinks before it says a word."""
MAX_COST_MICROUSD = MicroUsd(50_000)
"""A trial that might cost more than five cents is not made."""
TRIAL_S = 30.0
AT_ONCE = 8


async def benchmark(
    combo: ComboSpec,
    prompt: str,
    catalog: Catalog,
    sender: Sender,
    on_trial: Callable[[StepTrial], None] | None = None,
) -> TestAnswer:
    """Returns how each place answered; `on_trial` is told each as it ends.

    Raises UsageError for a prompt that is empty or too long.
    """
    if not prompt.strip() or len(prompt) > MAX_PROMPT_CHARS:
        raise UsageError("The prompt does not fit a trial.", f"Give 1 to {MAX_PROMPT_CHARS} characters.")
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(step: str) -> StepTrial:
        async with gate:
            trial = await _trial(step, prompt, catalog, sender)
        if on_trial:
            on_trial(trial)
        return trial

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(step)) for step in dict.fromkeys(combo.steps)]
    trials = [task.result() for task in tasks]
    good = [trial for trial in trials if trial.success]
    return TestAnswer(
        combo=combo.name,
        trials=tuple(trials),
        fastest=_name(min(good, key=lambda one: one.latency_ms or 0, default=None)),
        cheapest=_name(_cheapest(good)),
        cost=total_cost(trial.cost for trial in trials),
    )


async def _trial(name: str, prompt: str, catalog: Catalog, sender: Sender) -> StepTrial:
    provider, _, model = name.partition("/")
    if catalog.step(name) is None:
        return _not_made(provider, model, f"no provider is called {provider!r}")
    request = ChatRequest(
        name,
        (user_text(clean(prompt)),),
        max_output_tokens=MAX_OUTPUT_TOKENS,
        timeout_s=TRIAL_S,
        max_cost_microusd=MAX_COST_MICROUSD,
    )
    answered = await sender.ask(request, detours=False)
    end = answered.end
    if not answered.attempts:
        return _not_made(provider, model, end.reason)
    attempt = answered.attempts[-1]
    return StepTrial(
        provider=ProviderName(provider),
        model=model,
        success=end.outcome == "complete",
        latency_ms=attempt.latency_ms,
        first_token_ms=attempt.first_token_ms,
        cost=attempt.cost,
        usage=attempt.usage,
        error=end.reason,
        text=clean_line(end.text, 200),
    )


def _not_made(provider: str, model: str, why: str) -> StepTrial:
    nothing = Cost(MicroUsd(0), "computed")
    return StepTrial(ProviderName(provider), model, False, None, None, nothing, Usage(), clean_line(why))


def _cheapest(trials: Sequence[StepTrial]) -> StepTrial | None:
    priced = [(trial.cost.microusd, place) for place, trial in enumerate(trials) if trial.cost.microusd is not None]
    return trials[min(priced)[1]] if priced else None


def _name(trial: StepTrial | None) -> CleanText:
    return clean_line(f"{trial.provider}/{trial.model}") if trial else CleanText("")
