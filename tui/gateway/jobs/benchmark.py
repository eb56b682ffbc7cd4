"""Tries every chain with the same prompt and ranks them."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tui.domain.errors import McpTuiError, UsageError
from tui.domain.gateway_answers import ComboView
from tui.domain.gateway_jobs import BenchmarkAnswer, BenchmarkRow
from tui.domain.gateway_routing import StepTrial, TestAnswer
from tui.domain.money import MicroUsd, spending_limit, total_cost
from tui.domain.text import CleanText, clean_line
from tui.gateway.contract import Gateway

Progress = Callable[[CleanText], None]
PROMPT = "Answer with the word: ready"


async def benchmark(
    gateway: Gateway, progress: Progress, prompt: str = PROMPT, max_cost: float | None = None
) -> BenchmarkAnswer:
    """Calls each step of each chain that is on, one chain after the other, and ranks the chains.

    `max_cost` (US dollars): no further chain is tried once that much is spent. Raises UsageError without a chain.
    """
    views = (await gateway.combos()).combos
    if not views:
        raise UsageError("There is no chain to try.", "[[combos]] in config.toml names them.")
    limit = None if max_cost is None else spending_limit(max_cost)
    rows: list[BenchmarkRow] = []
    trials: list[StepTrial] = []
    for number, view in enumerate(views, start=1):
        progress(clean_line(f"{number} of {len(views)}: {view.name} …"))
        row, tried = await _tried(gateway, view, prompt, _left(limit, trials))
        trials += tried
        rows.append(row)
        progress(clean_line(f"{number} of {len(views)}: {view.name} {_told(row)}"))
    return BenchmarkAnswer(clean_line(prompt, 200), tuple(_ranked(rows)), total_cost(trial.cost for trial in trials))


def _left(limit: MicroUsd | None, trials: list[StepTrial]) -> int | None:
    """What is left of a limit after what is known to be spent; a trial of unknown cost does not lift the limit."""
    return None if limit is None else limit - sum(trial.cost.microusd or 0 for trial in trials)


async def _tried(
    gateway: Gateway, view: ComboView, prompt: str, left: int | None
) -> tuple[BenchmarkRow, tuple[StepTrial, ...]]:
    untried = BenchmarkRow(None, view.name, None)
    if not view.enabled:
        return replace(untried, note=CleanText("switched off")), ()
    if left is not None and left <= 0:
        return replace(untried, note=CleanText("not tried: the limit is spent")), ()
    try:
        answer = await gateway.test(view.name, prompt)
    except McpTuiError as error:
        return replace(untried, note=error.message), ()
    return _row(view, answer), answer.trials


def _row(view: ComboView, answer: TestAnswer) -> BenchmarkRow:
    answered = [trial for trial in answer.trials if trial.success]
    errors = [trial.error for trial in answer.trials if not trial.success]
    rate = len(answered) / len(answer.trials) if answer.trials else None
    row = BenchmarkRow(None, view.name, rate, note=errors[0] if errors else CleanText(""))
    first = next(iter(answered), None)
    if first is None:
        return row
    served = clean_line(f"{first.provider}/{first.model}", 120)
    return replace(
        row,
        served_by=served,
        latency_ms=first.latency_ms,
        first_token_ms=first.first_token_ms,
        cost_microusd=first.cost.microusd,
    )


def _ranked(rows: list[BenchmarkRow]) -> Iterator[BenchmarkRow]:
    """Those that answered first, by the share of steps that did, then by latency, then by cost; unknown comes last."""
    rows.sort(
        key=lambda row: (
            not row.served_by,
            -(row.success_rate or 0),
            _or_last(row.latency_ms),
            _or_last(row.cost_microusd),
            row.combo,
        )
    )
    for place, row in enumerate(rows, start=1):
        yield replace(row, rank=place) if row.served_by else row


def _or_last(figure: int | None) -> float:
    return float("inf") if figure is None else figure


def _told(row: BenchmarkRow) -> str:
    if not row.served_by:
        return row.note or "did not answer"
    return f"answered by {row.served_by}" + ("" if row.latency_ms is None else f" in {row.latency_ms:,} ms")
