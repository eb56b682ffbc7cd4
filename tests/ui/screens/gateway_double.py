"""An engine's double for the gateway screen: every operation answers as told, trials are told one by one."""

import asyncio
from dataclasses import dataclass, field

from tests.ui.screens.engine_double import EngineDouble
from tui.domain.gateway_answers import ConnectionTest
from tui.domain.text import clean
from tui.gateway.operations import OPERATIONS


@dataclass
class GatewayDouble(EngineDouble):
    """`answers` holds each operation's answer by name, `known` what its parameters may be called with."""

    answers: dict = field(default_factory=dict)
    known: dict = field(default_factory=dict)
    trials: tuple = ()
    seen: ConnectionTest = ConnectionTest(True, clean("mine lists 2 models: a, b"))
    stopped: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.gateway = GatewayOrdersDouble(self)


class GatewayOrdersDouble:
    """Orders to the gateway."""

    def __init__(self, engine: GatewayDouble) -> None:
        self._engine = engine

    def operations(self):
        return OPERATIONS

    async def operate(self, name, arguments):
        return await self._engine.do("gateway.operate", name, dict(arguments), answer=self._engine.answers.get(name))

    async def known_values(self, parameter):
        return self._engine.known.get(parameter, ())

    async def order_breaker(self, provider, order):
        await self._engine.do("gateway.order_breaker", provider, order)

    async def try_combo(self, combo, on_trial):
        """Tells `trials` and waits; the answer comes once `held` is set."""
        self._engine.orders.append(("gateway.try_combo", combo))
        for trial in self._engine.trials:
            on_trial(trial)
        try:
            if self._engine.held is not None:
                await self._engine.held.wait()
        except asyncio.CancelledError:
            self._engine.stopped = True
            raise
        return self._engine.answers["test"]

    async def test_provider(self, spec, key=""):
        return await self._engine.do("gateway.test_provider", spec, key, answer=self._engine.seen)

    async def store_key(self, base_url, key, *, in_file=False):
        await self._engine.do("gateway.store_key", base_url, key, in_file)

    async def add_provider(self, spec, *, keep=False):
        await self._engine.do("gateway.add_provider", spec, keep)
