"""Finds the cheapest model that can do something."""

from decimal import Decimal

from tui.domain.errors import UsageError
from tui.domain.gateway_answers import Capability, ModelView
from tui.domain.gateway_jobs import CheapestAnswer, PricedModel
from tui.domain.text import CleanText, clean_line
from tui.gateway.contract import Gateway

LISTED = 20


async def cheapest(
    gateway: Gateway, capability: Capability = "chat", prompt_tokens: int = 1_000, output_tokens: int = 500
) -> CheapestAnswer:
    """Returns the models that have `capability` and room for the request, by what such a request costs there.

    One whose window nobody tells may have the room. Raises UsageError for sizes below 0.
    """
    if min(prompt_tokens, output_tokens) < 0:
        raise UsageError("A request has no fewer than 0 tokens.", "Give 0 or more.")
    needed = prompt_tokens + output_tokens
    found = await gateway.models(capability=capability)
    fitting = [model for model in found.models if model.context_tokens is None or model.context_tokens >= needed]
    rows = [row for model in fitting if (row := _priced(model, prompt_tokens, output_tokens))]
    rows.sort(key=lambda row: (not row.open, row.request_microusd, row.model))
    return CheapestAnswer(
        capability,
        prompt_tokens,
        output_tokens,
        rows[0].model if rows and rows[0].open else CleanText(""),
        tuple(rows[:LISTED]),
        more=max(0, len(rows) - LISTED),
        unpriced=len(fitting) - len(rows),
        too_small=len(found.models) - len(fitting),
        undecided=found.undecided,
    )


def _priced(model: ModelView, prompt_tokens: int, output_tokens: int) -> PricedModel | None:
    into, out = model.input_usd_per_million, model.output_usd_per_million
    if into is None or out is None:
        return None
    # Dollars a million tokens are micro-dollars a token; a window nobody tells bounds no size, and no float holds any.
    cost = round(Decimal(str(into)) * prompt_tokens + Decimal(str(out)) * output_tokens)
    name = clean_line(f"{model.provider}/{model.id}", 120)
    return PricedModel(name, cost, into, out, model.context_tokens, model.open, model.reason)
