"""The host of the servers and what the rest of the program gives it: a model to ask, places to keep things."""

import asyncio
from collections.abc import Callable

from tui import __version__
from tui.bus import Bus
from tui.config.grants import GrantFile
from tui.config.paths import Paths
from tui.consent import Consent
from tui.desk import QuestionDesk
from tui.domain.clock import Clock
from tui.domain.completion import ChatRequest, ReplyEnded
from tui.domain.errors import CallError
from tui.domain.messages import Message, TextPart
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.servers.asking.allowed import Sample, Sampler, Wish
from tui.servers.pool import ServerPool
from tui.servers.transports.orphans import ChildBook


async def open_pool(
    paths: Paths,
    *,
    bus: Bus,
    clock: Clock,
    desk: QuestionDesk,
    consent: Consent,
    sampler: Sampler,
    remember: Callable[[str], None],
) -> ServerPool:
    """Returns the pool, after ending what killed runs left behind. `remember` is told every token to be masked."""
    children = ChildBook(paths.state / "children")
    await asyncio.to_thread(children.reap)
    return ServerPool(
        publish=bus.publish,
        clock=clock,
        ask=desk.ask,
        client_version=__version__,
        pins=consent.pins,
        switches=consent.switches,
        grants=GrantFile(paths, remember=remember),
        sampler=sampler,
        children=children,
    )


class GatewaySampler:
    """Servers' requests to a model, sent like any other; satisfies `servers.allowed.Sampler`."""

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
