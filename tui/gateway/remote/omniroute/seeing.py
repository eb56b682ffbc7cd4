"""Looks at the pages that tell how OmniRoute stands, and hears its MCP server beside them."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from tui.domain.errors import ConnectError, McpTuiError
from tui.domain.gateway_witness import Witness
from tui.domain.ids import ProviderName
from tui.gateway.fields import Fields
from tui.gateway.remote.adapter import SecondWitness, Surroundings
from tui.gateway.remote.omniroute import pages as p
from tui.gateway.remote.omniroute.health_page import BreakerRow, Health, breaker_state
from tui.gateway.remote.omniroute.health_page import health as health_facts
from tui.gateway.remote.omniroute.management import Management
from tui.gateway.remote.omniroute.names import Names
from tui.gateway.remote.omniroute.standing import Sight, breaker_rows, verdict_of
from tui.gateway.remote.pages import Page, Pages, Told
from tui.gateway.remote.schedule import Reading, Schedule, Topic
from tui.gateway.remote.witnesses import compared, silent

SECOND_EVERY_S = 30.0
_HEALTH_TOOL, _PROVIDER_TOOL = "omniroute_get_health", "omniroute_get_provider_metrics"
"""The only tools of it that are called; both only read."""
_SIGHT = (p.HEALTH, p.NODES, p.CONNECTIONS, p.RESILIENCE, p.CALL_LOG)
RECENT_S = 2.0
"""A page read so recently is not asked for anew within one answer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A sight with who told it."""

    sight: Sight
    witnesses: tuple[Witness, ...]
    health: Told[Health]

    @property
    def verdict(self) -> Literal["ok", "degraded", "down", "unknown"]:
        """The word for the whole: `down` once nobody answers and what was told last does not hold any more."""
        unheard = self.health.held is None and isinstance(self.health.trouble, ConnectError)
        return "down" if unheard else verdict_of(self.sight)


class Seeing:
    """Keeps the pages; `run` polls them."""

    def __init__(self, around: Surroundings) -> None:
        self.management = Management.of(around)
        self._pages = Pages(p.POLLED, self.management.get, around)
        self._second = around.witness
        topics = [Topic(_HEALTH_TOOL, partial(_health_by, self._second), SECOND_EVERY_S)] if self._second else []
        self._hearing = Schedule(topics, around.clock, hushed=around.hushed)

    async def run(self) -> None:
        """Polls until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pages.run())
            group.create_task(self._hearing.run())

    async def close(self) -> None:
        """Ends what is being read."""
        await self._pages.close()
        await self._hearing.close()

    def last(self, page: Page[Any]) -> Told[Any]:
        """Returns what a page last said."""
        return self._pages.last(page)

    async def now(self, page: Page[Any]) -> Told[Any]:
        """Returns what a page says now."""
        return await self._pages.told(page, RECENT_S)

    def last_sight(self) -> Seen:
        """Returns how it stood when the pages were last read."""
        return self._seen([self._pages.last(page) for page in _SIGHT], self._second_said())

    async def sight(self, within_s: float = RECENT_S) -> Seen:
        """Returns how it stands now; what cannot be read is told among the witnesses."""
        # One after the other: OmniRoute answers one request at a time.
        told = [await self._pages.told(page, within_s) for page in _SIGHT]
        reading = await self._hearing.heard(_HEALTH_TOOL, RECENT_S) if self._second else None
        return self._seen(told, reading)

    def _second_said(self) -> Reading | None:
        return self._hearing.last(_HEALTH_TOOL) if self._second else None

    def _seen(self, told: list[Told[Any]], second: Reading | None) -> Seen:
        health, nodes, connections, resilience, calls = told
        credentials = connections.facts
        if connections.old:
            # Who there is stays known, how they stand does not.
            credentials = [replace(one, health="unknown") for one in credentials or ()]
        sight = Sight(
            health.facts,
            Names(nodes.facts or (), connections.facts or (), health.facts.prefixes if health.facts else {}),
            credentials,
            resilience.facts,
            calls.facts,
            health.witness.age_s or 0.0,
            health.old,
        )
        heard = (_second_word(sight, second),) if second else ()
        return Seen(sight, (*(each.witness for each in told), *heard), health)

    async def second_word_on(self, provider: ProviderName, sight: Sight) -> tuple[Witness, ...]:
        """Returns what the MCP server says of one provider's breaker, beside what the pages say."""
        if self._second is None:
            return ()
        source, fact = f"MCP {_PROVIDER_TOOL}", f"breaker of {provider}"
        try:
            answer = await self._second.ask(_PROVIDER_TOOL, {"provider": provider})
        except McpTuiError as error:
            return (silent(source, error.message, fact),)
        said = Fields(answer).text("circuitBreakerState", 40)
        if not said:
            return (silent(source, "its answer tells of no breaker", fact),)
        rows = breaker_rows(provider, sight)
        relied = rows[0].state if rows and not sight.old else "UNKNOWN"
        return (compared(fact, source, relied, breaker_state(said)),)


async def _health_by(second: SecondWitness) -> Health:
    return health_facts(await second.ask(_HEALTH_TOOL, {}), f"MCP {_HEALTH_TOOL}")


def _second_word(sight: Sight, second: Reading) -> Witness:
    """The breakers as the MCP server tells them. 3.7.9 and many after it tell of none, whatever their state."""
    source, fact = f"MCP {_HEALTH_TOOL}", "breakers"
    said, own = second.document, sight.health.breakers if sight.health and not sight.old else None
    if second.trouble or not isinstance(said, Health):
        return silent(source, second.trouble.message if second.trouble else "not asked yet", fact, second.age_s)
    if said.breakers is None:
        return silent(source, "its answer tells of no breakers", fact, second.age_s)
    if own is None:
        return silent(source, "there is no other word to hold it against", fact, second.age_s)
    return compared(fact, source, _in_words(own, sight.names), _in_words(said.breakers, sight.names), second.age_s)


def _in_words(rows: Iterable[BreakerRow], names: Names) -> str:
    """Only those that are not closed: it is no disagreement to leave out the others."""
    told = sorted({f"{names.of(row.provider)} {row.state}" for row in rows if row.state != "CLOSED"})
    return ", ".join(told) or "that all are closed"
