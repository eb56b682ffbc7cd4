"""An engine over two fake providers: `dear` and `thrifty`, and chains over them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tests.fakes.llm_endpoint import LlmEndpoint, Reply, Seen, fail, say
from tui.bus import Bus, Inbox
from tui.config.paths import find_paths
from tui.config.schema import ChatSettings, Settings
from tui.domain.events import NoticePosted
from tui.domain.gateway import ComboSpec, GatewaySpec, ModelSpec, ProviderSpec
from tui.domain.ids import ComboName, ProviderName
from tui.domain.money import Price
from tui.engine import Engine


@dataclass
class Rig:
    """`broken` names the providers that answer 503."""

    engine: Engine
    inbox: Inbox
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    """Providers in the order in which requests reached them."""

    def notices(self) -> list[str]:
        """Returns the notices since the last look."""
        return [event.text for event in self.inbox.drain() if isinstance(event, NoticePosted)]


@asynccontextmanager
async def rig(
    tmp_path: Path,
    broken: set[str] | None = None,
    gateways: tuple[GatewaySpec, ...] = (),
    window: int | None = 32_000,
) -> AsyncIterator[Rig]:
    """Runs it for the length of a block. Prices: dear 50 + 100, thrifty 1 + 2 US dollars a million tokens."""
    broken = set() if broken is None else broken
    asked: list[str] = []

    def script(name: str) -> Callable[[Seen], Reply]:
        def reply(seen: Seen) -> Reply:
            asked.append(name)
            usage = {"prompt_tokens": 100, "completion_tokens": 50}
            return fail(503) if name in broken else say(f"{name} says hello.", usage=usage)

        return reply

    async with LlmEndpoint(script("dear")) as dear, LlmEndpoint(script("thrifty")) as thrifty:
        settings = Settings(
            providers=(_provider("dear", dear, 50, window), _provider("thrifty", thrifty, 1, window)),
            combos=(
                ComboSpec(ComboName("main"), ("dear/fake-1", "thrifty/fake-1")),
                ComboSpec(ComboName("backup"), ("thrifty/fake-1",)),
                ComboSpec(ComboName("single"), ("dear/fake-1",)),
            ),
            chat=ChatSettings(target="main"),
            gateways=gateways,
        )
        bus = Bus()
        inbox = bus.subscribe()
        engine = Engine(settings, find_paths({"MCP_TUI_HOME": str(tmp_path)}), attended=False, bus=bus)
        await engine.start()
        try:
            yield Rig(engine, inbox, broken, asked)
        finally:
            await engine.stop()


def _provider(name: str, endpoint: LlmEndpoint, price: int, window: int | None) -> ProviderSpec:
    model = ModelSpec("fake-1", window, price=Price(Decimal(price), Decimal(2 * price)), tools=True)
    return ProviderSpec(ProviderName(name), endpoint.base_url, models=(model,))
