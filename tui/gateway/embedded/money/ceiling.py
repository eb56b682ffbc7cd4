"""The most that one answer may cost, told before anything is sent: what a caller's own budget is checked against."""

from tui.domain.completion import ChatRequest
from tui.gateway.embedded.money import estimate
from tui.gateway.embedded.parts import Parts


async def price_ceiling(request: ChatRequest, more_tokens: int, parts: Parts) -> int | None:
    """Returns micro-dollars at the dearest place the request may go to; None when a price there is unknown.

    `more_tokens` are input tokens besides those of the request.
    """
    await parts.prices.warm_up()
    tokens = estimate.input_tokens(request) + more_tokens
    dearest = 0
    for step in parts.catalog.route(request.target):
        longest = estimate.output_ceiling(request, parts.catalog.model(step.provider, step.model))
        cost = parts.estimated_cost(step, tokens, longest)
        if cost is None:
            return None
        dearest = max(dearest, cost)
    return dearest
