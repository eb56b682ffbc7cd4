"""Recommends a chain for a kind of work: only open ones, only within the limits, each with its reason or trade-off."""

from dataclasses import dataclass, replace

from tui.domain.completion import ChatRequest, TaskType
from tui.domain.errors import UsageError
from tui.domain.gateway import ComboSpec
from tui.domain.gateway_routing import BestAnswer, Recommendation
from tui.domain.ids import ComboName
from tui.domain.money import MicroUsd, format_usd
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.providers.catalog import Step
from tui.gateway.embedded.routing import router
from tui.gateway.embedded.routing.asking import request_limit
from tui.gateway.embedded.routing.score import Needs, Score, score, share
from tui.gateway.embedded.routing.standing import Load, Standing
from tui.gateway.embedded.routing.tasks import TASKS

USUAL = Load(4_000, 1_000)
"""A request of usual size, in tokens."""
_MOST_ALTERNATIVES = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may cost and how long it may take; None is no limit."""

    cost_microusd: MicroUsd | None = None
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A chain that could take the work: its open places, best first, and the score of the first."""

    name: ComboName
    places: tuple[Standing, ...]
    score: Score

    @property
    def first(self) -> Standing:
        """Returns the place that would be asked first."""
        return self.places[0]

    @property
    def costs(self) -> tuple[int | None, ...]:
        """Returns what each open place would cost."""
        return tuple(place.cost_microusd for place in self.places)

    def recommendation(self, reason: str) -> Recommendation:
        """Returns the offer with the reason for it, or what it trades."""
        return Recommendation(
            combo=self.name,
            reason=clean_line(reason),
            score=self.score.total,
            cost_microusd=self.first.cost_microusd,
            latency_ms=self.first.latency_ms,
            factors=self.score.factors,
        )


async def recommend(
    task: TaskType, parts: Parts, cost_limit_usd: float | None, latency_limit_ms: float | None
) -> BestAnswer:
    """Returns the best chain within the limits. Raises UsageError for limits or tasks that make no sense."""
    if task not in TASKS:
        raise UsageError(f"There is no task {task!r}.", f"Tasks: {', '.join(TASKS)}.")
    if latency_limit_ms is not None and not latency_limit_ms > 0:
        raise UsageError(f"{latency_limit_ms} is no limit.", "Give milliseconds above 0, such as 2000.")
    limits = Limits(request_limit(cost_limit_usd), latency_limit_ms)
    steps = [step for combo in parts.catalog.combos for step in _places_of(combo, parts)]
    await parts.look_up_keys(steps)
    await parts.remember_calls(steps)
    offers: list[Offer] = []
    refused: list[Recommendation] = []
    for combo in parts.catalog.combos:
        offer = _offer(combo, task, parts)
        reason = offer if isinstance(offer, str) else _beyond(offer, limits)
        if isinstance(offer, Offer) and reason is None:
            offers.append(offer)
        else:
            refused.append(
                Recommendation(combo.name, clean_line(reason))
                if isinstance(offer, str)
                else offer.recommendation(reason or "")
            )
    offers.sort(key=lambda offer: (-offer.score.total, -len(offer.places)))
    free = _free(offers, task, parts, limits)
    if not offers:
        return BestAnswer(task, None, _why_none(refused), free=free, refused=tuple(refused))
    best = offers[0]
    recommended = best.recommendation(_why(best, offers[1:]))
    figures = {"cost_microusd": recommended.cost_microusd, "latency_ms": recommended.latency_ms}
    return BestAnswer(
        task=task,
        recommended=recommended,
        reason=CleanText(""),
        alternatives=tuple(one.recommendation(_trade_off(one, best)) for one in offers[1 : _MOST_ALTERNATIVES + 1]),
        free=free,
        refused=tuple(refused),
        unknown=tuple(name for name, value in figures.items() if value is None),
    )


def _places_of(combo: ComboSpec, parts: Parts) -> tuple[Step, ...]:
    return tuple(step for name in combo.steps if (step := parts.catalog.step(name)))


def _offer(combo: ComboSpec, task: TaskType, parts: Parts) -> Offer | str:
    """Returns what a chain offers, or why it cannot be used."""
    if not combo.enabled:
        return "it is switched off"
    needs = Needs(USUAL, TASKS[task].needs_tools, task)
    # The middle of the dice: the heaviest place of a weighted chain is first.
    sight = replace(parts.sight, chance=lambda: 0.5)
    plan = router.plan(ChatRequest(combo.name, (), task=task), sight, needs=needs)
    places = tuple(ranked.standing for ranked in plan.ranking if _can(ranked.standing, task))
    if places:
        return Offer(combo.name, places, score(places[0], needs))
    if plan.ranking:
        return "its models take no tools"
    return "no place of it is usable now: " + "; ".join(f"{one.step}: {one.reason}" for one in plan.left_out[:3])


def _can(standing: Standing, task: TaskType) -> bool:
    return not (TASKS[task].needs_tools and standing.model and standing.model.tools is False)


def _beyond(offer: Offer, limits: Limits) -> str | None:
    """Returns which limit an offer misses: what is unknown keeps none, and fallbacks must keep that of cost too."""
    if limits.cost_microusd is not None:
        for place in offer.places:
            if place.cost_microusd is None:
                return f"what {place.step} costs is unknown"
            if place.cost_microusd > limits.cost_microusd:
                return f"{place.step} costs about {format_usd(place.cost_microusd)}"
    if limits.latency_ms is not None:
        latency = offer.first.latency_ms
        if latency is None:
            return f"how long {offer.first.step} takes was not measured: mcp-tui gateway test {offer.name}"
        if latency > limits.latency_ms:
            return f"{offer.first.step} takes {latency:,} ms at the median"
    return None


def _free(offers: list[Offer], task: TaskType, parts: Parts, limits: Limits) -> Recommendation | None:
    """The best chain that costs nothing wherever it goes; without one, the best single model that costs nothing."""
    for offer in offers:
        if all(cost == 0 for cost in offer.costs):
            return offer.recommendation("it costs nothing, wherever it goes")
    needs = Needs(USUAL, TASKS[task].needs_tools, task)
    singles = []
    for step in parts.catalog.steps():
        standing = parts.standing(step, USUAL)
        usable = standing.cost_microusd == 0 and _can(standing, task) and parts.open_for(step).allowed
        single = Offer(ComboName(str(step)), (standing,), score(standing, needs))
        if usable and _beyond(single, limits) is None:
            singles.append(single)
    best = max(singles, key=lambda offer: offer.score.total, default=None)
    return best.recommendation("a single model that costs nothing; no chain does") if best else None


def _why_none(refused: list[Recommendation]) -> CleanText:
    if not refused:
        return CleanText("There is no chain yet: write one under [combos] in config.toml")
    return clean_line("No chain can be recommended. " + "; ".join(f"{one.combo}: {one.reason}" for one in refused))


def _why(best: Offer, others: list[Offer]) -> str:
    strongest = max(best.score.factors, key=share)
    reason = f"score {best.score.total:.2f}, most by {strongest.name}: {strongest.fact}"
    return f"{reason}; {others[0].name} has {others[0].score.total:.2f}" if others else f"the only one open; {reason}"


def _trade_off(offer: Offer, best: Offer) -> str:
    """Returns what taking this chain instead of the best one gains and costs."""
    gains = [
        f"{'better' if share(mine) > share(theirs) else 'worse'} in {mine.name} ({mine.fact})"
        for mine, theirs in zip(offer.score.factors, best.score.factors, strict=True)
        if abs(share(mine) - share(theirs)) >= 0.005
    ]
    return ", ".join(sorted(gains)) or f"as good as {best.name} in every factor"
