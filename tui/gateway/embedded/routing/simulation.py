"""Where a request would go, worked out by the code that routes, without sending anything.

Where luck decides, the way is drawn many times and the probabilities are the averages.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from tui.domain.completion import ChatRequest
from tui.domain.errors import UsageError
from tui.domain.gateway_routing import SimulateAnswer, SimulatedStep
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.money import estimate
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.providers.catalog import Step
from tui.gateway.embedded.routing import router
from tui.gateway.embedded.routing.score import Needs
from tui.gateway.embedded.routing.standing import Load, Standing
from tui.gateway.embedded.routing.strategies import DRAWN, Ranked
from tui.gateway.embedded.snapshot import credential_view

DRAWS = 400
ASSUMPTION = CleanText(
    "Each place succeeds as often as it did in its last measured calls, one call a place, "
    "and no failure makes another likelier."
)


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely a request reaches a place, and is answered there; None when nothing was measured on the way."""

    reached: float | None
    answers: float | None


async def simulate(target: str, prompt_tokens: int, parts: Parts, served: int) -> SimulateAnswer:
    """Returns the way of a request of a size. Raises UsageError for a size that is none."""
    if prompt_tokens < 1:
        raise UsageError(f"{prompt_tokens} is no size of a prompt.", "Give the number of tokens, such as 1000.")
    await parts.look_up_keys(parts.catalog.route(target))
    await parts.remember_calls(parts.catalog.route(target))
    load = Load(prompt_tokens, estimate.ASSUMED_OUTPUT_TOKENS)
    plan, chances = plan_with_chances(target, load, parts, served)
    path = tuple(_step(ranked, chances[ranked.standing.step], parts) for ranked in plan.ranking)
    costs = [step.cost_microusd for step in path[: parts.profile.max_attempts]]
    known = [cost for cost in costs if cost is not None]
    worst = sum(known) if known and len(known) == len(costs) else None
    best = path[0].cost_microusd if path else None
    figures = {
        "probability": None if any(step.probability is None for step in path) else 1,
        "best_case_microusd": best,
        "worst_case_microusd": worst,
    }
    return SimulateAnswer(
        target=target,
        combo=plan.combo,
        strategy=plan.strategy if plan.combo else None,
        prompt_tokens=prompt_tokens,
        output_tokens=load.output_tokens,
        path=path,
        left_out=tuple(_left_out(one, load, parts) for one in plan.left_out),
        best_case_microusd=best,
        worst_case_microusd=worst,
        unknown=tuple(name for name, value in figures.items() if value is None),
        assumption=ASSUMPTION,
    )


def plan_with_chances(target: str, load: Load, parts: Parts, served: int) -> tuple[router.Plan, Mapping[Step, Chances]]:
    """Returns the plan, likeliest places first where luck decides, and each place's chances."""
    request = ChatRequest(target, ())
    luck = random.Random(0)  # noqa: S311 - dice, the same ones every time
    sight = replace(parts.sight, chance=luck.random, standing=cache(parts.standing))
    plan = router.plan(request, sight, served, Needs(load))
    most = parts.profile.max_attempts
    if plan.strategy not in DRAWN:
        return plan, dict(zip(plan.candidates, _chances(plan.ranking, most), strict=True))
    drawn: dict[Step, list[Chances]] = {step: [] for step in plan.candidates}
    firsts: Counter[Step] = Counter()
    for _ in range(DRAWS):
        ranking = router.plan(request, sight, served, Needs(load)).ranking
        firsts.update(ranked.standing.step for ranked in ranking[:1])
        for ranked, chances in zip(ranking, _chances(ranking, most), strict=True):
            drawn[ranked.standing.step].append(chances)
    averages = {step: _average(many) for step, many in drawn.items()}
    likely = sorted(plan.ranking, key=lambda ranked: -firsts[ranked.standing.step])
    return replace(plan, ranking=tuple(likely)), averages


def _chances(ranking: Sequence[Ranked], most: int) -> list[Chances]:
    """The first place is always reached; each next one when all before it fail, as long as attempts are left."""
    found: list[Chances] = []
    reached: float | None = 1.0
    for place, ranked in enumerate(ranking):
        if place >= most:
            found.append(Chances(0.0, 0.0))
            continue
        rate = ranked.standing.success_rate
        if reached is None or rate is None:
            found.append(Chances(reached, None))
            reached = None
            continue
        found.append(Chances(reached, reached * rate))
        reached *= 1 - rate
    return found


def _average(many: Sequence[Chances]) -> Chances:
    return Chances(_mean([one.reached for one in many]), _mean([one.answers for one in many]))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None


def _step(ranked: Ranked, chances: Chances, parts: Parts) -> SimulatedStep:
    shown = _seen(ranked.standing, parts, open_=True, reason=ranked.why)
    return replace(
        shown,
        probability=chances.answers,
        reached=chances.reached,
        score=ranked.score,
        factors=ranked.factors,
    )


def _left_out(one: router.LeftOut, load: Load, parts: Parts) -> SimulatedStep:
    step = parts.catalog.step(one.step)
    if step is None:
        provider, _, model = one.step.partition("/")
        return SimulatedStep(
            provider=ProviderName(clean_line(provider)),
            model=clean_line(model),
            probability=0.0,
            cost_microusd=None,
            breaker=None,
            credential=None,
            open=False,
            reason=one.reason,
        )
    return _seen(parts.standing(step, load), parts, open_=False, reason=one.reason)


def _seen(standing: Standing, parts: Parts, *, open_: bool, reason: CleanText) -> SimulatedStep:
    step = standing.step
    provider = parts.catalog.provider(step.provider)
    assert provider is not None, "steps name known providers"
    return SimulatedStep(
        provider=step.provider,
        model=step.model,
        probability=0.0,
        cost_microusd=standing.cost_microusd,
        breaker=parts.health.view(step.provider).state,
        credential=credential_view(provider, parts),
        open=open_,
        reason=reason,
        reached=0.0,
        measured_calls=standing.requests,
        requests_left=standing.requests_left,
    )
