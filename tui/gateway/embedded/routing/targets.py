"""What a request can be sent to: a chain that is switched on, or a model of a known provider."""

from difflib import get_close_matches

from tui.domain.errors import RefusedError, UsageError
from tui.domain.gateway import ComboSpec, ProviderSpec
from tui.gateway.embedded.providers.catalog import Catalog


def checked_target(catalog: Catalog, model: str, combo: str | None = None) -> str:
    """Returns the chain, or without one the model. Raises UsageError for unknown ones, RefusedError for one off."""
    if combo:
        return named_combo(catalog, combo, switched_on=True).name
    if catalog.combo(model) or catalog.step(model):
        return model
    if any(one.name == model for one in catalog.combos):
        return named_combo(catalog, model, switched_on=True).name
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
