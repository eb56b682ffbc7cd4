"""The LiteLLM proxy as a gateway: it tells of itself what it knows, and of our own chats what was measured here."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from tui.domain.errors import McpTuiError, UsageError
from tui.domain.gateway import GatewaySnapshot, ProfileName, SpendView
from tui.domain.gateway_accounts import CostAnswer, CostPeriod, ProviderAnswer, QuotaAnswer, QuotaView
from tui.domain.gateway_answers import (
    Capability,
    ComboMetricsAnswer,
    CombosAnswer,
    HealthAnswer,
    ModelsAnswer,
    ResilienceAnswer,
)
from tui.domain.gateway_figures import Window
from tui.domain.gateway_routing import ExplainAnswer, SimulateAnswer, StepTrial, TestAnswer
from tui.domain.gateway_witness import MEASURED_HERE, Witness
from tui.domain.ids import ComboName, RequestId
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.answers.cost import period_start
from tui.gateway.remote.adapter import Surroundings
from tui.gateway.remote.litellm import accounts, chains, logged, router_settings, standing
from tui.gateway.remote.litellm import management as ask
from tui.gateway.remote.litellm.management import Management, last_days
from tui.gateway.remote.litellm.spend import Activity, LoggedRequest, use_of
from tui.gateway.remote.litellm.standing import Seen
from tui.gateway.remote.litellm.trials import compare
from tui.gateway.remote.measured import HERE
from tui.gateway.remote.paged import PagedGateway
from tui.gateway.remote.witnesses import relied_on, silent
from tui.gateway.upstream.litellm import groups_of

RECENTLY_S = 20.0
WINDOW_DAYS: dict[Window, int] = {"day": 1, "week": 7, "month": 30}
LAST_DAYS = 30
"""How many days a chain's figures are of."""


class LiteLLM(PagedGateway[Sequence[LoggedRequest]]):
    """Satisfies `gateway.contract.Gateway`. What only the proxy's database knows is not exposed where it has none."""

    records = "GET /spend/logs"

    def __init__(self, around: Surroundings) -> None:
        self._management = Management(around)
        super().__init__(around, self._management.pages)

    # --- how it stands

    async def health(self) -> HealthAnswer:
        readiness = await self._pages.told(ask.READINESS)
        if readiness.trouble and readiness.facts is None:
            raise readiness.trouble
        details, checks = await asyncio.gather(
            self._pages.told(ask.DETAILS, 3_600.0), self._pages.told(ask.CHECKS, RECENTLY_S)
        )
        seen, witnesses = await self._look()
        verdict, reasons = standing.verdict_of(seen, readiness.trouble)
        here = await self._around.here.health()
        own = tuple(one for one in here.providers if one.provider == self._around.provider)
        version = details.facts.version if details.facts else ""
        figures = {"version": version or None, "checks of deployments": checks.held}
        return HealthAnswer(
            gateway=self.name,
            verdict="degraded" if verdict == "ok" and own and own[0].breaker.state == "OPEN" else verdict,
            reasons=(*reasons, *(reason for reason in here.reasons if self._around.provider in reason)),
            uptime_s=None,
            version=version or None,
            memory_bytes=None,
            providers=(*own, *standing.standings(seen)),
            cached_models=len(seen.groups),
            unknown=("uptime_s", "memory_bytes", *(name for name, value in figures.items() if value is None)),
            witnesses=(readiness.witness, details.witness, checks.witness, *witnesses, _own_row(self._around)),
        )

    async def snapshot(self) -> GatewaySnapshot:
        here, seen = await super().snapshot(), self._seen()
        readiness = self._pages.last(ask.READINESS)
        trouble, (verdict, _) = readiness.trouble, standing.verdict_of(seen, readiness.trouble)
        left = seen.key.left if seen.key else None
        own = tuple(replace(row, quota=left or row.quota) for row in here.providers)
        today = seen.today.total.microusd if seen.today else here.spend.today_microusd
        return replace(
            here,
            at=here.at - (readiness.witness.age_s or 0.0) if trouble else here.at,
            verdict=verdict,
            providers=(*own, *standing.provider_healths(seen)),
            combos=chains.combo_specs(seen),
            spend=SpendView(today_microusd=today),
            unknown=("resting deployments", *(() if seen.today else ("spend of others today",))),
            notes=self._notes(seen, trouble),
        )

    def _notes(self, seen: Seen, trouble: McpTuiError | None) -> tuple[CleanText, ...]:
        notes = [trouble.message] if trouble else []
        notes.append(clean_line(f"the row {self._around.provider} was measured here, the others are the proxy's own"))
        if seen.readiness and seen.readiness.without_database:
            notes.append(CleanText("the proxy has no database: spend is that of our chats, deployments go unchecked"))
        return tuple(notes)

    # --- chains and models

    async def combos(self, include_metrics: bool = False) -> CombosAnswer:
        seen, witnesses = await self._look()
        views = chains.combo_views(seen)
        if not include_metrics:
            return CombosAnswer(views, witnesses)
        fact = f"metrics, of {LAST_DAYS} days in UTC"
        try:
            activity = await self._activity(LAST_DAYS)
        except McpTuiError as error:
            return CombosAnswer(views, (*witnesses, silent(ask.TODAY.name, error.message, fact)))
        views = tuple(replace(view, metrics=_metrics(view.name, activity)) for view in views)
        return CombosAnswer(views, (*witnesses, relied_on(ask.TODAY.name, fact=fact)))

    async def combo_metrics(self, combo: str) -> ComboMetricsAnswer:
        seen, _ = await self._look()
        chains.places(combo, seen)
        activity = await self._activity(LAST_DAYS)
        since = last_days(self._around.clock.wall(), LAST_DAYS)
        told = relied_on(ask.TODAY.name, fact=f"{LAST_DAYS} days in UTC")
        return replace(_metrics(ComboName(combo), activity), since=since, witnesses=(told,))

    async def models(
        self, provider: str | None = None, capability: Capability | None = None, refresh: bool = False
    ) -> ModelsAnswer:
        answer = await super().models(provider, capability, refresh)
        ages = [state.age_s for state in answer.lists]
        details = relied_on(ask.DEPLOYMENTS.name, ages[0] if ages else None, "windows, abilities and prices")
        return replace(answer, witnesses=(*answer.witnesses, details))

    async def simulate(self, model: str, prompt_tokens: int = 1_000, combo: str | None = None) -> SimulateAnswer:
        seen, witnesses = await self._look()
        target = combo or model
        group = target.removeprefix(f"{self._around.provider}/")
        return replace(chains.simulated(target, group, prompt_tokens, seen), witnesses=witnesses)

    async def test(
        self,
        combo: str,
        prompt: str = "Answer with the word: ready",
        on_trial: Callable[[StepTrial], None] | None = None,
    ) -> TestAnswer:
        """Each deployment is called by its id, which the proxy allows to keys that may use every model."""
        seen, _ = await self._look()
        found = [place.deployment for place in chains.places(combo, seen)]
        answer = await compare(ComboName(combo), found, prompt, self._around, on_trial)
        return replace(answer, witnesses=HERE)

    async def resilience(self, profile: ProfileName | None = None) -> ResilienceAnswer:
        if profile is not None:
            self._refuse("resilience profiles", "Its router is set in config.yaml.")
        told = await self._pages.told(ask.ROUTER, RECENTLY_S)
        settings = router_settings.resilience_of(told.heard)
        return ResilienceAnswer(settings, settings, applied=False, witnesses=(told.witness,))

    # --- money and use

    async def quota(self, provider: str | None = None, credential: str | None = None) -> QuotaAnswer:
        key, budgets = await asyncio.gather(
            self._pages.told(ask.KEY, RECENTLY_S), self._pages.told(ask.BUDGETS, RECENTLY_S)
        )
        own = (await self._around.here.quota(self._around.provider)).credentials
        if key.held is not None:
            where = own[0].credential if own else CleanText("key")
            view = accounts.key_quota(self._around.provider, where, key.held, key.witness)
            own = (_joined(view, own[0]) if own else view,)
        views = (*own, *(accounts.budget_quota(one, budgets.witness) for one in budgets.held or ()))
        wanted = {name for name in (provider, credential) if name is not None}
        found = tuple(view for view in views if wanted <= {view.provider})
        return QuotaAnswer(found, await self.budget(), (key.witness, budgets.witness))

    async def cost(self, period: CostPeriod = "session") -> CostAnswer:
        """A session is ours; calendar periods are the proxy's, of all that the key may see."""
        here, now = await super().cost(period), self._around.clock.wall()
        since = period_start(period, now)
        if since is None:
            return here
        try:
            activity = await self._management.activity(since, now)
        except McpTuiError as error:
            return replace(here, witnesses=(*here.witnesses, silent(ask.TODAY.name, error.message)))
        providers, models = accounts.costs_of(activity)
        whose = clean_line("all requests that the key may see")
        told, total = relied_on(ask.TODAY.name, fact=whose), activity.total.cost
        return replace(here, total=total, providers=providers, models=models, witnesses=(told,), total_of=whose)

    async def provider(self, provider: str, window: Window = "day") -> ProviderAnswer:
        if provider == self._around.provider:
            return await super().provider(provider, window)
        if window not in WINDOW_DAYS:
            self._refuse("figures of an hour", "The proxy adds up whole days.")
        seen, _ = await self._look()
        view = next((one for one in standing.standings(seen) if one.provider == provider), None)
        if view is None:
            names = ", ".join((self._around.provider, *(one.provider for one in standing.standings(seen))))
            raise UsageError(f"No provider is called {clean_line(provider, 60)!r}.", f"Known providers: {names}.")
        count = WINDOW_DAYS[window]
        activity = await self._activity(count)
        told = relied_on(ask.TODAY.name, fact=f"the last {count} days in UTC" if count > 1 else "today in UTC")
        return accounts.provider_answer(view, window, use_of(activity.providers, view.provider), told)

    async def _record(self, known_as: CleanText) -> Sequence[LoggedRequest] | None:
        return await self._management.logged(known_as) or None

    def _explained(
        self, request_id: RequestId, record: Sequence[LoggedRequest], here: ExplainAnswer | None
    ) -> ExplainAnswer:
        return logged.explained(request_id, record, here)

    # --- what the pages said

    async def _look(self) -> tuple[Seen, tuple[Witness, ...]]:
        """Returns the proxy after asking for its deployments and settings. Raises McpTuiError without deployments."""
        deployments, settings = await asyncio.gather(
            self._pages.told(ask.DEPLOYMENTS, RECENTLY_S), self._pages.told(ask.ROUTER, RECENTLY_S)
        )
        deployments.heard  # noqa: B018 - raises why there are none
        return self._seen(), (deployments.witness, settings.witness)

    def _seen(self) -> Seen:
        deployments = self._pages.last(ask.DEPLOYMENTS)
        age_s = deployments.witness.age_s
        return Seen(
            readiness=self._pages.last(ask.READINESS).held,
            groups=groups_of(deployments.facts or ()),
            listed_at=None if age_s is None else float(round(self._around.clock.wall() - age_s)),
            checks=self._pages.last(ask.CHECKS).held or {},
            settings=self._pages.last(ask.ROUTER).facts or router_settings.RouterSettings(),
            today=self._pages.last(ask.TODAY).held,
            key=self._pages.last(ask.KEY).held,
            budgets=self._pages.last(ask.BUDGETS).held or (),
        )

    async def _activity(self, count: int) -> Activity:
        now = self._around.clock.wall()
        return await self._management.activity(last_days(now, count), now)


def _own_row(around: Surroundings) -> Witness:
    return relied_on(MEASURED_HERE, fact=f"the row {around.provider}")


def _metrics(combo: ComboName, activity: Activity) -> ComboMetricsAnswer:
    figures = use_of(activity.groups, combo).figures
    return ComboMetricsAnswer(combo, figures, unknown=("fallbacks", "p50_ms", "p95_ms", "p99_ms", "providers"))


def _joined(told: QuotaView, here: QuotaView) -> QuotaView:
    """What the proxy tells of a key, with the rate limit that its answers told last where the key has none."""
    return replace(told, rate_limit=told.rate_limit or here.rate_limit)
