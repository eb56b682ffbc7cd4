"""One turn: ask the model, run the calls it asks for, ask again, until it is done or a limit is reached."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from tui.chat.calls import CallRun
from tui.chat.context import Fitted, answer_reserve, fit, without_pictures
from tui.chat.guard import call_in_text
from tui.chat.history import sendable
from tui.chat.offers import Offers, resolved_choice
from tui.chat.record import Record
from tui.chat.reply import Reply
from tui.chat.scope import Scope
from tui.chat.tool_search import SEARCH_NAME
from tui.chat.tool_specs import Offer
from tui.chat.totals import total_usage
from tui.domain.completion import ChatRequest, Outcome, ReplyEnded
from tui.domain.errors import McpTuiError
from tui.domain.events import ContextFitted, NoticePosted, Severity, TurnFinished, UserSpoke
from tui.domain.ids import MessageId, new_id
from tui.domain.messages import ImagePart, Message, Part
from tui.domain.money import NO_COST, LimitScope, total_cost
from tui.domain.text import CleanText, clean_line

_PATIENCE_S = 0.12
"""How long a cancelled call may take to let go; the person waits for it."""
SERVERS_PATIENCE_S = 5.0
"""How long the first request of a turn waits for servers that are just being started."""
_STOPPED = CleanText("You stopped the turn.")
_ANSWERED = ("ok", "error")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a turn ends."""

    outcome: Outcome
    reason: CleanText = CleanText("")
    hint: CleanText = CleanText("")


class Turn:
    """Runs one turn; whatever happens inside, it ends with one TurnFinished and a history providers accept."""

    def __init__(self, scope: Scope, offers: Offers) -> None:
        self._scope = scope
        self._offers = offers
        self._reply: Reply | None = None
        self._record: Record | None = None
        self._work: asyncio.Task[Ending] | None = None
        self._cancelled = False
        self.over = asyncio.Event()
        """Set when the turn has ended and said so."""
        self._rounds = 0
        self._window = scope.spec.context_tokens if scope.spec else None
        self._shrunk = False
        self._raised: set[LimitScope] = set()
        """The budgets that were raised for the request under way."""
        self._replies: list[Reply] = []
        self._began = scope.outside.clock.monotonic()

    def cancel(self) -> None:
        """Stops the turn; what arrived stays."""
        self._cancelled = True
        if self._work is not None:
            self._work.cancel()

    async def run(self, parts: tuple[Part, ...]) -> TurnFinished:
        """Runs the turn to its end. Never raises but on the program's own cancellation."""
        try:
            ending = await self._guarded(self._conversed(parts))
            for step in (self._settled, self._closed):
                after = await self._guarded(step(ending))
                ending = after if ending.outcome == "complete" else ending
            finished = self._finished(ending)
            self._scope.outside.publish(finished)
            return finished
        finally:
            self.over.set()

    async def _guarded(self, work: Coroutine[Any, Any, Ending]) -> Ending:
        try:
            return await work
        except McpTuiError as error:
            return Ending("failed", error.message, error.hint)
        except Exception as error:  # edge: a turn; a fault inside ends it, not the program
            logging.getLogger(__name__).exception("a turn stumbled over a fault of the program")
            reason = clean_line(f"Something went wrong inside the program: {type(error).__name__}: {error}")
            return Ending("failed", reason, CleanText("Send the message again; the log (7) has the details."))

    async def _conversed(self, parts: tuple[Part, ...]) -> Ending:
        await self._hear(parts)
        if not self._scope.target:
            hint = CleanText("Choose a model with ctrl+p, or start with --model PROVIDER/MODEL.")
            return Ending("failed", CleanText("No model is set."), hint)
        if self._blind and any(isinstance(part, ImagePart) for part in parts):
            text = clean_line(f"{self._scope.target} takes no pictures; it is told that there was one")
            self._notice("warning", text, CleanText("Choose a model that sees (ctrl+t) and send the picture again."))
        self._work = asyncio.create_task(self._converse())
        if self._cancelled:
            self._work.cancel()
        await asyncio.wait({self._work})
        return Ending("cancelled", _STOPPED) if self._work.cancelled() else self._work.result()

    async def _hear(self, parts: tuple[Part, ...]) -> None:
        """The person's words are on disk before anything is sent, and on screen even when the disk fails."""
        scope, message_id = self._scope, MessageId(new_id("message"))
        try:
            message_id = await scope.memory.add(scope.turn_id, Message("user", parts))
        finally:
            at = scope.outside.clock.wall()
            scope.outside.publish(UserSpoke(scope.memory.chat_id, scope.turn_id, message_id, parts, at))

    @property
    def _blind(self) -> bool:
        """Whether the model is known to take no pictures."""
        return self._scope.spec is not None and self._scope.spec.vision is False

    # --- rounds

    async def _converse(self) -> Ending:
        limits = self._scope.limits
        # The first message is often typed while servers still start; without their tools it would be answered wrongly.
        await self._scope.outside.toolbox.wait_settled(SERVERS_PATIENCE_S)
        while await limits.next_round_allowed():
            limits.add_round()
            self._rounds += 1
            reply = await self._ask()
            if await self._may_try_again(reply):
                continue
            self._raised.clear()
            assert self._record is not None
            await self._record.store(reply.ended.outcome if reply.ended else "partial")
            self._read_results(reply.runs)
            limits.add_text(reply.text if reply.runs else "")
            ending = self._verdict(reply)
            if ending is not None:
                return ending
        return self._at_limit()

    async def _ask(self) -> Reply:
        """Sends one request and reads the reply; its calls may still run."""
        request = self._request()
        reply = self._reply = Reply(self._scope, self._rounds)
        self._record = Record(self._scope, reply)
        self._replies.append(reply)
        await reply.read(request)
        self._scope.limits.add_cost(reply.cost.microusd)
        return reply

    def _request(self) -> ChatRequest:
        scope, chat = self._scope, self._scope.outside.chat
        tools = scope.outside.toolbox.tools()
        choice = resolved_choice(chat.tool_choice, tools)
        offer = self._offers.next(
            tools, chat.max_tools, scope.memory.messages, choice, window=self._window, toolbox=scope.outside.toolbox
        )
        for notice in self._offers.notices:
            self._notice("info", notice)
        return ChatRequest(
            target=scope.target,
            messages=tuple(sendable(self._fitted(offer).messages)),
            tools=offer.specs,
            # A choice that stays forced would force a call in every round, for ever.
            tool_choice="auto" if choice != "none" and any(reply.runs for reply in self._replies) else choice,
            max_output_tokens=chat.max_output_tokens,
            temperature=chat.temperature,
            turn_id=scope.turn_id,
            timeout_s=chat.request_timeout_s,
            max_cost_microusd=scope.limits.money_left,
        )

    def _fitted(self, offer: Offer) -> Fitted:
        scope, chat = self._scope, self._scope.outside.chat
        messages = scope.memory.whole()
        if self._blind:
            messages = without_pictures(messages)
        fitted = fit(
            messages,
            system=CleanText(chat.system_prompt),
            window=self._window,
            reserve=answer_reserve(self._window, chat.max_output_tokens),
            tool_tokens=offer.tokens,
        )
        window, count = self._window, len(offer.specs)
        scope.outside.publish(
            ContextFitted(scope.turn_id, fitted.used_tokens, window, fitted.left_out, count, offer.sha256)
        )
        return fitted

    def _read_results(self, runs: list[CallRun]) -> None:
        """From here on the model has read what these tools returned."""
        for run in runs:
            if run.tool is None or run.tool.model_name == SEARCH_NAME:
                continue
            if run.sent and run.result is not None and run.result.outcome in _ANSWERED:
                self._scope.taint.read(run.tool, believed=self._scope.outside.toolbox.believed(run.tool.server))

    async def _may_try_again(self, reply: Reply) -> bool:
        """Whether a request that was refused before it was answered goes out once more, changed."""
        ended = reply.ended
        if ended is None or ended.failure is None or reply.text or reply.runs:
            return False
        if ended.over_budget and ended.over_budget.scope not in self._raised:
            # Each is asked about once for a request: what was agreed to lets it pass.
            self._raised.add(ended.over_budget.scope)
            return await self._scope.limits.more_money(ended.over_budget)
        if ended.failure == "context-overflow" and not self._shrunk and self._shrink():
            self._shrunk = True
            self._notice(
                "warning", CleanText("The conversation was too long for the model; older messages are left out")
            )
            return True
        return False

    def _shrink(self) -> bool:
        """Halves the window that is fitted into. Returns False when nothing would be left out."""
        messages = self._scope.memory.whole()
        used = fit(messages, system=CleanText(""), window=None, reserve=0, tool_tokens=0).used_tokens
        self._window = min(self._window or used, used) // 2
        return len(messages) > 1

    # --- the end

    def _verdict(self, reply: Reply) -> Ending | None:
        """Returns how the turn ends after this reply, None when the model is to be asked again."""
        ended = reply.ended
        if reply.settled_early:
            return None
        if ended is None:
            return Ending("failed", CleanText("The gateway ended without a last word."))
        if ended.outcome != "complete":
            reason = self._scope.limits.refused if ended.over_budget else None
            return Ending(ended.outcome, reason or ended.reason, ended.hint)
        if self._scope.limits.refused is not None:
            return self._at_limit()
        return None if reply.runs else self._final(ended)

    def _final(self, ended: ReplyEnded) -> Ending:
        if ended.finish_reason == "length":
            reason = CleanText("The answer reached the output limit.")
            return Ending("partial", reason, CleanText("Ask to go on, or raise chat.max_output_tokens."))
        if ended.finish_reason == "content_filter":
            reason = CleanText("The provider's content filter stopped the answer.")
            return Ending("partial", reason, CleanText("Put the question differently, or use another model."))
        if ended.finish_reason == "unknown":
            self._notice("info", CleanText("The model stopped for a reason this program does not know"))
        if call_in_text(ended.text):
            hint = CleanText("It was not run. Another model, or the endpoint's tool-call parser, may help.")
            self._notice("info", CleanText("The answer spells a tool call out as text"), hint)
        return Ending("complete")

    def _at_limit(self) -> Ending:
        return Ending("partial", self._scope.limits.refused or CleanText(""), CleanText("Send a message to go on."))

    async def _settled(self, ending: Ending) -> Ending:
        """Brings a reply that was left in the middle to a history every provider accepts."""
        for reply in self._replies:
            reply.abort(ending.reason or _STOPPED)
            await reply.settle(_PATIENCE_S)
        if self._record is not None:
            await self._record.store(ending.outcome)
        return ending

    async def _closed(self, ending: Ending) -> Ending:
        scope = self._scope
        await scope.outside.ledger.finish_turn(scope.memory.chat_id, scope.turn_id, ending.outcome, ending.reason)
        return ending

    def _finished(self, ending: Ending) -> TurnFinished:
        reply, outside = self._reply, self._scope.outside
        ended = reply.ended if reply else None
        sent = [reply for reply in self._replies if reply.attempt is not None]
        return TurnFinished(
            self._scope.turn_id,
            ending.outcome,
            ending.reason,
            ending.hint,
            reply.text if reply else CleanText(""),
            total_usage(reply.usage for reply in sent),
            total_cost((NO_COST, *(reply.cost for reply in sent))),
            ended.route if ended else None,
            round((outside.clock.monotonic() - self._began) * 1000),
            outside.clock.wall(),
            ended.failure if ended and ending.outcome != "complete" else None,
        )

    def _notice(self, severity: Severity, text: CleanText, hint: CleanText = CleanText("")) -> None:  # noqa: B008
        outside = self._scope.outside
        outside.publish(NoticePosted(severity, text, hint, self._scope.turn_id, outside.clock.wall()))
