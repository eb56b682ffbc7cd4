"""The budget guard: sets money aside before an attempt leaves, books what it cost, warns when a limit comes near."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from tui.domain.clock import Clock
from tui.domain.completion import Usage
from tui.domain.errors import McpTuiError
from tui.domain.events import Event, NoticePosted
from tui.domain.gateway import BudgetSpec
from tui.domain.ids import TurnId
from tui.domain.money import Cost, LimitScope, MicroUsd, OverBudget
from tui.domain.spend import Charge, Exceeded, Hold, Limits
from tui.domain.text import CleanText
from tui.gateway.embedded.chores import Chores
from tui.gateway.embedded.money import budget as rules
from tui.gateway.ports import SpendLedger

NO_LIMITS = Limits()


@dataclass(slots=True)
class RequestSpend:
    """What the attempts of one request have cost so far, against the request's own limit."""

    limit: MicroUsd | None
    spent: int = 0


class BudgetGuard:
    """Reserves and settles. A settlement once begun is finished, whoever stops waiting for it."""

    def __init__(
        self,
        ledger: SpendLedger,
        budget: BudgetSpec,
        session_id: str,
        *,
        clock: Clock,
        publish: Callable[[Event], None],
        chores: Chores,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._publish = publish
        self._session_id = session_id
        self.budget = budget
        self._raised: dict[LimitScope, tuple[str, MicroUsd]] = {}
        """Higher limits a person allowed for this run, each for one period."""
        self._said: set[tuple[str, ...]] = set()
        self._chores = chores

    def adopt(self, budget: BudgetSpec) -> None:
        """Holds other limits from the next reservation on, in place of those that were raised."""
        if budget != self.budget:
            self.budget = budget
            self._raised.clear()

    def raise_limit(self, beyond: OverBudget, limit: MicroUsd) -> None:
        """Lets this run spend up to `limit` in the period of a refused call; what others may spend stays."""
        self._raised[beyond.scope] = (beyond.period, limit)

    def in_force(self, turn_id: TurnId | None = None) -> BudgetSpec:
        """Returns the budget with what was raised for now."""
        now = self._clock.wall()
        budget = self.budget
        for scope, (period, limit) in self._raised.items():
            if period == rules.period_of(scope, now, turn_id):
                budget = rules.with_limit(budget, scope, limit)
        return budget

    async def reserve(self, hold: Hold, request: RequestSpend, *, free: bool) -> OverBudget | None:
        """Sets the hold's amount aside, or says which limit forbids it. Raises StorageError.

        What is known to be `free` passes every limit; under the action `alert` everything passes, with a warning.
        """
        if beyond := rules.request_exceeded(request.limit, request.spent, hold):
            return beyond
        exceeded = await self._set_aside(hold, NO_LIMITS if free else self._limits(hold, request))
        if exceeded is None:
            return None
        beyond = rules.over_budget(exceeded, hold)
        if self.budget.action != "alert":
            return beyond
        text = CleanText(f"{beyond} The budget only alerts, so it was sent.")
        self._say(("passed", beyond.scope, beyond.period, str(beyond.limit)), text, hold.turn_id)
        await self._set_aside(hold, NO_LIMITS)
        return None

    async def settle(self, charge: Charge) -> None:
        """Books an attempt's end. A ledger that cannot be written is told to the person, never raised."""
        await asyncio.shield(self._chores.add(self._settle(charge)))

    # --- reserving

    def _limits(self, hold: Hold, request: RequestSpend) -> Limits:
        """A request that brings its own limit brings what is left of its turn's; a person may have raised that."""
        limits = rules.limits(self.in_force(hold.turn_id))
        return limits if request.limit is None else replace(limits, turn=None)

    async def _set_aside(self, hold: Hold, limits: Limits) -> Exceeded | None:
        reserving = asyncio.ensure_future(self._ledger.reserve(hold, limits))
        try:
            return await asyncio.shield(reserving)
        except asyncio.CancelledError:
            self._chores.add(self._release(reserving, hold))
            raise

    async def _release(self, reserving: "asyncio.Future[Exceeded | None]", hold: Hold) -> None:
        """Frees a hold whose request was cancelled while the ledger was still writing it."""
        try:
            refused = await reserving
        except McpTuiError:
            return
        if refused is None:
            await self._settle(released(hold, self._clock.wall()))

    # --- settling

    async def _settle(self, charge: Charge) -> None:
        budget = self.in_force()
        try:
            await self._ledger.settle(charge)
            if not rules.is_shared(budget):
                return
            totals = await self._ledger.totals(self._session_id, self._clock.wall())
        except McpTuiError as error:
            text = CleanText(f"The cost of a call could not be booked: {error.message}")
            self._publish(NoticePosted("error", text, error.hint, charge.turn_id, self._clock.wall()))
            return
        for scope, text in rules.nearly_spent(budget, totals):
            limit = (scope, rules.period_of(scope, charge.at, None), str(getattr(budget, f"{scope}_microusd")))
            if ("passed", *limit) not in self._said:
                self._say(("near", *limit), text, charge.turn_id)

    def _say(self, topic: tuple[str, ...], text: CleanText, turn_id: TurnId | None) -> None:
        """Posts a warning, once a run for each topic: a scope, its period and its limit."""
        if topic not in self._said:
            self._said.add(topic)
            hint = CleanText("Raise the limit under [budget] in config.toml, or choose a cheaper model.")
            self._publish(NoticePosted("warning", text, hint, turn_id, self._clock.wall()))


def released(hold: Hold, at: float) -> Charge:
    """Returns the charge of an attempt that was given up before it was sent: it cost nothing."""
    return Charge(
        attempt_id=hold.attempt_id,
        request_id=hold.request_id,
        turn_id=hold.turn_id,
        session_id=hold.session_id,
        provider=hold.provider,
        model=hold.model,
        combo=None,
        outcome="cancelled",
        failure=None,
        status=None,
        usage=Usage(0, 0),
        cost=Cost(MicroUsd(0), "computed"),
        latency_ms=0,
        first_token_ms=None,
        fallback=False,
        at=at,
    )
