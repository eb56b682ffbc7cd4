"""Which places a request may go to, in which order, and why each other place was left out. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from tui.domain.completion import ChatRequest
from tui.domain.gateway import ComboSpec, ModelSpec, Strategy
from tui.domain.ids import ComboName
from tui.domain.messages import AudioPart, ImagePart
from tui.domain.text import CleanText
from tui.gateway.embedded.money import estimate
from tui.gateway.embedded.providers.catalog import Catalog, Step
from tui.gateway.embedded.routing.score import Needs
from tui.gateway.embedded.routing.standing import Load, StandingOf
from tui.gateway.embedded.routing.strategies import ORDERS, Entrant, Occasion, Ranked
from tui.gateway.ports import Verdict


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A place the request may not go to. `retry_in_s` when time alone will open it."""

    step: str
    """`provider/model` as the combo names it."""
    reason: CleanText
    retry_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The places to try, best first, each at most once, and the places left out."""

    target: str
    combo: ComboName | None = None
    strategy: Strategy = "priority"
    ranking: tuple[Ranked, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def candidates(self) -> tuple[Step, ...]:
        """Returns the places to try, best first."""
        return tuple(ranked.standing.step for ranked in self.ranking)


@dataclass(frozen=True, slots=True)
class Sight:
    """What routing may look at, and its luck."""

    catalog: Catalog
    open_for: Callable[[Step], Verdict]
    """Whether breaker, credential and model let a request through now."""
    standing: StandingOf
    chance: Callable[[], float]


def needs_of(request: ChatRequest) -> Needs:
    """Returns what a request asks of a place; its answer is taken to be of the usual length."""
    output = request.max_output_tokens or estimate.ASSUMED_OUTPUT_TOKENS
    return Needs(Load(estimate.input_tokens(request), output), bool(request.tools), request.task)


def plan(request: ChatRequest, sight: Sight, served: int = 0, needs: Needs | None = None) -> Plan:
    """Returns where `request` may go, after its target has had `served` others. `needs` stands in for its own."""
    combo = sight.catalog.combo(request.target)
    occasion = Occasion(needs or needs_of(request), sight.chance, served)
    entrants: list[Entrant] = []
    left_out: list[LeftOut] = []
    for name, weight in _written(combo, request.target, sight.catalog).items():
        step = sight.catalog.step(name)
        if step is None:
            left_out.append(LeftOut(name, sight.catalog.why_no_place(name)))
            continue
        standing = sight.standing(step, occasion.needs.load)
        reason = _unfit(request, standing.model) if combo else None
        verdict = Verdict(False, reason) if reason else sight.open_for(step)
        if verdict.allowed:
            entrants.append(Entrant(standing, weight))
        else:
            left_out.append(LeftOut(str(step), verdict.reason, verdict.retry_in_s))
    # Only the configuration file names chains to route by, and it knows no foreign strategy.
    strategy = cast("Strategy", combo.strategy) if combo else "priority"
    ranking = ORDERS[strategy](entrants, occasion)
    return Plan(request.target, combo.name if combo else None, strategy, ranking, tuple(left_out))


def _written(combo: ComboSpec | None, target: str, catalog: Catalog) -> dict[str, int]:
    """The places by name, each once, with the weights a person gave; without any they weigh the same."""
    if combo is None:
        return {str(step): 1 for step in catalog.route(target)} or {target: 1}
    weights = combo.weights or (1,) * len(combo.steps)
    written: dict[str, int] = {}
    for name, weight in zip(combo.steps, weights, strict=False):
        written[name] = written.get(name, 0) + weight
    return written


def has_larger_window(model: ModelSpec | None, than: ModelSpec | None) -> bool:
    """Returns whether `model` is known to take longer conversations than `than` does."""
    if model is None or than is None or model.context_tokens is None or than.context_tokens is None:
        return False
    return model.context_tokens > than.context_tokens


def _unfit(request: ChatRequest, model: ModelSpec | None) -> CleanText | None:
    """Returns what the model is known to lack for this request."""
    if model is None:
        return None
    if request.tools and model.tools is False:
        return CleanText("the model takes no tools")
    kinds = {type(part) for message in request.messages for part in message.parts}
    if ImagePart in kinds and model.vision is False:
        return CleanText("the model takes no pictures")
    if AudioPart in kinds and model.audio is False:
        return CleanText("the model takes no recordings")
    return None
