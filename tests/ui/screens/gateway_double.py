"""An engine's double for the gateway screen: operations answer as told or fail, trials are told one by one."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace

from tests.ui.screens.engine_double import EngineDouble
from tui.domain.audit import AuditStats, AuditVerdict
from tui.domain.gateway_answers import ConnectionTest
from tui.domain.text import clean
from tui.gateway.operations import OPERATIONS

CHANGING = ("switch", "budget")
"""Operations that are orders once they are given something; the others are questions."""


@dataclass
class GatewayDouble(EngineDouble):
    """`answers` holds each operation's answer by name, an exception is raised; `asked` what was asked, in order."""

    answers: dict = field(default_factory=dict)
    asked: list[tuple] = field(default_factory=list)
    known: dict = field(default_factory=dict)
    requests: tuple | Exception = ()
    gateways: tuple = ()
    trials: tuple = ()
    seen: ConnectionTest = ConnectionTest(True, clean("mine lists 2 models: a, b"))
    stopped: bool = False
    served: tuple | Exception = ()
    """Calls in the audit, newest first."""
    stats: AuditStats = AuditStats(0, 0, 0, None, 0, 0)
    verdict: AuditVerdict = AuditVerdict(True, 0)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.gateway = GatewayOrdersDouble(self)
        self.audit = AuditOrdersDouble(self)
        self.jobs = SimpleNamespace(operations=lambda: ())

    def count(self, name: str) -> int:
        """How often a question was asked."""
        return sum(asked[0] == name for asked in self.asked)


class AuditOrdersDouble:
    """Questions to the audit."""

    def __init__(self, engine: GatewayDouble) -> None:
        self._engine = engine

    async def recent(self, limit=50):
        self._engine.asked.append(("audit", limit))
        if isinstance(self._engine.served, Exception):
            raise self._engine.served
        return self._engine.served[:limit]

    async def stats(self):
        return self._engine.stats

    async def verify(self):
        return await self._engine.do("audit.verify", answer=self._engine.verdict)


class GatewayOrdersDouble:
    """Orders to the gateway."""

    def __init__(self, engine: GatewayDouble) -> None:
        self._engine = engine

    def operations(self):
        return OPERATIONS

    async def operate(self, name, arguments, progress=None):
        answer = self._engine.answers.get(name)
        answer = answer(arguments) if callable(answer) else answer
        if name in CHANGING and arguments:
            return await self._engine.do("gateway.operate", name, dict(arguments), answer=answer)
        self._engine.asked.append((name, dict(arguments)))
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def known_values(self, parameter):
        return self._engine.known.get(parameter, ())

    async def recent_requests(self, limit=20):
        self._engine.asked.append(("recent", limit))
        if isinstance(self._engine.requests, Exception):
            raise self._engine.requests
        return self._engine.requests

    async def order_breaker(self, provider, order):
        await self._engine.do("gateway.order_breaker", provider, order)

    async def edit_combo(self, combo, *, keep=False):
        await self._engine.do("gateway.edit_combo", combo, keep)

    async def set_target(self, target):
        await self._engine.do("gateway.set_target", target)

    def known_gateways(self):
        return tuple(
            SimpleNamespace(name=name, kind=kind, url=url, in_use=number == 0)
            for number, (name, kind, url) in enumerate(self._engine.gateways)
        )

    async def use(self, name):
        await self._engine.do("gateway.use", name)

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
