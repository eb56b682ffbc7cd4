"""What a request can be sent to: a chain that is switched on, or a model of a known provider."""

from dataclasses import replace
from difflib import get_close_matches
from typing import get_args

from tui.domain.errors import RefusedError, UsageError
from tui.domain.gateway import ComboSpec, ProviderSpec, Strategy
from tui.gateway.embedded.providers.catalog import Catalog


def checked_target(catalog: Catalog, model: str, combo: str | None = None) -> str:
    """Returns the chain, or without one the model. Raises UsageError for unknown ones, RefusedError for one off."""
    if combo:
        return named_combo(catalog, combo, switched_on=True).name
    if catalog.combo(model) or catalog.step(model):
        return model
    if any(one.name == model for one in catalog.combos):
        return named_combo(catalog, model, switched_on=True).name
    if catalog.route(model):
        return model
    known = [*(one.name for one in catalog.combos if one.enabled), *map(str, catalog.steps())]
    raise UsageError(f"There is no chain or model {model!r}.", _nearest(model, known))


def named_combo(catalog: Catalog, name: str, *, switched_on: bool = False) -> ComboSpec:
    """Returns a chain by name. Raises UsageError for an unknown one, RefusedError for one off that must be on."""
    combo = next((one for one in catalog.combos if one.name == name), None)
    if combo is None:
        raise UsageError(f"There is no chain {name!r}.", _nearest(name, [one.name for one in catalog.combos]))
    if switched_on and not combo.enabled:
        raise RefusedError(f"The chain {name} is switched off.", f"Switch it on: mcp-tui gateway switch {name} true")
    return combo


def checked_combo(catalog: Catalog, edited: ComboSpec) -> ComboSpec:
    """Returns a known chain with other steps, strategy and weights; whether it is on stays as it is.

    Raises UsageError for an unknown chain, no steps, a step twice or nowhere, and weights that do not fit.
    """
    known = named_combo(catalog, edited.name)
    if not edited.steps:
        raise UsageError("A chain needs at least one step.", "Add a provider/model.")
    for place, name in enumerate(edited.steps):
        if name in edited.steps[:place]:
            raise UsageError(f"{name} is in the chain twice.", "A place is tried once a request; take one out.")
        if catalog.step(name) is None:
            raise UsageError(f"There is no place {name!r}.", _nearest(name, [str(step) for step in catalog.steps()]))
    if edited.strategy not in get_args(Strategy):
        raise UsageError(f"There is no strategy {edited.strategy!r}.", f"One of: {', '.join(get_args(Strategy))}.")
    weights = edited.weights
    if weights and (len(weights) != len(edited.steps) or min(weights) < 0 or not any(weights)):
        raise UsageError("The weights do not fit.", "One of 0 or more for each step, and one above 0.")
    return replace(edited, enabled=known.enabled)


def named_provider(catalog: Catalog, name: str) -> ProviderSpec:
    """Returns a provider by name. Raises UsageError for an unknown one."""
    spec = catalog.provider(name)
    if spec is None:
        known = ", ".join(one.name for one in catalog.providers) or "none"
        raise UsageError(f"No provider is called {name!r}.", f"Known providers: {known}.")
    return spec


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=5, cutoff=0.4) or known[:5]
    return f"There are: {', '.join(near)}." if near else "There is none yet: write one into config.toml."
