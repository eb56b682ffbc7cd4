"""OpenRouter as a gateway: the key, the credits, who serves a model and how each answer was served."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from tui.domain.errors import ConnectError, UsageError
from tui.domain.gateway import GatewaySnapshot, SpendView
from tui.domain.gateway_accounts import CostAnswer, CostPeriod, ProviderAnswer, QuotaAnswer, QuotaView
from tui.domain.gateway_answers import HealthAnswer
from tui.domain.gateway_figures import CallFigures, CostFigures, Window
from tui.domain.gateway_routing import ExplainAnswer, SimulateAnswer
from tui.domain.gateway_witness import MEASURED_HERE
from tui.domain.ids import ProviderName, RequestId
from tui.domain.money import format_usd
from tui.domain.text import CleanText, clean_line
from tui.gateway.remote.adapter import Surroundings
from tui.gateway.remote.openrouter import account, endpoints
from tui.gateway.remote.openrouter.generation import Generation, explained
from tui.gateway.remote.openrouter.management import CREDITS, KEY, OFFERS, Management
from tui.gateway.remote.paged import PagedGateway
from tui.gateway.remote.pages import Told
from tui.gateway.remote.witnesses import relied_on, silent

Verdict = Literal["ok", "degraded", "down", "unknown"]
RECENTLY_S = 20.0
CREDITS_HOLD_S = 300.0
"""Credits asked for again within this time are those that were told before."""
_NOT_TOLD = CallFigures(
    requests=None,
    successes=None,
    errors=None,
    cancelled=None,
    fallbacks=None,
    cost=CostFigures(microusd=None, requests=None, calls=None, input_tokens=None, output_tokens=None),
)


class OpenRouter(PagedGateway[Generation]):
    """Satisfies `gateway.contract.Gateway`. It has no chains, profiles or breakers that it would tell of."""

    records = "GET /v1/generation"

    def __init__(self, around: Surroundings) -> None:
        self._management = Management(around, self._models_in_use)
        super().__init__(around, self._management.pages)

    # --- how it stands

    async def health(self) -> HealthAnswer:
        key, offers = await asyncio.gather(self._pages.told(KEY, RECENTLY_S), self._pages.told(OFFERS, RECENTLY_S))
        if isinstance(key.trouble, ConnectError) and key.facts is None:
            raise key.trouble
        here, own = await super().health(), await super().snapshot()
        reasons = [*here.reasons, *self._reasons()]
        if key.trouble:
            reasons.append(key.trouble.message)
        return replace(
            here,
            verdict=self._verdict(own),
            reasons=tuple(reasons),
            providers=(*here.providers, *endpoints.standings(_known(offers))),
            witnesses=(key.witness, offers.witness, relied_on(MEASURED_HERE, fact=f"the row {self._around.provider}")),
        )

    async def snapshot(self) -> GatewaySnapshot:
        here = await super().snapshot()
        key, offers = self._pages.last(KEY), self._pages.last(OFFERS)
        today = key.held.used_in("day") if key.held else None
        left = key.held.left if key.held else None
        own = tuple(replace(row, quota=left or row.quota) for row in here.providers)
        notes = [clean_line(f"the row {self._around.provider} was measured here, the others are OpenRouter's own")]
        if key.trouble:
            notes.insert(0, key.trouble.message)
        return replace(
            here,
            at=here.at - (key.witness.age_s or 0.0) if key.trouble else here.at,
            verdict=self._verdict(here),
            providers=(*own, *endpoints.provider_healths(_known(offers))),
            spend=SpendView(today_microusd=here.spend.today_microusd if today is None else today),
            unknown=() if today is not None else ("spend of others today",),
            notes=(*self._reasons(), *notes, *self._left()),
        )

    def _verdict(self, here: GatewaySnapshot) -> Verdict:
        """`here` is what was measured; of a gateway that is only looked at that is nothing."""
        key = self._pages.last(KEY)
        if isinstance(key.trouble, ConnectError):
            return "down"
        if here.verdict not in ("ok", "unknown"):
            return here.verdict
        if key.trouble or self._reasons():
            return "degraded"
        return "ok" if key.held else here.verdict

    def _reasons(self) -> tuple[CleanText, ...]:
        """Why chats may fail, by what was told last."""
        key, credits = self._pages.last(KEY).held, self._pages.last(CREDITS).held
        reasons = []
        if key and key.remaining is not None and key.remaining <= 0:
            reasons.append(CleanText("the key's limit is used up"))
        if credits and credits.remaining is not None and credits.remaining <= 0:
            reasons.append(CleanText("the account's credits are used up"))
        return (*reasons, *endpoints.unreliable(_known(self._pages.last(OFFERS))))

    def _left(self) -> tuple[CleanText, ...]:
        """What is left of the account, in words for a panel."""
        credits = self._pages.last(CREDITS).held
        if credits is None or credits.remaining is None:
            return ()
        return (clean_line(f"{format_usd(credits.remaining)} of the account's credits left"),)

    # --- money and use

    async def quota(self, provider: str | None = None, credential: str | None = None) -> QuotaAnswer:
        here = await super().quota(provider, credential)
        key, credits = await asyncio.gather(
            self._pages.told(KEY, RECENTLY_S), self._pages.told(CREDITS, CREDITS_HOLD_S)
        )
        views, now = list(here.credentials), self._around.clock.wall()
        if key.held and not key.held.management:
            views = [account.key_quota(view, key.held, key.witness, now) for view in views]
        if credits.held:
            views.append(account.account_quota(self._around.provider, credits.held, credits.witness))
        return replace(here, credentials=tuple(views), witnesses=(key.witness, credits.witness))

    async def cost(self, period: CostPeriod = "session") -> CostAnswer:
        """A period's sum is OpenRouter's, of all programs that have the key; its parts are those of our own chats."""
        here = await super().cost(period)
        if period == "session":
            return here
        key = await self._pages.told(KEY, RECENTLY_S)
        used = key.held.used_in(period) if key.held else None
        if used is None:
            why = key.trouble.message if key.trouble else "the key named for management is not the one that chats"
            return replace(here, witnesses=(*here.witnesses, silent(KEY.name, why)))
        total = CostFigures(microusd=used, requests=None, calls=None, input_tokens=None, output_tokens=None)
        whose = CleanText("all programs that use the key")
        told = (
            replace(key.witness, fact=clean_line(f"the sum, of {whose}")),
            relied_on(MEASURED_HERE, fact="parts by provider and model"),
        )
        return replace(here, total=total, witnesses=told, total_of=whose)

    async def provider(self, provider: str, window: Window = "day") -> ProviderAnswer:
        if provider == self._around.provider:
            return await super().provider(provider, window)
        told = await self._pages.told(OFFERS, RECENTLY_S)
        told.heard  # noqa: B018 - raises why there are none
        offers = _known(told)
        names = [one.provider for one in endpoints.standings(offers)]
        if provider not in names:
            known = ", ".join((self._around.provider, *names))
            raise UsageError(f"Nothing of {clean_line(provider, 60)!r} is known.", f"Known providers: {known}.")
        name = ProviderName(provider)
        unknown = ("figures", "failures", "last_error")
        quota = QuotaView(name, CleanText("kept by OpenRouter"), "unknown", unknown=("rate_limit", "credits"))
        breaker = endpoints.breaker_of(offers, name)
        return ProviderAnswer(name, window, _NOT_TOLD, {}, breaker, quota, unknown=unknown, witnesses=(told.witness,))

    # --- ways

    async def simulate(self, model: str, prompt_tokens: int = 1_000, combo: str | None = None) -> SimulateAnswer:
        if combo:
            self._refuse("chains")
        if prompt_tokens < 1:
            raise UsageError(f"{prompt_tokens} is no size of a prompt.", "Give the number of tokens, such as 1000.")
        slug = model.removeprefix(f"{self._around.provider}/")
        offered = await self._management.endpoints(slug)
        told = relied_on(f"GET /v1/models/{slug}/endpoints")
        return replace(endpoints.simulated(model, slug, prompt_tokens, offered), witnesses=(told,))

    async def _record(self, known_as: CleanText) -> Generation | None:
        return await self._management.generation(known_as)

    def _explained(self, request_id: RequestId, record: Generation, here: ExplainAnswer | None) -> ExplainAnswer:
        return explained(request_id, record, here)

    async def _models_in_use(self) -> Sequence[str]:
        """Those of today's chats, dearest first."""
        return [part.model for part in (await super().cost("day")).models]


def _known(offers: Told[endpoints.Offers]) -> endpoints.Offers:
    """Who serves the models in use stays known; how reliably holds only for a while."""
    return endpoints.forgotten(offers.facts or {}) if offers.old else offers.facts or {}
