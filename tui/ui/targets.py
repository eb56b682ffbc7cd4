"""Where chats can go: combos first, then every known model."""

from tui.config.schema import Settings
from tui.domain.gateway import ModelSpec
from tui.domain.text import CleanText, clean_line
from tui.engine import Engine
from tui.ui.dialogs.choice import Choice
from tui.ui.format import tokens


def target_choices(engine: Engine) -> list[Choice]:
    """Returns what can be chosen; local model servers count once they were found."""
    settings: Settings = engine.parts.settings if engine.ready else engine.settings
    combos = [
        Choice(combo.name, clean_line(combo.name), clean_line(f"{combo.strategy}: {' → '.join(combo.steps)}", 80))
        for combo in settings.combos
        if combo.enabled
    ]
    models = [
        Choice(f"{provider.name}/{model.id}", clean_line(f"{provider.name}/{model.id}"), _about(model))
        for provider in settings.providers
        for model in provider.models
    ]
    return [*combos, *models]


def _about(model: ModelSpec) -> CleanText:
    parts = [f"{tokens(model.context_tokens)} tokens"] if model.context_tokens else []
    price = model.price
    if price and not price.input_usd_per_million and not price.output_usd_per_million:
        parts.append("free")
    elif price:
        parts.append(f"${price.input_usd_per_million} in, ${price.output_usd_per_million} out per million")
    return clean_line(" · ".join(parts) or "window and price unknown")
