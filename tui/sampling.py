"""Servers' requests to a model (MCP sampling), sent through the gateway like any other, under its budget."""

from tui.domain.completion import ChatRequest, ReplyEnded
from tui.domain.errors import CallError
from tui.domain.messages import Message, TextPart
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.servers.allowed import Sample, Wish


class GatewaySampler:
    """Satisfies `servers.allowed.Sampler`."""

    def __init__(self, gateway: EmbeddedGateway, target: str) -> None:
        self._gateway = gateway
        self._target = target

    async def __call__(self, wish: Wish) -> Sample:
        """Returns the model's answer. Raises CallError without one."""
        system = (Message("system", (TextPart(wish.system_prompt),)),) if wish.system_prompt else ()
        request = ChatRequest(
            self._target or self._gateway.choose_target()[0],
            (*system, *wish.messages),
            max_output_tokens=wish.max_tokens,
            temperature=wish.temperature,
            max_cost_microusd=wish.max_cost_microusd,
        )
        async for fact in self._gateway.stream(request):
            if isinstance(fact, ReplyEnded):
                if not fact.text:
                    raise CallError(fact.reason or "The model answered nothing.", fact.hint)
                model = fact.route.model or request.target
                return Sample(fact.text, model, fact.outcome == "complete", fact.cost.microusd)
        raise CallError("The gateway ended without an answer.")
