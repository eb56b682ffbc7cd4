"""An endpoint of which nothing is known but its models: what it cannot tell was measured here, and is said to be."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from tui.domain.gateway import BreakerOrder, BudgetAction, GatewaySnapshot
from tui.domain.gateway_accounts import (
    BudgetAnswer,
    BudgetScope,
    CostAnswer,
    CostPeriod,
    ProviderAnswer,
    QuotaAnswer,
    SessionAnswer,
)
from tui.domain.gateway_answers import Capability, HealthAnswer, ModelsAnswer
from tui.domain.gateway_figures import CostFigures, Window
from tui.domain.gateway_routing import ExplainAnswer, Role, RouteAnswer, SimulateAnswer
from tui.domain.gateway_witness import MEASURED_HERE
from tui.domain.ids import ProviderName
from tui.domain.messages import Message
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.snapshot import verdict_of
from tui.gateway.remote.adapter import NotExposed
from tui.gateway.remote.witnesses import relied_on

HERE = (relied_on(MEASURED_HERE),)


class MeasuredHere(NotExposed):
    """Answers from our own ledger for the gateway's chats. Adapters override what their gateway tells itself."""

    async def health(self) -> HealthAnswer:
        own = self._around.provider
        here = await self._around.here.health()
        standings = tuple(one for one in here.providers if one.provider == own)
        return replace(
            here,
            gateway=self.name,
            verdict=verdict_of((await self.snapshot()).providers),
            reasons=tuple(reason for reason in here.reasons if reason.startswith(f"{own}:")),
            uptime_s=None,
            version=None,
            memory_bytes=None,
            providers=standings,
            cached_models=sum(one.models or 0 for one in standings),
            unknown=("uptime_s", "version", "memory_bytes"),
            witnesses=HERE,
        )

    async def quota(self, provider: str | None = None, credential: str | None = None) -> QuotaAnswer:
        for given in (provider, credential):
            if given not in (None, self._around.provider):
                self._refuse(f"the quota of {clean_line(given, 60)}")
        return replace(await self._around.here.quota(self._around.provider), witnesses=HERE)

    async def route(
        self,
        model: str,
        messages: Sequence[Message],
        combo: str | None = None,
        role: Role | None = None,
        budget: float | None = None,
    ) -> RouteAnswer:
        """Sent through the gateway in here, so that the budget holds and the cost is in the ledger."""
        target = self.target_of(combo or model)
        answer = await self._around.here.route(target, messages, None, role, budget)
        return replace(answer, witnesses=HERE)

    async def cost(self, period: CostPeriod = "session") -> CostAnswer:
        here = await self._around.here.cost(period)
        own = self._around.provider
        providers = tuple(one for one in here.providers if one.provider == own)
        total = providers[0].figures if providers else CostFigures()
        models = tuple(one for one in here.models if one.provider == own)
        return replace(
            here,
            total=total,
            providers=providers,
            models=models,
            witnesses=HERE,
            total_of=clean_line(f"our chats through {self.name}"),
            over_time_of=CleanText("all our chats"),
        )

    async def models(
        self, provider: str | None = None, capability: Capability | None = None, refresh: bool = False
    ) -> ModelsAnswer:
        if provider not in (None, self._around.provider):
            self._refuse(f"the models of {clean_line(provider, 60)}")
        answer = await self._around.here.models(self._around.provider, capability, refresh)
        ages = [state.age_s for state in answer.lists]
        return replace(answer, witnesses=(relied_on("GET /v1/models", ages[0] if ages else None),))

    async def simulate(self, model: str, prompt_tokens: int = 1_000, combo: str | None = None) -> SimulateAnswer:
        """What one call to the gateway would cost; which way it goes behind it is not known here."""
        target = self.target_of(combo or model)
        return replace(await self._around.here.simulate(target, prompt_tokens), witnesses=HERE)

    async def budget(
        self,
        max_cost: float | None = None,
        action: BudgetAction | None = None,
        tier: Literal["cheap", "free"] | None = None,
        period: BudgetScope = "session",
        reset: bool = False,
    ) -> BudgetAnswer:
        """The budget of this program, which holds for all that it sends."""
        answer = await self._around.here.budget(max_cost, action, tier, period, reset)
        return replace(answer, witnesses=HERE)

    async def provider(self, provider: str, window: Window = "day") -> ProviderAnswer:
        if provider != self._around.provider:
            self._refuse(f"figures of {clean_line(provider, 60)}")
        return replace(await self._around.here.provider(provider, window), witnesses=HERE)

    async def explain(self, request_id: str) -> ExplainAnswer:
        return replace(await self._around.here.explain(request_id), witnesses=HERE)

    async def session(self) -> SessionAnswer:
        return replace(await self._around.here.session(), witnesses=HERE)

    async def known_values(self, parameter: str) -> Sequence[str]:
        if parameter in ("request_id", "model"):
            own = f"{self._around.provider}/"
            values = await self._around.here.known_values(parameter)
            return [value for value in values if parameter == "request_id" or value.startswith(own)]
        return await super().known_values(parameter)

    async def order_breaker(self, provider: ProviderName, order: BreakerOrder) -> None:
        """Moves the breaker that this program keeps for the gateway as a whole."""
        if provider != self._around.provider:
            self._refuse(f"to {order} a breaker of its own")
        await self._around.here.order_breaker(provider, order)

    async def snapshot(self) -> GatewaySnapshot:
        here = await self._around.here.snapshot()
        providers = tuple(one for one in here.providers if one.name == self._around.provider)
        seen = replace(here, gateway=self.name, providers=providers, combos=())
        return replace(seen, verdict=verdict_of(seen.providers), notes=(clean_line("all figures were measured here"),))

    def target_of(self, name: str) -> str:
        """Returns a model or chain of this gateway as chats are sent to it."""
        own = f"{self._around.provider}/"
        return name if name.startswith(own) else f"{own}{name}"
