"""A gateway that is told of by polled pages and keeps a record of each answer."""

from abc import abstractmethod
from dataclasses import replace
from typing import Generic, TypeVar

from tui.domain.errors import McpTuiError, UsageError
from tui.domain.gateway_routing import ExplainAnswer
from tui.domain.gateway_witness import MEASURED_HERE, Witness
from tui.domain.ids import RequestId
from tui.domain.money import format_usd
from tui.domain.text import CleanText, clean_line
from tui.gateway.remote.adapter import Surroundings
from tui.gateway.remote.measured import HERE, MeasuredHere
from tui.gateway.remote.pages import Pages
from tui.gateway.remote.witnesses import compared, relied_on, silent

R = TypeVar("R")
"""What the gateway records of an answer."""


class PagedGateway(MeasuredHere, Generic[R]):
    """What it does not tell was measured here; a request is explained by its record and by what was decided here."""

    records = "GET /"
    """Where its records are."""

    def __init__(self, around: Surroundings, pages: Pages) -> None:
        super().__init__(around)
        self._pages = pages

    async def run(self) -> None:
        await self._pages.run()

    async def close(self) -> None:
        await self._pages.close()
        await super().close()

    async def explain(self, request_id: str) -> ExplainAnswer:
        """By our own id, or by what the gateway knows the answer by."""
        here: ExplainAnswer | None = None
        unknown = UsageError(f"Nothing is known of a request {request_id!r}.")
        try:
            here = await super().explain(request_id)
        except UsageError as error:
            unknown = error
        known_as = here.attempts[-1].answer_id if here and here.attempts else clean_line(request_id, 200)
        record, told = await self._recorded(known_as)
        if record is not None:
            answer = self._explained(RequestId(request_id), record, here)
            return replace(answer, witnesses=(told, *_costs_compared(answer, here)))
        if here is None:
            raise unknown
        return replace(here, witnesses=(*HERE, told))

    @abstractmethod
    async def _record(self, known_as: CleanText) -> R | None:
        """Returns the record of an answer, None where there is none yet. Raises McpTuiError."""

    @abstractmethod
    def _explained(self, request_id: RequestId, record: R, here: ExplainAnswer | None) -> ExplainAnswer:
        """Returns why a request went as it did, by its record; `here` is what was decided and measured here."""

    async def _recorded(self, known_as: CleanText) -> tuple[R | None, Witness]:
        try:
            record = await self._record(known_as) if known_as else None
        except McpTuiError as error:
            return None, silent(self.records, error.message)
        told = record is not None
        return record, relied_on(self.records) if told else silent(self.records, "it has no record of it, or not yet")


def _costs_compared(answer: ExplainAnswer, here: ExplainAnswer | None) -> tuple[Witness, ...]:
    """Hears what the ledger has beside what the gateway says that a request cost."""
    if here is None:
        return ()
    if here.cost.microusd is None or answer.cost.microusd is None:
        return HERE
    words = format_usd(answer.cost.microusd), format_usd(here.cost.microusd)
    return (compared("cost", MEASURED_HERE, *words),)
