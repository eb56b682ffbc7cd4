"""The model groups of a LiteLLM proxy as chains: their deployments, then the groups that take over. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from tui.domain.errors import UsageError
from tui.domain.gateway import ComboSpec, ForeignStrategy
from tui.domain.gateway_answers import ComboStep, ComboView
from tui.domain.gateway_routing import SimulateAnswer, SimulatedStep
from tui.domain.ids import ComboName
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.money.estimate import ASSUMED_OUTPUT_TOKENS
from tui.gateway.remote.litellm.standing import Seen
from tui.gateway.upstream.litellm import Deployment

NOT_SAID = ForeignStrategy("?")
"""The router's settings are for administrators only."""
ASSUMPTION = CleanText(
    "The proxy does not tell which deployments rest: all are taken for open, in the order of its configuration."
)


@dataclass(frozen=True, slots=True)
class Place:
    """A deployment in a chain."""

    deployment: Deployment
    group: str
    first: bool
    """Whether it belongs to the group that was asked for, not to one that takes over."""


def places(group: str, seen: Seen) -> tuple[Place, ...]:
    """Returns where a request for a group can go. Raises UsageError for an unknown group."""
    return tuple(_places(group, seen))


def combo_specs(seen: Seen) -> tuple[ComboSpec, ...]:
    """Returns the groups that are chains: with several deployments, or with others that take over."""
    return tuple(
        ComboSpec(
            ComboName(group),
            tuple(place.deployment.place for place in found),
            _strategy(seen),
            weights=tuple(place.deployment.weight or 1 for place in found) if _weighted(found) else (),
        )
        for group, found in _chains(seen)
    )


def combo_views(seen: Seen) -> tuple[ComboView, ...]:
    """Returns the same chains as they stand. LiteLLM cannot switch one off."""
    return tuple(
        ComboView(ComboName(group), _strategy(seen), tuple(_step(place, seen) for place in found), enabled=True)
        for group, found in _chains(seen)
    )


def simulated(target: str, group: str, prompt_tokens: int, seen: Seen) -> SimulateAnswer:
    """Returns where a request could go and what it would cost there. Raises UsageError."""
    if prompt_tokens < 1:
        raise UsageError(f"{prompt_tokens} is no size of a prompt.", "Give the number of tokens, such as 1000.")
    found = places(group, seen)
    steps = tuple(_simulated(place, prompt_tokens, seen) for place in found)
    first = [step.cost_microusd for step, place in zip(steps, found, strict=True) if place.first]
    every = [step.cost_microusd for step in steps]
    best = min((cost for cost in first if cost is not None), default=None)
    worst = None if None in every else sum(cost for cost in every if cost is not None)
    figures = {"probability": None, "best_case_microusd": best, "worst_case_microusd": worst}
    return SimulateAnswer(
        target=target,
        combo=ComboName(group) if len(found) > 1 else None,
        strategy=_strategy(seen) if len(found) > 1 else None,
        prompt_tokens=prompt_tokens,
        output_tokens=ASSUMED_OUTPUT_TOKENS,
        path=steps,
        left_out=(),
        best_case_microusd=best,
        worst_case_microusd=worst,
        unknown=tuple(name for name, value in figures.items() if value is None),
        assumption=ASSUMPTION,
    )


def _chains(seen: Seen) -> Iterator[tuple[str, tuple[Place, ...]]]:
    for group in seen.groups:
        found = places(group, seen)
        if len(found) > 1:
            yield group, found


def _places(group: str, seen: Seen) -> Iterator[Place]:
    if group not in seen.groups:
        near = get_close_matches(group, seen.groups, n=5, cutoff=0.4) or [*seen.groups][:5]
        hint = f"There are: {', '.join(near)}." if near else "The proxy names none."
        raise UsageError(f"The proxy has no model group {group!r}.", hint)
    for name in (group, *seen.settings.after(group)):
        for deployment in seen.groups.get(name, ()):
            yield Place(deployment, name, name == group)


def _step(place: Place, seen: Seen) -> ComboStep:
    failed = seen.sick(place.deployment)
    reason = f"failed its last check: {failed.error}" if failed else "" if place.first else f"takes over: {place.group}"
    return ComboStep(
        step=clean_line(place.deployment.place),
        provider=place.deployment.provider,
        model=place.deployment.model,
        open=failed is None,
        reason=clean_line(reason),
        weight=place.deployment.weight,
    )


def _simulated(place: Place, prompt_tokens: int, seen: Seen) -> SimulatedStep:
    deployment, failed = place.deployment, seen.sick(place.deployment)
    price = deployment.spec.price
    why = f"in the group {place.group}" if place.first else f"takes over with the group {place.group}"
    return SimulatedStep(
        provider=deployment.provider,
        model=deployment.model,
        probability=None,
        cost_microusd=price.of(prompt_tokens, ASSUMED_OUTPUT_TOKENS) if price else None,
        breaker="UNKNOWN",
        credential="unknown",
        open=failed is None,
        reason=clean_line(f"{why}; failed its last check: {failed.error}" if failed else why),
    )


def _weighted(found: tuple[Place, ...]) -> bool:
    return any(place.deployment.weight is not None for place in found)


def _strategy(seen: Seen) -> ForeignStrategy:
    return ForeignStrategy(seen.settings.strategy) if seen.settings.strategy else NOT_SAID
