"""The gateway: an operation, a breaker moved by hand, another provider, what the next messages are sent to."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.bus import Bus
from tui.config.paths import Paths
from tui.domain.errors import NotExposedError, RefusedError
from tui.domain.events import GatewaySampled
from tui.domain.gateway import EMBEDDED, BreakerOrder, ComboSpec, ProviderSpec
from tui.domain.ids import ProviderName
from tui.domain.text import CleanText

if TYPE_CHECKING:
    from tui.assembly import Assembly
    from tui.domain.gateway_answers import ConnectionTest
    from tui.domain.gateway_routing import ExplainAnswer, StepTrial, TestAnswer
    from tui.domain.operations import Operation
    from tui.gateway.switchboard import KnownGateway, SeenGateway


class GatewayOrders:
    """Every order raises McpTuiError with a hint when it cannot be carried out."""

    def __init__(self, parts: "Callable[[], Assembly]", paths: Paths, bus: Bus) -> None:
        self._parts = parts
        self._paths = paths
        self._bus = bus
        self._one_change_at_a_time = asyncio.Lock()

    # --- operations

    def operations(self) -> "Sequence[Operation]":
        """Returns the gateway's operations, in the table's order."""
        from tui.gateway.operations import OPERATIONS  # not needed before the first paint

        return OPERATIONS

    async def operate(
        self, name: str, arguments: Mapping[str, Any], progress: Callable[[CleanText], None] | None = None
    ) -> object:
        """Carries out an operation by name and returns its answer, a dataclass; none is long enough for `progress`."""
        from tui.gateway.operations import OPERATION_BY_NAME

        operation = OPERATION_BY_NAME[name]
        answer: object = await getattr(self._parts().gateways.current, operation.method)(
            **operation.prepared(arguments)
        )
        await self._show()
        return answer

    async def known_values(self, parameter: str) -> Sequence[str]:
        """Returns what an operation's parameter of that name may be called with; empty when anything may."""
        return await self._parts().gateways.current.known_values(parameter)

    async def try_combo(self, combo: str, on_trial: "Callable[[StepTrial], None]") -> "TestAnswer":
        """Makes a small real call to each step of a chain; `on_trial` is told each as it ends."""
        return await self._parts().gateways.current.test(combo, on_trial=on_trial)

    # --- gateways

    def known_gateways(self) -> "Sequence[KnownGateway]":
        """Returns the gateways that can be used, the one inside this program first."""
        return self._parts().gateways.known()

    async def look_at_gateways(self) -> "Sequence[SeenGateway]":
        """Asks every known gateway how it is."""
        return await self._parts().gateways.look()

    async def use(self, name: str) -> None:
        """Lets another gateway answer and carry the chats; `embedded` is the one inside this program."""
        from tui.gateways import with_chosen_gateway  # imports the SDKs

        parts = self._parts()
        # The models of the one chosen first may be named after those of the one chosen next.
        async with self._one_change_at_a_time:
            await parts.gateways.use(name)
            parts.settings = with_chosen_gateway(replace(parts.settings, gateway="" if name == EMBEDDED else name))
            target, _ = await parts.gateways.find_target(parts.settings.chat.target)
            parts.aim.take(target)
            await self._show()

    # --- by hand

    async def set_target(self, target: str) -> None:
        """Sends the next messages to another combo or `provider/model`."""
        await self._parts().aim.set_target(target)

    async def order_breaker(self, provider: ProviderName, order: BreakerOrder) -> None:
        """Moves a provider's breaker by hand and shows it at once."""
        await self._parts().gateways.current.order_breaker(provider, order)
        await self._show()

    # --- chains

    async def edit_combo(self, edited: ComboSpec, *, keep: bool = False) -> None:
        """Lets a chain go by other steps, strategy and weights at once; `keep` writes them into config.toml too.

        It is in force also when it then cannot be written.
        """
        parts = self._parts()
        if keep and parts.settings.demo:
            raise RefusedError("The demo's chains are not kept.", "Change it for this run only.")
        if parts.gateways.current is not parts.gateway:
            raise NotExposedError("This gateway does not let its chains be changed from here.", "Change it over there.")
        combo = await parts.gateway.edit_combo(edited)
        combos = tuple(combo if one.name == combo.name else one for one in parts.settings.combos)
        parts.settings = replace(parts.settings, combos=combos)
        if keep:
            from tui.config.edit import edit_combo

            await asyncio.to_thread(edit_combo, self._paths, combo)
        await self._show()

    async def recent_requests(self, limit: int = 20) -> "Sequence[ExplainAnswer]":
        """Returns why the newest requests went their way, newest first."""
        gateway = self._parts().gateways.current
        ids = (await gateway.known_values("request_id"))[:limit]
        return [await gateway.explain(request_id) for request_id in ids]

    # --- providers

    async def test_provider(self, spec: ProviderSpec, key: str = "") -> "ConnectionTest":
        """Tries a provider out without taking it in; `key` is one that is stored nowhere yet."""
        if key:
            self._parts().redactor.remember(key)
        return await self._parts().gateway.test_provider(spec, key or None)

    async def store_key(self, base_url: str, key: str, *, in_file: bool = False) -> None:
        """Keeps a key for one endpoint in the system keyring, or in a private file."""
        from tui.config.keys import KeyFinder

        await asyncio.to_thread(KeyFinder(self._paths).store_key, base_url, key, in_file=in_file)

    async def add_provider(self, spec: ProviderSpec, *, keep: bool = False) -> None:
        """Takes in a provider at once, for this run or, kept in config.toml, for all; models are fetched.

        A chat that had nowhere to go gets one of them.
        """
        parts = self._parts()
        parts.gateway.check_new(spec.name)
        if keep:
            await self._write_down(spec)
        await parts.gateway.add_provider(spec)
        added = replace(spec, models=parts.gateway.models_of(spec.name))
        parts.settings = replace(parts.settings, providers=(*parts.settings.providers, added))
        target, _ = parts.gateway.choose_target()
        if target and not parts.room.target:
            parts.aim.take(target)
        await self._show()

    async def _write_down(self, spec: ProviderSpec) -> None:
        """What the environment named is kept with it: config.toml, once it names a provider, is the whole list."""
        from tui.config.discover import ENVIRONMENT
        from tui.config.edit import add_providers

        found = [other for other in self._parts().settings.providers if other.origin == ENVIRONMENT]
        await asyncio.to_thread(add_providers, self._paths, [*found, spec])

    async def _show(self) -> None:
        """Publishes the gateway as it stands now, ahead of the next sample."""
        self._bus.publish(GatewaySampled(await self._parts().gateways.snapshot()))
