"""Has a batch of prompts answered within a budget: estimated first, each allowed what is left, cheaper if need be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tui.domain.errors import McpTuiError, NotExposedError, RefusedError, UsageError
from tui.domain.gateway import BudgetAction
from tui.domain.gateway_jobs import BatchAnswer, BatchItem
from tui.domain.gateway_routing import RouteAnswer
from tui.domain.messages import user_text
from tui.domain.money import NO_COST, Cost, MicroUsd, format_usd, spending_limit, total_cost
from tui.domain.text import CleanText, clean, clean_line
from tui.domain.tokens import estimate_tokens
from tui.gateway.contract import Gateway
from tui.gateway.jobs.cheapest import cheapest

MOST_PROMPTS = 1_000
_USD = 1_000_000
Progress = Callable[[CleanText], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """What is to be done; `max_cost` is US dollars for the whole batch."""

    prompts: Sequence[str]
    model: str
    max_cost: float
    action: BudgetAction = "degrade"
    tier: Literal["cheap", "free"] = "cheap"
    estimate_only: bool = False


async def run_batch(gateway: Gateway, batch: Batch, progress: Progress) -> BatchAnswer:
    """Answers the prompts one after the other until all are done or the money is spent.

    Raises UsageError for an empty or too long batch, RefusedError when the lower estimate is above a limit that blocks.
    """
    if not 0 < len(batch.prompts) <= MOST_PROMPTS:
        raise UsageError(f"A batch holds 1 to {MOST_PROMPTS:,} prompts, not {len(batch.prompts):,}.", "Split it.")
    limit = spending_limit(batch.max_cost)
    low, high = await _estimate(gateway, batch)
    progress(clean_line(f"{len(batch.prompts)} prompts: estimated {format_usd(low)} to {format_usd(high)}"))
    if batch.action == "block" and low is not None and low > limit:
        raise RefusedError(
            f"The batch would cost about {format_usd(low)}, {format_usd(limit)} is allowed.",
            "Allow more, take a cheaper model (`job cheapest`), or let `degrade` take over.",
        )
    run = _Run(gateway, batch, limit, progress)
    prompts = () if batch.estimate_only else batch.prompts
    items = [await run.answer(number, prompt) for number, prompt in enumerate(prompts, start=1)]
    return _answer(batch, limit, (low, high), items)


def _answer(
    batch: Batch,
    limit: MicroUsd,
    estimate: tuple[int | None, int | None],
    items: Sequence[BatchItem],
) -> BatchAnswer:
    answered = sum(item.outcome == "complete" for item in items)
    spent = total_cost((NO_COST, *(item.cost for item in items)))
    return BatchAnswer(len(batch.prompts), answered, limit, *estimate, spent, tuple(items))


async def _estimate(gateway: Gateway, batch: Batch) -> tuple[int | None, int | None]:
    """One simulation for the longest and one for the shortest prompt bound the batch; unknown when a price is."""
    try:
        sizes = sorted(estimate_tokens(prompt) for prompt in batch.prompts)
        least = await gateway.simulate(batch.model, sizes[0])
        most = await gateway.simulate(batch.model, sizes[-1])
    except NotExposedError:
        return None, None
    count = len(batch.prompts)
    low, high = least.best_case_microusd, most.worst_case_microusd
    return None if low is None else low * count, None if high is None else high * count


class _Run:
    """One prompt after the other, each allowed what is left; the model is changed for a cheaper one at most once."""

    def __init__(self, gateway: Gateway, batch: Batch, limit: MicroUsd, progress: Progress) -> None:
        self._gateway = gateway
        self._batch = batch
        self._progress = progress
        self._model = batch.model
        self._left = int(limit)
        self._sure = True
        """Whether what is left is known: no answer's cost was unknown."""
        self._degraded = batch.action != "degrade"
        self._stopped = ""

    async def answer(self, number: int, prompt: str) -> BatchItem:
        """Returns what became of a prompt."""
        if self._stopped:
            return BatchItem(number, "not sent", CleanText(""), NO_COST, note=clean_line(self._stopped))
        item, over = await self._sent(number, prompt)
        if over and await self._cheaper():
            item, over = await self._sent(number, prompt)
        if over:
            self._stopped = "the batch's budget is spent"
        left = f"{'' if self._sure else 'at most '}{format_usd(max(0, self._left))} left"
        self._progress(clean_line(f"{number} of {len(self._batch.prompts)}: {item.outcome}, {left}"))
        return item

    async def _sent(self, number: int, prompt: str) -> tuple[BatchItem, bool]:
        """The prompt's answer, and whether money was what stopped it."""
        try:
            message = user_text(clean(prompt))
            answer = await self._gateway.route(self._model, (message,), budget=max(0, self._left) / _USD)
        except McpTuiError as error:
            return BatchItem(number, "failed", CleanText(""), Cost.unknown(), note=error.message), False
        self._left -= answer.cost.microusd or 0
        self._sure = self._sure and answer.cost.microusd is not None
        return _item(number, answer), answer.failure == "budget"

    async def _cheaper(self) -> bool:
        """Goes on with the cheapest model of the tier, once. Returns False when there is none."""
        if self._degraded:
            return False
        self._degraded = True
        found = await cheapest(self._gateway, "free" if self._batch.tier == "free" else "chat")
        if not found.cheapest or found.cheapest == self._model:
            return False
        self._model = found.cheapest
        self._progress(clean_line(f"What is left does not cover {self._batch.model}: {self._model} goes on."))
        return True


def _item(number: int, answer: RouteAnswer) -> BatchItem:
    served = clean_line(f"{answer.provider}/{answer.model}", 120) if answer.provider else CleanText("")
    return BatchItem(number, answer.outcome, served, answer.cost, answer.content, answer.reason)
