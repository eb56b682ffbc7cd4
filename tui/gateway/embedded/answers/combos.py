"""The chains: how each stands, what went through it, and whether it may be switched off."""

from tui.domain.errors import RefusedError
from tui.domain.gateway import ComboSpec
from tui.domain.gateway_answers import (
    ComboMetricsAnswer,
    CombosAnswer,
    ComboStep,
    ComboView,
    ProviderShare,
    SwitchAnswer,
)
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText, clean_line
from tui.domain.usage import Selection
from tui.gateway.embedded.answers.cost import history_of, unknown_figures
from tui.gateway.embedded.by_hand import ByHand
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.routing.targets import named_combo


async def combos(parts: Parts, *, include_metrics: bool) -> CombosAnswer:
    """Returns all chains. Raises StorageError; NotExposedError when metrics are asked of nobody who keeps them."""
    for combo in parts.catalog.combos:
        await parts.look_up_keys(step for name in combo.steps if (step := parts.catalog.step(name)))
    specs = parts.catalog.combos
    metrics = [await combo_metrics(spec.name, parts) if include_metrics else None for spec in specs]
    return CombosAnswer(
        tuple(
            ComboView(spec.name, spec.strategy, _steps(spec, parts), spec.enabled, found)
            for spec, found in zip(specs, metrics, strict=True)
        )
    )


def _steps(combo: ComboSpec, parts: Parts) -> tuple[ComboStep, ...]:
    weights = combo.weights or (None,) * len(combo.steps)
    return tuple(_step(name, weight, parts) for name, weight in zip(combo.steps, weights, strict=False))


def _step(name: str, weight: int | None, parts: Parts) -> ComboStep:
    step = parts.catalog.step(name)
    if step is None:
        provider, _, model = name.partition("/")
        reason = parts.catalog.why_no_place(name)
        return ComboStep(clean_line(name), ProviderName(provider), model, False, reason, weight)
    verdict = parts.open_for(step)
    return ComboStep(clean_line(name), step.provider, step.model, verdict.allowed, verdict.reason, weight)


async def combo_metrics(name: str, parts: Parts) -> ComboMetricsAnswer:
    """Returns what went through one chain. Raises UsageError for an unknown one, StorageError, NotExposedError."""
    combo, history = named_combo(parts.catalog, name), history_of(parts)
    whole = await history.requests(Selection(combo=combo.name))
    shares = [
        ProviderShare(provider, (await history.attempts(Selection(combo=combo.name, provider=provider))).figures)
        for provider in await history.providers(Selection(combo=combo.name))
    ]
    return ComboMetricsAnswer(combo.name, whole.figures, tuple(shares), whole.first_at, unknown_figures(whole.figures))


async def switch(name: str, active: bool, force: bool, parts: Parts, by_hand: ByHand) -> SwitchAnswer:
    """Opens or closes a chain. Raises RefusedError when nothing would be left and nobody forces it, UsageError."""
    combo = named_combo(parts.catalog, name)
    if combo.enabled == active:
        return SwitchAnswer(combo.name, active, changed=False)
    warning = CleanText("") if active else _loss(combo, parts)
    if warning and not force:
        raise RefusedError(warning, "Switch another chain on first, or insist with force.")
    await by_hand.switch(combo.name, active)
    return SwitchAnswer(combo.name, active, changed=True, warning=warning)


def _loss(combo: ComboSpec, parts: Parts) -> CleanText:
    """What cannot be reached once the chain is off; empty when another one leads somewhere."""
    others = [one for one in parts.catalog.combos if one.enabled and one.name != combo.name]
    if any(parts.catalog.route(one.name) for one in others):
        return CleanText("")
    left = ", only single models (provider/model) can be asked" if parts.catalog.steps() else ""
    return clean_line(f"{combo.name} is the last chain that is on: without it nothing is routed{left}.")
