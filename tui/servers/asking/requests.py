"""What servers ask of us: questions to the person (elicitation); see also `allowed`."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from mcp import types as mcp_types
from mcp.client import ClientRequestContext

from tui.domain.ids import CallId, QuestionId, ServerName, new_id
from tui.domain.questions import Answer, ElicitationAnswer, ElicitationQuestion, Question
from tui.domain.text import CleanText, clean, clean_line
from tui.servers.calling.deadline import Deadlines

_FINISHED = CleanText(
    "Accept when you have finished on that page; the call is then sent again. It goes on by itself when the server "
    "says that you are done."
)


class Requests:
    """Answers one server. While a person thinks, the clocks of this server's calls stand still."""

    def __init__(
        self,
        server: ServerName,
        *,
        ask: Callable[[Question], Awaitable[Answer]],
        deadlines: Deadlines,
    ) -> None:
        self._server = server
        self._ask = ask
        self._deadlines = deadlines
        self._running: list[CallId] = []
        self._pages: list[tuple[str, asyncio.Event]] = []
        """Pages somebody may be busy with, by the server's id for them."""

    @contextlib.contextmanager
    def during(self, call_id: CallId) -> Iterator[None]:
        """Marks a call as running, so that a question can be tied to it."""
        self._running.append(call_id)
        try:
            yield
        finally:
            self._running.remove(call_id)

    async def elicit(
        self, context: ClientRequestContext, params: mcp_types.ElicitRequestParams
    ) -> mcp_types.ElicitResult | mcp_types.ErrorData:
        """Puts the server's question to the person."""
        with self._deadlines.paused(), self._open_page(params) as finished:
            answer = await self._ask_unless(finished, self._question(params))
        if not isinstance(answer, ElicitationAnswer):
            return mcp_types.ElicitResult(action="cancel")
        accepted = answer.action == "accept" and answer.content is not None
        return mcp_types.ElicitResult(action=answer.action, content=dict(answer.content or {}) if accepted else None)

    async def page_visited(self, params: mcp_types.ElicitRequestURLParams) -> bool:
        """Puts a page to the person that must be visited before a call is carried out. Returns whether it was."""
        with self._deadlines.paused(), self._open_page(params) as finished:
            opened = await self._ask_unless(finished, self._question(params))
            if not isinstance(opened, ElicitationAnswer) or opened.action != "accept":
                return False
            last = replace(self._question(params), id=QuestionId(new_id("question")), message=_FINISHED, url=None)
            done = await self._ask_unless(finished, last)
        return isinstance(done, ElicitationAnswer) and done.action == "accept"

    async def heard(self, message: object) -> None:
        """Hears that a page is finished; one that nobody waits for changes nothing, and so does any other message."""
        if isinstance(message, mcp_types.ElicitCompleteNotification):
            for elicitation_id, finished in self._pages:
                if elicitation_id and elicitation_id == message.params.elicitation_id:
                    finished.set()

    @contextlib.contextmanager
    def _open_page(self, params: mcp_types.ElicitRequestParams) -> Iterator[asyncio.Event]:
        """Lets the server say, for the length of a block, that the page is finished."""
        page = (getattr(params, "elicitation_id", None) or "", asyncio.Event())
        self._pages.append(page)
        try:
            yield page[1]
        finally:
            self._pages.remove(page)

    async def _ask_unless(self, finished: asyncio.Event, question: Question) -> Answer:
        """Returns the person's answer, or a yes once the page is finished: the question falls away then."""
        asking = asyncio.ensure_future(self._ask(question))
        done = asyncio.create_task(finished.wait())
        try:
            await asyncio.wait({asking, done}, return_when=asyncio.FIRST_COMPLETED)
            return asking.result() if asking.done() else ElicitationAnswer("accept")
        finally:
            asking.cancel()
            done.cancel()
            await asyncio.gather(asking, done, return_exceptions=True)

    def _question(self, params: mcp_types.ElicitRequestParams) -> ElicitationQuestion:
        form = isinstance(params, mcp_types.ElicitRequestFormParams)
        return ElicitationQuestion(
            id=QuestionId(new_id("question")),
            server=self._server,
            # The protocol does not say which call a question belongs to; with one running there is no doubt.
            call_id=self._running[0] if len(self._running) == 1 else None,
            message=clean(params.message, 8_000),
            schema=params.requested_schema if isinstance(params, mcp_types.ElicitRequestFormParams) else None,
            url=None if form else clean_line(getattr(params, "url", ""), 4_000),
        )
