"""Where chats go when nobody said."""

from tui.domain.gateway import ProviderSpec
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.providers.catalog import Step

_NOMINAL_TOKENS = 1_000_000
"""Large enough that no price rounds to nothing."""


def choose_target(parts: Parts) -> tuple[str, CleanText]:
    """Returns a target with a sentence that says why; an empty target when there is none.

    A combo comes first, then the free model with the largest window that takes tools.
    """
    catalog = parts.catalog
    combo = next((combo for combo in catalog.combos if combo.enabled and catalog.route(combo.name)), None)
    if combo:
        return combo.name, clean_line(f"{combo.name} is the first combo")
    steps = catalog.steps()
    free = [step for step in steps if _is_free_with_tools(step, parts)]
    if free:
        largest = max(free, key=lambda step: _window(step, parts))
        return str(largest), _why_free(largest, _window(largest, parts))
    if steps:
        return str(steps[0]), clean_line(f"{steps[0]} is the first model of the first provider")
    if catalog.providers:
        return "", CleanText("The providers have named no model yet: fetch their lists, or name one in config.toml")
    return "", CleanText("There is no provider yet: add one in config.toml, or start a local model server")


def needs_lists(parts: Parts) -> bool:
    """Returns whether the choice could be better once the providers have named their models."""
    catalog = parts.catalog
    by_combo = any(combo.enabled and catalog.route(combo.name) for combo in catalog.combos)
    return not by_combo and any(_may_list_more(provider, parts) for provider in catalog.providers)


def _may_list_more(provider: ProviderSpec, parts: Parts) -> bool:
    """Whether a provider was never asked; one found on this machine was found by its list."""
    return provider.origin != "local" and parts.catalog.age_s(provider.name) is None


def _why_free(step: Step, window: int) -> CleanText:
    size = f" ({window:,} tokens)" if window else ""
    return clean_line(f"{step} is free, takes tools and has the largest window{size}")


def _is_free_with_tools(step: Step, parts: Parts) -> bool:
    model = parts.catalog.model(step.provider, step.model)
    takes_tools = model is not None and model.tools is True
    return (
        takes_tools
        and parts.open_for(step).allowed
        and parts.estimated_cost(step, _NOMINAL_TOKENS, _NOMINAL_TOKENS) == 0
    )


def _window(step: Step, parts: Parts) -> int:
    model = parts.catalog.model(step.provider, step.model)
    return (model.context_tokens or 0) if model else 0
