"""What a person orders of the gateway while it runs: an operation, a breaker moved by hand, another provider."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui.bus import Bus
from tui.chat.room import Room
from tui.config.discover import ENVIRONMENT
from tui.config.edit import add_providers
from tui.config.keys import KeyFinder
from tui.config.paths import Paths
from tui.domain.events import GatewaySampled, TargetChanged
from tui.domain.gateway import BreakerOrder, ProviderSpec
from tui.domain.gateway_answers import ConnectionTest
from tui.domain.gateway_routing import StepTrial, TestAnswer
from tui.domain.ids import ProviderName
from tui.gateway.embedded.gateway import EmbeddedGateway
from tui.gateway.operations import OPERATION_BY_NAME
from tui.logs import Redactor


@dataclass(frozen=True, slots=True)
class GatewayOrders:
    """Carries orders out; all raise McpTuiError with a hint."""

    gateway: EmbeddedGateway
    room: Room
    bus: Bus
    paths: Paths
    redactor: Redactor

    async def operate(self, name: str, arguments: Mapping[str, Any]) -> object:
        """Carries out an operation and returns its answer."""
        operation = OPERATION_BY_NAME[name]
        answer = await getattr(self.gateway, operation.method)(**operation.prepared(arguments))
        await self.show()
        return answer

    async def try_combo(self, combo: str, on_trial: Callable[[StepTrial], None]) -> TestAnswer:
        """Makes a small real call to each step of a chain; `on_trial` is told each as it ends."""
        return await self.gateway.test(combo, on_trial=on_trial)

    async def order_breaker(self, provider: ProviderName, order: BreakerOrder) -> None:
        """Moves a provider's breaker by hand and shows it at once."""
        match order:
            case "trip":
                self.gateway.trip(provider)
            case "probe":
                self.gateway.probe(provider)
            case "reset":
                self.gateway.reset(provider)
            case "hold" | "release":
                self.gateway.hold(provider, order == "hold")
        await self.show()

    async def test_provider(self, spec: ProviderSpec, key: str) -> ConnectionTest:
        """Tries a provider out; a key that was typed is masked in the log from now on."""
        if key:
            self.redactor.remember(key)
        return await self.gateway.test_provider(spec, key or None)

    async def store_key(self, base_url: str, key: str, *, in_file: bool) -> None:
        """Keeps a key for one endpoint."""
        await asyncio.to_thread(KeyFinder(self.paths).store_key, base_url, key, in_file=in_file)

    async def add_provider(self, spec: ProviderSpec, others: Sequence[ProviderSpec], *, keep: bool) -> ProviderSpec:
        """Takes a provider in and returns it with its models; chats that had nowhere to go get one of them.

        What the environment named is kept with it: config.toml, once it names a provider, is the whole list.
        """
        self.gateway.check_new(spec.name)
        if keep:
            found = [other for other in others if other.origin == ENVIRONMENT]
            await asyncio.to_thread(add_providers, self.paths, [*found, spec])
        await self.gateway.add_provider(spec)
        if not self.room.target:
            await self._find_target()
        await self.show()
        return replace(spec, models=self.gateway.models_of(spec.name))

    async def show(self) -> None:
        """Publishes the gateway as it stands now, ahead of the next sample."""
        self.bus.publish(GatewaySampled(await self.gateway.snapshot()))

    async def _find_target(self) -> None:
        target, _ = self.gateway.choose_target()
        model = self.gateway.model(target)
        if model is not None:
            self.room.target = target
            self.bus.publish(TargetChanged(target, model.context_tokens))
