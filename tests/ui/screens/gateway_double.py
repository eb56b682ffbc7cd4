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

    def operations(self):
        return OPERATIONS

    async def operate(self, name, arguments):
        return await self._do("operate", name, dict(arguments), answer=self.answers.get(name))

    async def known_values(self, parameter):
        return self.known.get(parameter, ())

    async def order_breaker(self, provider, order):
        await self._do("order_breaker", provider, order)

    async def try_combo(self, combo, on_trial):
        """Tells `trials` and waits; the answer comes once `held` is set."""
        self.orders.append(("try_combo", combo))
        for trial in self.trials:
            on_trial(trial)
        try:
            if self.held is not None:
                await self.held.wait()
        except asyncio.CancelledError:
            self.stopped = True
            raise
        return self.answers["test"]

    async def test_provider(self, spec, key=""):
        return await self._do("test_provider", spec, key, answer=self.seen)

    async def store_key(self, base_url, key, *, in_file=False):
        await self._do("store_key", base_url, key, in_file)

    async def add_provider(self, spec, *, keep=False):
        await self._do("add_provider", spec, keep)
