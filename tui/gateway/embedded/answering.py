"""The operations of the embedded gateway: each brings what is known up to date, then answers from it."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from tui.domain.completion import TaskType
from tui.domain.errors import UsageError
from tui.domain.gateway import BudgetAction, ProfileName, ProviderSpec
from tui.domain.gateway_accounts import (
    BudgetAnswer,
    BudgetScope,
    CostAnswer,
    CostPeriod,
    ProviderAnswer,
    QuotaAnswer,
    SessionAnswer,
)
from tui.domain.gateway_answers import (
    Capability,
    ComboMetricsAnswer,
    CombosAnswer,
    HealthAnswer,
    ModelsAnswer,
    ResilienceAnswer,
    SwitchAnswer,
)
from tui.domain.gateway_figures import Window
from tui.domain.gateway_routing import (
    BestAnswer,
    ExplainAnswer,
    Role,
    RouteAnswer,
    SimulateAnswer,
    StepTrial,
    TestAnswer,
)
from tui.domain.messages import Message
from tui.domain.spend import Totals
from tui.domain.text import CleanText
from tui.gateway.embedded.answers import catalog as answers_models
from tui.gateway.embedded.answers import combos as answers_combos
from tui.gateway.embedded.answers import cost as answers_cost
from tui.gateway.embedded.answers import health as answers_health
from tui.gateway.embedded.answers import use as answers_use
from tui.gateway.embedded.answers.quota import Quotas
from tui.gateway.embedded.by_hand import ByHand
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.providers.model_lists import ModelLists
from tui.gateway.embedded.requests.sending import Sender
from tui.gateway.embedded.resilience.profiles import settings_of
from tui.gateway.embedded.routing.asking import route
from tui.gateway.embedded.routing.benchmark import benchmark
from tui.gateway.embedded.routing.explanation import explain
from tui.gateway.embedded.routing.recommend import recommend
from tui.gateway.embedded.routing.simulation import simulate
from tui.gateway.embedded.routing.targets import checked_target, named_combo, named_provider
from tui.gateway.ports import SpendLedger

RECENT_REQUESTS = 50
"""How many requests are offered to be explained."""


class Answering:
    """The answers of `gateway.contract.Gateway`, whose table says what each means. All raise McpTuiError."""

    name = CleanText("embedded")

    def __init__(self, parts: Parts, ledger: SpendLedger) -> None:
        self._parts = parts
        self._ledger = ledger
        self._sender = Sender(parts)
        self._by_hand = ByHand(parts)
        self._lists = ModelLists(parts)
        self._quotas = Quotas(parts)
        self._started = (parts.clock.monotonic(), parts.clock.wall())

    # --- how it stands

    async def health(self) -> HealthAnswer:
        await self._refresh()
        await self._look_up_keys()
        return await answers_health.health(self.name, self._parts, self._parts.clock.monotonic() - self._started[0])

    async def combos(self, include_metrics: bool = False) -> CombosAnswer:
        await self._refresh()
        return await answers_combos.combos(self._parts, include_metrics=include_metrics)

    async def combo_metrics(self, combo: str) -> ComboMetricsAnswer:
        return await answers_combos.combo_metrics(combo, self._parts)

    async def switch(self, combo: str, active: bool, force: bool = False) -> SwitchAnswer:
        await self._refresh()
        return await answers_combos.switch(combo, active, force, self._parts, self._by_hand)

    async def quota(self, provider: str | None = None, credential: str | None = None) -> QuotaAnswer:
        await self._refresh()
        return QuotaAnswer(await self._quotas.views(provider, credential), await self._budget())

    async def models(
        self, provider: str | None = None, capability: Capability | None = None, refresh: bool = False
    ) -> ModelsAnswer:
        await self._refresh()
        specs = (self._spec(provider),) if provider else self._parts.catalog.providers
        return await answers_models.models(specs, capability, refresh, self._lists, self._parts)

    # --- money and use

    async def cost(self, period: CostPeriod = "session") -> CostAnswer:
        await self._refresh()
        return await answers_cost.cost(period, self._parts, await self._budget())

    async def budget(
        self,
        max_cost: float | None = None,
        action: BudgetAction | None = None,
        tier: Literal["cheap", "free"] | None = None,
        period: BudgetScope = "session",
        reset: bool = False,
    ) -> BudgetAnswer:
        await self._refresh()
        wanted = answers_cost.changed_budget(self._parts.guard.budget, max_cost, action, tier, period)
        if reset and wanted != self._parts.guard.budget:
            raise UsageError("Setting a budget and resetting it exclude each other.", "Do one after the other.")
        if reset or wanted != self._parts.guard.budget:
            await self._by_hand.set_budget(None if reset else wanted)
        return await self._budget()

    async def provider(self, provider: str, window: Window = "day") -> ProviderAnswer:
        await self._refresh()
        spec = self._spec(provider)
        return await answers_use.provider(spec, window, await self._quotas.view(spec), self._parts)

    async def session(self) -> SessionAnswer:
        await self._refresh()
        return await answers_use.session(self._parts, await self._budget(), self._started[1])

    async def resilience(self, profile: ProfileName | None = None) -> ResilienceAnswer:
        await self._refresh()
        before = settings_of(self._parts.profile)
        if profile is not None:
            await self._by_hand.set_profile(profile)
        after = settings_of(self._parts.profile)
        return ResilienceAnswer(after, before, profile is not None, self._by_hand.profile_set)

    # --- ways

    async def route(
        self,
        model: str,
        messages: Sequence[Message],
        combo: str | None = None,
        role: Role | None = None,
        budget: float | None = None,
    ) -> RouteAnswer:
        await self._refresh()
        return await route(self._sender, checked_target(self._parts.catalog, model, combo), messages, role, budget)

    async def simulate(self, model: str, prompt_tokens: int = 1_000, combo: str | None = None) -> SimulateAnswer:
        await self._refresh()
        target = checked_target(self._parts.catalog, model, combo)
        return await simulate(target, prompt_tokens, self._parts, self._sender.served(target))

    async def test(
        self,
        combo: str,
        prompt: str = "Answer with the word: ready",
        on_trial: Callable[[StepTrial], None] | None = None,
    ) -> TestAnswer:
        await self._refresh()
        chain = named_combo(self._parts.catalog, combo)
        return await benchmark(chain, prompt, self._parts.catalog, self._sender, on_trial)

    async def best(
        self, task: TaskType, cost_limit: float | None = None, latency_limit: float | None = None
    ) -> BestAnswer:
        await self._refresh()
        return await recommend(task, self._parts, cost_limit, latency_limit)

    async def explain(self, request_id: str) -> ExplainAnswer:
        return await explain(request_id, self._sender, self._parts.store)

    async def known_values(self, parameter: str) -> tuple[str, ...]:
        """Returns what a parameter of that name may be called with: chains, models, providers, requests."""
        catalog = self._parts.catalog
        match parameter:
            case "combo":
                return tuple(combo.name for combo in catalog.combos)
            case "model":
                enabled = (combo.name for combo in catalog.combos if combo.enabled)
                return (*enabled, *map(str, catalog.steps()))
            case "provider" | "credential":
                return tuple(provider.name for provider in catalog.providers)
            case "request_id":
                return await self._parts.store.recent_decisions(RECENT_REQUESTS)
            case _:
                return ()

    # --- up to date

    async def _refresh(self) -> None:
        """Takes over what other runs of the profile know and set. Raises StorageError."""
        await self._by_hand.refresh()
        await self._parts.health.refresh()

    async def _look_up_keys(self) -> None:
        unknown = [spec for spec in self._parts.catalog.providers if not self._parts.credentials.looked_up(spec.name)]
        await asyncio.gather(*(self._parts.credentials.find(spec) for spec in unknown))

    async def _totals(self) -> Totals:
        return await self._ledger.totals(self._parts.session_id, self._parts.clock.wall())

    async def _budget(self) -> BudgetAnswer:
        return answers_cost.budget_answer(
            self._parts.guard.in_force(), await self._totals(), set_by_hand=self._by_hand.budget_set
        )

    def _spec(self, provider: str) -> ProviderSpec:
        return named_provider(self._parts.catalog, provider)
