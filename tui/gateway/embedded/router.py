"""Which places a request may go to, in which order, and why each other place was left out. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tui.domain.completion import ChatRequest
from tui.domain.gateway import ModelSpec, Strategy
from tui.domain.ids import ComboName
from tui.domain.messages import ImagePart
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.catalog import Catalog, Step
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
    """The places to try, best first, each at most once."""

    target: str
    combo: ComboName | None
    strategy: Strategy
    candidates: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def retry_in_s(self) -> float | None:
        """Seconds until the first of the places left out opens by itself."""
        return min((one.retry_in_s for one in self.left_out if one.retry_in_s is not None), default=None)


Order = Callable[[Sequence[Step], int], Sequence[Step]]
"""Puts the steps of a combo in order; the number counts the requests the combo has served."""


def in_priority(steps: Sequence[Step], _served: int) -> Sequence[Step]:
    """The order a person wrote."""
    return steps


def in_turn(steps: Sequence[Step], served: int) -> Sequence[Step]:
    """Another first step each time; the others follow in a circle."""
    start = served % len(steps) if steps else 0
    return (*steps[start:], *steps[:start])


ORDERS: Mapping[Strategy, Order] = MappingProxyType({"priority": in_priority, "round-robin": in_turn})
"""How each strategy orders a combo's steps; a strategy without an entry keeps the written order."""


def plan(request: ChatRequest, catalog: Catalog, open_for: Callable[[Step], Verdict], served: int = 0) -> Plan:
    """Returns where `request` may go. `open_for` tells whether breaker, credential and model let it through now."""
    combo = catalog.combo(request.target)
    strategy: Strategy = combo.strategy if combo and combo.strategy in ORDERS else "priority"
    left_out: list[LeftOut] = []
    steps: dict[Step, None] = {}
    for name in combo.steps if combo else (request.target,):
        step = catalog.step(name)
        if step:
            steps[step] = None
        else:
            left_out.append(LeftOut(name, clean_line(f"no provider is called {name.partition('/')[0]!r}")))
    candidates = []
    for step in ORDERS[strategy](tuple(steps), served):
        reason = _unfit(request, catalog.model(step.provider, step.model)) if combo else None
        verdict = Verdict(False, reason) if reason else open_for(step)
        if verdict.allowed:
            candidates.append(step)
        else:
            left_out.append(LeftOut(str(step), verdict.reason, verdict.retry_in_s))
    return Plan(request.target, combo.name if combo else None, strategy, tuple(candidates), tuple(left_out))


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
    pictures = any(isinstance(part, ImagePart) for message in request.messages for part in message.parts)
    if pictures and model.vision is False:
        return CleanText("the model takes no pictures")
    return None
