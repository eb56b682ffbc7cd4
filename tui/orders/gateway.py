"""The gateway: an operation, a breaker moved by hand, another provider, what the next messages are sent to."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.bus import Bus
from tui.config.paths import Paths
from tui.domain.errors import McpTuiError
from tui.domain.events import GatewaySampled, TargetChanged
from tui.domain.gateway import BreakerOrder, ProviderSpec
from tui.domain.ids import ProviderName

if TYPE_CHECKING:
    from tui.assembly import Assembly
    from tui.domain.gateway_answers import ConnectionTest
    from tui.domain.gateway_routing import StepTrial, TestAnswer
    from tui.domain.operations import Operation


class GatewayOrders:
    """Every order raises McpTuiError with a hint when it cannot be carried out."""

    def __init__(self, parts: "Callable[[], Assembly]", paths: Paths, bus: Bus) -> None:
        self._parts = parts
        self._paths = paths
        self._bus = bus

    # --- operations

    def operations(self) -> "Sequence[Operation]":
        """Returns the gateway's operations, in the table's order."""
        from tui.gateway.operations import OPERATIONS  # not needed before the first paint

        return OPERATIONS

    async def operate(self, name: str, arguments: Mapping[str, Any]) -> object:
        """Carries out an operation by name and returns its answer, a dataclass."""
        from tui.gateway.operations import OPERATION_BY_NAME

        operation = OPERATION_BY_NAME[name]
        answer: object = await getattr(self._parts().gateway, operation.method)(**operation.prepared(arguments))
        await self._show()
        return answer

    async def known_values(self, parameter: str) -> Sequence[str]:
        """Returns what an operation's parameter of that name may be called with; empty when anything may."""
        return await self._parts().gateway.known_values(parameter)

    async def try_combo(self, combo: str, on_trial: "Callable[[StepTrial], None]") -> "TestAnswer":
        """Makes a small real call to each step of a chain; `on_trial` is told each as it ends."""
        return await self._parts().gateway.test(combo, on_trial=on_trial)

    # --- by hand

    async def set_target(self, target: str) -> None:
        """Sends the next messages to another combo or `provider/model`."""
        room, gateway = self._parts().room, self._parts().gateway
        model = gateway.model(target)
        if model is None:
            raise McpTuiError(f"No model or combo is called {target!r}.", "Choose one from the model list (ctrl+p).")
        room.target = target
        self._bus.publish(TargetChanged(target, model.context_tokens))

    async def order_breaker(self, provider: ProviderName, order: BreakerOrder) -> None:
        """Moves a provider's breaker by hand and shows it at once."""
        gateway = self._parts().gateway
        match order:
            case "trip":
                gateway.trip(provider)
            case "probe":
                gateway.probe(provider)
            case "reset":
                gateway.reset(provider)
            case "hold" | "release":
                gateway.hold(provider, order == "hold")
        await self._show()

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
        if not parts.room.target:
            self._find_target()
        await self._show()

    async def _write_down(self, spec: ProviderSpec) -> None:
        """What the environment named is kept with it: config.toml, once it names a provider, is the whole list."""
        from tui.config.discover import ENVIRONMENT
        from tui.config.edit import add_providers

        found = [other for other in self._parts().settings.providers if other.origin == ENVIRONMENT]
        await asyncio.to_thread(add_providers, self._paths, [*found, spec])

    async def _show(self) -> None:
        """Publishes the gateway as it stands now, ahead of the next sample."""
        self._bus.publish(GatewaySampled(await self._parts().gateway.snapshot()))

    def _find_target(self) -> None:
        gateway, room = self._parts().gateway, self._parts().room
        target, _ = gateway.choose_target()
        model = gateway.model(target)
        if model is not None:
            room.target = target
            self._bus.publish(TargetChanged(target, model.context_tokens))
