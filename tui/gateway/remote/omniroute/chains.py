"""OmniRoute's combos: as they stand, what went through them, switched and tried."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tui.domain.completion import Usage
from tui.domain.errors import CallError, UsageError
from tui.domain.gateway_answers import ComboMetricsAnswer, ComboStep, ComboView, ProviderShare, SwitchAnswer
from tui.domain.gateway_figures import CallFigures, CostFigures
from tui.domain.gateway_routing import StepTrial, TestAnswer
from tui.domain.ids import ComboName, ProviderName
from tui.domain.money import Cost
from tui.domain.text import CleanText, clean_line
from tui.gateway.fields import Fields
from tui.gateway.remote.omniroute.management import Management
from tui.gateway.remote.omniroute.routing_pages import Combo, ComboCounts, Counts, combos
from tui.gateway.remote.omniroute.seeing import Seen
from tui.gateway.remote.omniroute.standing import standings
from tui.gateway.remote.shapes import rows_of
from tui.gateway.remote.witnesses import relied_on

TEST_TIMEOUT_S = 90.0
_NOT_TOLD = Counts(None, None, None, None, None)
STILL_ROUTED = CleanText(
    "OmniRoute only takes it off its list of models: a request that names it is still answered (seen with 3.7.9)."
)
UNKNOWN_COST = CostFigures(None, None, None, None, None)


def named(chains: Sequence[Combo], name: str) -> Combo:
    """Returns a chain by its name or id. Raises UsageError."""
    found = next((combo for combo in chains if name in (combo.name, combo.id)), None)
    if found is None:
        known = ", ".join(combo.name for combo in chains) or "none"
        raise UsageError(f"OmniRoute has no combo {clean_line(name, 80)!r}.", f"It has: {known}.")
    return found


def view(combo: Combo, seen: Seen, counts: Mapping[str, ComboCounts] | None) -> ComboView:
    """Returns a chain as it stands; `counts` only where its figures were asked for."""
    steps = tuple(_step(combo, place, seen) for place in range(len(combo.steps)))
    metrics = None if counts is None else metrics_of(combo, counts)
    return ComboView(ComboName(combo.name), combo.strategy, steps, combo.active, metrics)


def _step(combo: Combo, place: int, seen: Seen) -> ComboStep:
    provider, model = place_of(combo.steps[place], seen)
    standing = next((one for one in standings(seen.sight) if one.provider == provider), None)
    state = standing.breaker.state if standing else "UNKNOWN"
    why = {"OPEN": "its breaker is open", "UNKNOWN": "its breaker is not told"}.get(state, "")
    weight = combo.weights[place] if combo.weights else None
    return ComboStep(combo.steps[place], provider, model, state != "OPEN", CleanText(why), weight)


def place_of(step: str, seen: Seen) -> tuple[ProviderName, str]:
    """Returns provider and model of a step; a step that is a chain itself has no provider."""
    provider, slash, model = step.partition("/")
    return (seen.sight.names.of(provider), model) if slash else (ProviderName(""), step)


def metrics_of(combo: Combo, counts: Mapping[str, ComboCounts]) -> ComboMetricsAnswer:
    """Returns what went through a chain; one that never was asked has no counts over there."""
    found = counts.get(combo.name)
    unknown = ("cancelled", "fallbacks", "cost", "p50_ms", "p95_ms", "p99_ms")
    if found is None:
        return ComboMetricsAnswer(ComboName(combo.name), _figures(_NOT_TOLD), unknown=("requests", *unknown))
    shares = tuple(ProviderShare(ProviderName(model), _figures(each)) for model, each in found.models.items())
    return ComboMetricsAnswer(ComboName(combo.name), _figures(found.whole), shares, unknown=unknown)


def _figures(counts: Counts) -> CallFigures:
    """OmniRoute 3.7 counts no fallback, whatever falls back: only a number above 0 is believed."""
    return CallFigures(
        counts.requests,
        counts.successes,
        counts.failures,
        cancelled=None,
        fallbacks=counts.fallbacks or None,
        average_ms=counts.average_ms,
        cost=replace(UNKNOWN_COST, requests=counts.requests),
    )


async def switch(management: Management, name: str, active: bool) -> SwitchAnswer:
    """Switches a chain and reads it back. Raises UsageError, or CallError when it did not take."""
    combo = named(combos(await management.get("api/combos")), name)
    await management.send("PUT", "api/combos", combo.id, body={"isActive": active})
    after = named(combos(await management.get("api/combos")), combo.id)
    if after.active is not active:
        raise CallError(
            f"OmniRoute took the order but still has {combo.name} as it was.", "See its own page of combos."
        )
    warning = CleanText("") if active else STILL_ROUTED
    told = relied_on("GET /api/combos", 0.0, "read back")
    return SwitchAnswer(ComboName(combo.name), active, combo.active is not active, warning, (told,))


async def test(
    management: Management, name: str, seen: Seen, on_trial: Callable[[StepTrial], None] | None
) -> TestAnswer:
    """Lets OmniRoute call each step of a chain. Raises UsageError; what a step costs it does not tell."""
    combo = named(combos(await management.get("api/combos")), name)
    document = await management.send(
        "POST", "api/combos/test", body={"comboName": combo.name}, timeout_s=TEST_TIMEOUT_S
    )
    trials = tuple(_trial(row, seen) for row in rows_of("POST /api/combos/test", document, "results"))
    if on_trial is not None:
        for trial in trials:
            on_trial(trial)
    quickest = min((one for one in trials if one.success and one.latency_ms is not None), key=_latency, default=None)
    fastest = clean_line(f"{quickest.provider}/{quickest.model}") if quickest else CleanText("")
    told = relied_on("POST /api/combos/test, with a question of OmniRoute's own")
    return TestAnswer(ComboName(combo.name), trials, fastest, witnesses=(told,))


def _latency(trial: StepTrial) -> int:
    return trial.latency_ms or 0


def _trial(row: Fields, seen: Seen) -> StepTrial:
    provider, model = place_of(row.text("model", 200), seen)
    # 3.7 and 3.8 say how it went in `status`; the MCP server's answer, made from it, in `success`.
    ok = row.text("status", 20) == "ok" or row.flag("success") is True
    return StepTrial(
        provider or seen.sight.names.of(row.text("provider", 120)),
        model,
        ok,
        row.count("latencyMs"),
        None,
        Cost.unknown(),
        Usage(),
        CleanText("") if ok else row.text("error", 300) or clean_line(row.text("status", 60)),
        row.text("responseText", 1_000),
    )
