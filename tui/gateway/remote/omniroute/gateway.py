"""OmniRoute behind the protocol of all gateways."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from tui.domain.completion import TaskType
from tui.domain.errors import CallError, NotExposedError, UsageError
from tui.domain.events import NoticePosted
from tui.domain.gateway import BreakerOrder, BudgetAction, GatewaySnapshot, ProfileName
from tui.domain.gateway_accounts import (
    BudgetAnswer,
    BudgetScope,
    CostAnswer,
    CostPeriod,
    ProviderAnswer,
    QuotaAnswer,
    QuotaView,
)
from tui.domain.gateway_answers import (
    Capability,
    ComboMetricsAnswer,
    CombosAnswer,
    HealthAnswer,
    ModelsAnswer,
    ResilienceAnswer,
    ResilienceSettings,
    SwitchAnswer,
)
from tui.domain.gateway_figures import Window
from tui.domain.gateway_routing import BestAnswer, ExplainAnswer, SimulateAnswer, StepTrial, TestAnswer
from tui.domain.gateway_witness import MEASURED_HERE
from tui.domain.ids import ProviderName
from tui.domain.money import microusd_from_usd
from tui.domain.text import CleanText, clean_line
from tui.gateway.remote.adapter import Surroundings
from tui.gateway.remote.measured import HERE, MeasuredHere
from tui.gateway.remote.omniroute import call_log, chains, money, pages, routing_pages, use_pages
from tui.gateway.remote.omniroute.quotas import quota_view
from tui.gateway.remote.omniroute.seeing import Seeing
from tui.gateway.remote.omniroute.simulation import priced, simulate
from tui.gateway.remote.omniroute.snapshot import Glance, snapshot
from tui.gateway.remote.omniroute.standing import reasons_of, standings
from tui.gateway.remote.witnesses import relied_on, silent


class OmniRoute(MeasuredHere):
    """Answers from the HTTP API; what it does not tell of our own chats was measured here."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._seeing = Seeing(around)
        self._management = self._seeing.management

    async def run(self) -> None:
        await self._seeing.run()

    async def close(self) -> None:
        await self._seeing.close()
        await super().close()

    async def snapshot(self) -> GatewaySnapshot:
        last = self._seeing.last
        glance = Glance(
            self._seeing.last_sight(),
            last(pages.COMBOS),
            last(pages.PROVIDER_COUNTS),
            last(pages.QUOTA),
            last(pages.DAY),
        )
        return snapshot(self.name, self._around.clock.wall(), glance)

    # --- how it stands

    async def health(self) -> HealthAnswer:
        seen = await self._seeing.sight()
        told, held, standing = seen.health.heard, seen.health.held, standings(seen.sight)
        own = [f"OmniRoute says: {word}" for word in held.degraded] if held else []
        if held is None and seen.health.trouble:
            own = [seen.health.trouble.message]
        figures = {
            "uptime_s": held and held.uptime_s,
            "memory_bytes": held and held.memory_bytes,
            "breakers": held and held.breakers,
            "resting_models": held and held.lockouts,
        }
        return HealthAnswer(
            gateway=self.name,
            verdict=seen.verdict,
            reasons=(*reasons_of(standing), *(clean_line(word) for word in own)),
            uptime_s=held.uptime_s if held else None,
            version=told.version or None,
            memory_bytes=held.memory_bytes if held else None,
            providers=standing,
            unknown=tuple(name for name, value in figures.items() if value is None),
            witnesses=seen.witnesses,
        )

    async def combos(self, include_metrics: bool = False) -> CombosAnswer:
        told, seen = await self._seeing.now(pages.COMBOS), await self._seeing.sight()
        counts = await self._seeing.now(pages.COMBO_COUNTS) if include_metrics else None
        found = counts.heard if counts else None
        views = tuple(chains.view(combo, seen, found) for combo in told.heard)
        return CombosAnswer(views, (told.witness, *([counts.witness] if counts else []), seen.health.witness))

    async def combo_metrics(self, combo: str) -> ComboMetricsAnswer:
        told, counts = await self._seeing.now(pages.COMBOS), await self._seeing.now(pages.COMBO_COUNTS)
        answer = chains.metrics_of(chains.named(told.heard, combo), counts.heard)
        return replace(answer, witnesses=(counts.witness,))

    async def switch(self, combo: str, active: bool, force: bool = False) -> SwitchAnswer:
        """`force` is not needed: a chain that is off is still answered over there."""
        return await chains.switch(self._management, combo, active)

    async def test(
        self,
        combo: str,
        prompt: str = "Answer with the word: ready",
        on_trial: Callable[[StepTrial], None] | None = None,
    ) -> TestAnswer:
        """OmniRoute asks a question of its own; `prompt` is not sent."""
        return await chains.test(self._management, combo, await self._seeing.sight(), on_trial)

    async def simulate(self, model: str, prompt_tokens: int = 1_000, combo: str | None = None) -> SimulateAnswer:
        if prompt_tokens < 1:
            raise UsageError(f"{prompt_tokens} is no size of a prompt.", "Give the number of tokens, such as 1000.")
        told, counts = await self._seeing.now(pages.COMBOS), await self._seeing.now(pages.COMBO_COUNTS)
        seen, prices = await self._seeing.sight(), routing_pages.prices(await self._management.get("api/pricing"))
        target = (combo or model).removeprefix(f"{self._around.provider}/")
        answer = simulate(target, prompt_tokens, told.heard, counts.facts or {}, (seen, prices))
        return replace(answer, witnesses=(told.witness, seen.health.witness, relied_on("GET /api/pricing")))

    async def best(
        self, task: TaskType, cost_limit: float | None = None, latency_limit: float | None = None
    ) -> BestAnswer:
        self._refuse("best", "OmniRoute only compares names with a list, and heeds no limit.")

    # --- money

    async def cost(self, period: CostPeriod = "session") -> CostAnswer:
        """A session is ours and measured here; a day, week or month is the time up to now, of all its users."""
        if period == "session":
            return await super().cost(period)
        name = money.RANGES[period]
        told = use_pages.analytics(await self._management.get("api/usage/analytics", range=name))
        names = (await self._seeing.sight()).sight.names
        return CostAnswer(
            period=period,
            since=self._around.clock.wall() - call_log.WINDOW_S[period],
            total=told.total,
            providers=money.by_provider(told.providers, names),
            models=money.by_model(told.models, names),
            budget=await self._budget_or_own(),
            witnesses=(relied_on(f"GET /api/usage/analytics?range={name}"),),
            total_of=clean_line("all who use this OmniRoute"),
        )

    async def budget(
        self,
        max_cost: float | None = None,
        action: BudgetAction | None = None,
        tier: Literal["cheap", "free"] | None = None,
        period: BudgetScope = "session",
        reset: bool = False,
    ) -> BudgetAnswer:
        """The session's limit is held here, those of a day and a month by OmniRoute for our key."""
        if period == "session":
            if (max_cost, action, tier, reset) != (None, None, None, False):
                return await super().budget(max_cost, action, tier, period, reset)
            return await self._budget_or_own()
        if tier or action not in (None, "block"):
            raise NotExposedError(money.refusal_of_action(action or "degrade"), "Set it with the action `block`.")
        if max_cost is not None and reset:
            raise UsageError("Setting a budget and resetting it exclude each other.", "Do one after the other.")
        own = await self._around.here.budget()
        if max_cost is None and not reset:
            told = await money.read_budget(self._management)
        else:
            told = await money.set_limit(self._management, period, microusd_from_usd(max_cost or 0.0))
        return replace(money.budget_answer(told, own), witnesses=_BUDGET_WITNESSES)

    async def _budget_or_own(self) -> BudgetAnswer:
        """The budget over there, or why only our own is told."""
        own = await self._around.here.budget()
        try:
            told = await money.read_budget(self._management)
        except (CallError, NotExposedError) as error:
            why = silent("GET /api/usage/budget", error.message, "limits over there")
            return replace(own, witnesses=(*HERE, why))
        return replace(money.budget_answer(told, own), witnesses=_BUDGET_WITNESSES)

    async def quota(self, provider: str | None = None, credential: str | None = None) -> QuotaAnswer:
        told, seen = await self._seeing.now(pages.QUOTA), await self._seeing.sight()
        views = tuple(
            quota_view(row, seen, self._around.clock.wall())
            for row in told.heard
            if provider in (None, seen.sight.names.of(row.provider), row.provider)
            and credential in (None, row.name, row.connection)
        )
        return QuotaAnswer(views, await self._budget_or_own(), (told.witness,))

    # --- use

    async def provider(self, provider: str, window: Window = "day") -> ProviderAnswer:
        seen = await self._seeing.sight()
        names, now = seen.sight.names, self._around.clock.wall()
        name = names.of(provider)
        standing = next((one for one in standings(seen.sight) if one.provider == name), None)
        if standing is None:
            known = ", ".join(one.provider for one in standings(seen.sight)) or "none"
            raise UsageError(f"OmniRoute tells of no provider {clean_line(provider, 80)!r}.", f"It has: {known}.")
        log, since = await self._seeing.now(pages.CALL_LOG), now - call_log.WINDOW_S[window]
        own = call_log.of_provider(log.heard, name, names, since)
        whole = call_log.covers(log.heard, since, pages.CALLS)
        day = await self._seeing.now(pages.DAY) if window == "day" else None
        cost = money.provider_cost(day.facts.providers, name, names) if day and day.facts else None
        quota = next((view for view in (await self.quota(name)).credentials), None)
        counted = "" if whole else f"only the newest {pages.CALLS} calls of all providers"
        return ProviderAnswer(
            provider=name,
            window=window,
            figures=call_log.figures(own, cost),
            failures=call_log.failures(own),
            breaker=standing.breaker,
            quota=quota or QuotaView(name, CleanText(""), standing.credential, unknown=("quota",)),
            last_error=standing.last_error,
            last_error_at=standing.last_error_at,
            unknown=("cancelled", "fallbacks", *(() if cost else ("cost",))),
            witnesses=(
                replace(log.witness, fact=clean_line(counted)),
                seen.health.witness,
                *await self._seeing.second_word_on(name, seen.sight),
            ),
        )

    async def explain(self, request_id: str) -> ExplainAnswer:
        own = await self._around.here.explain(request_id)
        log, seen = await self._seeing.now(pages.CALL_LOG), await self._seeing.sight()
        target = own.target.removeprefix(f"{self._around.provider}/")
        answer = call_log.explained(own, log.facts or (), seen.sight.names, target)
        sure = "" if call_log.CALLS_BEHIND not in answer.unknown else ": not told apart"
        told = replace(log.witness, fact=clean_line(f"calls, by model and time{sure}"))
        return replace(answer, witnesses=(*HERE, told))

    async def models(
        self, provider: str | None = None, capability: Capability | None = None, refresh: bool = False
    ) -> ModelsAnswer:
        """What `/v1/models` names, with the prices that hold over there; `provider` is one behind the gateway."""
        answer, seen = await super().models(None, capability, refresh), await self._seeing.sight()
        own = "" if provider in (None, self._around.provider) else f"{seen.sight.names.of(provider or '')}/"
        try:
            prices = routing_pages.prices(await self._management.get("api/pricing"))
            told = relied_on("GET /api/pricing", 0.0, "prices")
        except CallError as error:
            prices, told = {}, silent("GET /api/pricing", error.message, "prices")
        models = tuple(priced(view, prices, seen) for view in answer.models if view.id.startswith(own))
        return replace(answer, models=models, witnesses=(*answer.witnesses, told))

    # --- resilience

    async def resilience(self, profile: ProfileName | None = None) -> ResilienceAnswer:
        before = await self._resilience()
        if profile is None:
            return ResilienceAnswer(before, before, False, witnesses=_RESILIENCE_WITNESSES)
        await self._management.send("PATCH", "api/resilience", body=dict(routing_pages.PROFILES[profile]))
        after = await self._resilience()
        if after.profile != profile:
            raise CallError(f"OmniRoute took {profile} but tells back other settings.", "See its page of resilience.")
        return ResilienceAnswer(after, before, True, True, _RESILIENCE_WITNESSES)

    async def _resilience(self) -> ResilienceSettings:
        return routing_pages.resilience(await self._management.get("api/resilience"))

    async def order_breaker(self, provider: ProviderName, order: BreakerOrder) -> None:
        """Only all breakers together can be reset; that others were reset too is said."""
        if order != "reset":
            self._refuse(f"to {order} a breaker", "OmniRoute can only reset, and only all of them.")
        before = await self._not_closed()
        await self._management.send("POST", "api/resilience/reset", body={})
        still = await self._not_closed()
        if provider in still:
            raise CallError(f"OmniRoute took the order, but {provider} is not closed.", "It may have failed again.")
        others = [name for name in before if name != provider]
        if others:
            text = clean_line(f"OmniRoute resets all breakers at once: also that of {', '.join(others)}.")
            self._around.publish(NoticePosted("info", text, at=self._around.clock.wall()))

    async def _not_closed(self) -> list[str]:
        seen = await self._seeing.sight(within_s=0.0)
        if seen.health.trouble:
            # An older word would not show what the order did.
            raise seen.health.trouble
        return [one.provider for one in standings(seen.sight) if one.breaker.state not in ("CLOSED", "UNKNOWN")]


_BUDGET_WITNESSES = (
    relied_on("GET /api/usage/budget", 0.0, "day and month, one limit at a time"),
    relied_on(MEASURED_HERE, 0.0, "session"),
)
_RESILIENCE_WITNESSES = (relied_on("GET /api/resilience"),)
