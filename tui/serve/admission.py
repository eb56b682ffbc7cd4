"""The way in for every served call, whatever it came over: scopes, the caller's budget, the audit of how it ended."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio

from tui.domain.audit import AuditedCall, AuditOutcome, Transport
from tui.domain.clock import Clock
from tui.domain.errors import McpTuiError, RefusedError, StorageError
from tui.domain.ids import new_id
from tui.domain.messages import Json
from tui.domain.money import Cost, MicroUsd, format_usd
from tui.domain.text import clean_line
from tui.serve.caller import Caller
from tui.serve.ports import AuditTrail, CallerLedger
from tui.serve.tool import FREE


class Admitted:
    """A call that may be carried out. Whoever does so says what it cost and, if nothing is raised, that it failed."""

    def __init__(self, caller: Caller, ledger: CallerLedger) -> None:
        self.caller = caller
        self.cost: Cost | None = None
        """None until it is said."""
        self.failed = False
        self.allowance: MicroUsd | None = None
        """The most it may spend; None when its caller has no budget of its own."""
        self._ledger = ledger
        self._hold = ""
        self._paid = False

    @property
    def budgeted(self) -> bool:
        """Whether it matters what the call may cost."""
        return self.caller.day_budget is not None

    async def set_aside(self, amount: int | None) -> None:
        """Sets aside what a call may cost at most, in micro-dollars, from its caller's budget.

        A call that may cost money begins with this, also where the caller has no budget: its cost is booked then.
        Raises RefusedError when the budget does not suffice, and when the amount is unknown.
        """
        limit, self._paid = self.caller.day_budget, True
        if not self.caller.key_id:
            return
        if limit is not None and amount is None:
            raise RefusedError(
                "What this call would cost is not known, and this key has a budget.",
                "Choose a model whose price is known.",
            )
        hold, held = new_id("served"), MicroUsd(amount or 0)
        beyond = await self._ledger.reserve(hold, self.caller.key_id, held, limit)
        if beyond is not None:
            raise RefusedError(
                f"This key's budget of {format_usd(beyond.limit)} a day would be passed: {format_usd(beyond.spent)} "
                f"spent, {format_usd(beyond.reserved)} reserved, this call up to {format_usd(held)}.",
                "It begins anew at 00:00 UTC. Choose a cheaper model, or ask for a shorter answer.",
            )
        self._hold, self.allowance = hold, None if limit is None else held

    @property
    def final_cost(self) -> Cost:
        """What was said it cost. Nobody knows the cost of a paid call that was cut off; any other was free."""
        return self.cost or (Cost.unknown() if self._paid else FREE)

    async def settle(self) -> None:
        """Books the cost in place of what was set aside; an unknown cost is booked as that amount."""
        if self._hold:
            await self._ledger.settle(self._hold, self.final_cost)


class Admission:
    """Lets calls in one by one; each that asked is recorded, also one that was refused or that nobody understood.

    A call is recorded before it is carried out and once more when it has ended: what a killed process was doing shows.
    """

    def __init__(self, audit: AuditTrail, ledger: CallerLedger, clock: Clock, transport: Transport) -> None:
        self._audit = audit
        self._ledger = ledger
        self._clock = clock
        self._transport = transport

    @asynccontextmanager
    async def admitted(
        self, caller: Caller, name: str, scopes: Sequence[str], arguments: Mapping[str, Json]
    ) -> AsyncIterator[Admitted]:
        """Lets a call run in the block; when the block ends, its cost is booked and the call recorded.

        An McpTuiError that leaves the block before a cost was said means that nothing was sent; only of a
        StorageError nobody can tell.
        Raises RefusedError when a scope is missing, StorageError when the audit cannot be written.
        """
        began, noted = self._clock.monotonic(), self._noted(caller, name, arguments)
        try:
            check_scopes(caller, scopes)
        except RefusedError:
            await self._audit.record(replace(noted, outcome="refused", duration_ms=0, cost=FREE))
            raise
        call = Admitted(caller, self._ledger)
        outcome: AuditOutcome = "failed"
        # A task of its own: whoever leaves meanwhile must not leave a beginning that nobody ends.
        beginning = asyncio.ensure_future(self._audit.begin(noted))
        try:
            await asyncio.shield(beginning)
            yield call
            outcome = "failed" if call.failed else "ok"
        except McpTuiError as error:
            outcome = "refused" if isinstance(error, RefusedError) else "failed"
            if call.cost is None and not isinstance(error, StorageError):
                call.cost = FREE
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            took_ms = round(1000 * (self._clock.monotonic() - began))
            with anyio.CancelScope(shield=True):
                await call.settle()
                ended = replace(noted, outcome=outcome, duration_ms=took_ms, cost=call.final_cost)
                await self._audit.record(ended, await beginning)

    async def turned_away(self, caller: Caller, name: str, arguments: Json, outcome: AuditOutcome = "failed") -> None:
        """Records what was asked for and never became a call; `arguments` are None where none came in."""
        noted = self._noted(caller, name, arguments)
        await self._audit.record(replace(noted, outcome=outcome, duration_ms=0, cost=FREE))

    def _noted(self, caller: Caller, name: str, arguments: Json) -> AuditedCall:
        return AuditedCall(
            at=self._clock.wall(),
            caller=caller.name,
            key_id=caller.key_id,
            tool=clean_line(name, 100),
            outcome="begun",
            duration_ms=None,
            cost=Cost.unknown(),
            input_hmac="" if arguments is None else self._audit.fingerprint(arguments),
            transport=self._transport,
        )


def check_scopes(caller: Caller, scopes: Sequence[str]) -> None:
    """Raises RefusedError unless scopes are named and the caller holds every one."""
    missing = caller.lacks(scopes)
    if missing or not scopes:
        raise RefusedError(
            f"This needs {' and '.join(missing) or 'a scope'}, which this caller does not hold.",
            "Whoever runs this server gives scopes: mcp-tui serve keys add NAME --scope …",
        )
