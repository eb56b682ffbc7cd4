"""The way of a request as a tree: where it would go now, and where a past one went and why."""

import textwrap
from collections.abc import Iterable

from rich.cells import cell_len
from textual.content import Content

from tui.domain.gateway_routing import AttemptRecord, Candidate, ExplainAnswer, Factor, SimulateAnswer, SimulatedStep
from tui.domain.money import format_cost, format_usd
from tui.domain.text import clean_line
from tui.ui.format import UNKNOWN, clock_to_the_second, duration, percent, plural, tokens
from tui.ui.widgets.gateway.gateway_tables import BREAKERS, KEYS
from tui.ui.widgets.lists.detail import heading, lines
from tui.ui.widgets.lists.ink import fit

STYLES = {
    "ok": "$text-success",
    "warn": "$text-warning",
    "bad": "$text-error",
    "dim": "$dim",
    "": "",
}
INDENT = 3
DEEPEST = 6
"""Steps after this many stand below each other: a tree without end would leave no room for words."""


def simulation(answer: SimulateAnswer, width: int) -> Content:
    """Returns the places a request would be sent to, each below the one whose failure leads there."""
    way = f"   {clean_line(answer.strategy)}" if answer.strategy else ""
    size = f"{tokens(answer.prompt_tokens)} tokens in, {tokens(answer.output_tokens)} out"
    best, worst = format_usd(answer.best_case_microusd), format_usd(answer.worst_case_microusd)
    parts: list[Content | None] = [
        heading(clean_line(answer.target)) + Content.styled(f"{way}   {size}", "$dim"),
        Content.assemble(("at best ", "$dim"), best, ("   at worst ", "$dim"), worst),
        None,
    ]
    for depth, step in enumerate(answer.path):
        parts += _place(step, depth, width)
    parts.append(_end(answer))
    if answer.left_out:
        parts += [None, heading("Left out"), *(line for step in answer.left_out for line in _left_out(step, width))]
    if answer.assumption:
        parts += [None, Content.styled(answer.assumption, "$dim")]
    if answer.unknown:
        parts.append(Content.styled(f"unknown: {', '.join(answer.unknown)}", "$dim"))
    return lines(parts)


def _place(step: SimulatedStep, depth: int, width: int) -> list[Content]:
    inner = " " * INDENT * min(depth, DEEPEST)
    branch = f"{inner[:-INDENT]}└─ " if depth else ""
    sign, word, ink = BREAKERS[step.breaker] if step.breaker else ("?", UNKNOWN, "dim")
    name = clean_line(f"{step.provider}/{step.model}", 48)
    facts = [word]
    if step.credential not in (None, "ok", "none"):
        facts.append(f"key {KEYS[step.credential][0]}")
    if step.quota_left is not None:
        facts.append(f"quota {percent(step.quota_left)}")
    if step.requests_left is not None:
        facts.append(f"{plural(step.requests_left, 'request')} left")
    chance = f"answers {percent(step.probability)}"
    reached = f" of all, reached {percent(step.reached)}" if depth else ""
    about = f"{chance}{reached}   {format_usd(step.cost_microusd)}   {', '.join(facts)}"
    basis = f"from {plural(step.measured_calls, 'call')}" if step.measured_calls else ""
    why = ", ".join(text for text in (step.reason, basis) if text)
    return [
        Content.assemble((branch, "$dim"), (f"{sign} ", STYLES[ink]), (name, "bold")),
        *hung(f"{inner}   ", about, width),
        *hung(f"{inner}   ", why, width, "$dim"),
        *(_factor(factor, f"{inner}     ", width) for factor in step.factors),
    ]


def hung(indent: str, text: str, width: int, style: str = "") -> list[Content]:
    """Returns a text in lines of so many cells, all of them indented; none for an empty one."""
    wrapped = textwrap.wrap(text, max(16, width), initial_indent=indent, subsequent_indent=indent)
    return [Content.styled(line, style) for line in wrapped]


def behind(begun: Content, text: str, indent: str, width: int, style: str) -> list[Content]:
    """Returns a line that goes on with a text where it fits, else the text below it."""
    if begun.cell_length + cell_len(text) <= width:
        return [begun + Content.styled(text, style)]
    return [begun, *hung(indent, text, width, style)]


def _end(answer: SimulateAnswer) -> Content:
    if not answer.path:
        return Content.styled("✗ It would go nowhere now.", "$text-error")
    inner = " " * INDENT * min(len(answer.path) - 1, DEEPEST)
    chances = [step.probability for step in answer.path]
    known = [chance for chance in chances if chance is not None]
    nobody = percent(max(0.0, 1 - sum(known))) if len(known) == len(chances) else UNKNOWN
    return Content.assemble((f"{inner}└─ ", "$dim"), ("✗ ", "$text-error"), f"nobody answers {nobody}")


def _left_out(step: SimulatedStep, width: int) -> Iterable[Content]:
    yield Content.assemble(("✗ ", "$text-error"), clean_line(f"{step.provider}/{step.model}", 48))
    yield from hung(" " * INDENT, step.reason or "not usable now", width, "$dim")


def _factor(factor: Factor, indent: str, width: int) -> Content:
    value = UNKNOWN if factor.value is None else f"{factor.value:.2f}"
    text = f"{clean_line(factor.name):<12} {value:>5} × {factor.weight:.2f}   {factor.fact}".rstrip()
    return Content.styled(fit(f"{indent}{text}", width).rstrip(), "$dim")


def explanation(answer: ExplainAnswer, width: int) -> Content:
    """Returns the way a past request went: what was tried, what came of it, and what was weighed."""
    way = f"   {clean_line(answer.strategy)}" if answer.strategy else ""
    when = clock_to_the_second(answer.at) if answer.at else UNKNOWN
    parts: list[Content | None] = [
        heading(clean_line(answer.target)) + Content.styled(f"{way}   at {when}   {answer.request_id}", "$dim"),
        Content.assemble(
            ("cost ", "$dim"), format_cost(answer.cost), ("   took ", "$dim"), duration(answer.latency_ms)
        ),
        *hung("", answer.explanation, width),
    ]
    if answer.refused:
        parts.append(Content.styled(f"✗ {answer.refused}", "$text-error"))
    parts.append(None)
    for depth, attempt in enumerate(answer.attempts):
        parts += _attempt(attempt, depth, width)
    parts += _weighed(answer.candidates, width)
    return lines(parts)


def _attempt(attempt: AttemptRecord, depth: int, width: int) -> Iterable[Content]:
    inner = " " * INDENT * min(depth, DEEPEST)
    branch = f"{inner[:-INDENT]}└─ " if depth else ""
    good = attempt.outcome == "complete"
    sign, style = ("✓ ", "$text-success") if good else ("✗ ", "$text-error")
    status = f" HTTP {attempt.status}" if attempt.status else ""
    told = f"{attempt.outcome}{status}   {duration(attempt.latency_ms)}"
    first = f"   first token {duration(attempt.first_token_ms)}" if attempt.first_token_ms is not None else ""
    yield Content.assemble((branch, "$dim"), (sign, style), (attempt.step, "bold"))
    yield from hung(f"{inner}   ", f"{told}{first}   {format_cost(attempt.cost)}", width)
    yield from hung(f"{inner}   ", attempt.reason, width, "$dim" if good else "$text-error")


def _weighed(candidates: Iterable[Candidate], width: int) -> Iterable[Content | None]:
    found = list(candidates)
    if found:
        yield None
        yield heading("What was weighed")
    for one in found:
        score = f"   score {one.score:.2f}" if one.score is not None else ""
        why = "taken" if one.taken else one.left_out or "not needed"
        mark = ("● ", "$text-success") if one.taken else ("○ ", "$dim")
        yield Content.assemble(mark, one.step, (f"{score}   {why}", "$dim"))
        yield from (_factor(factor, "  ", width) for factor in one.factors)
