"""Writes a reply and its results down in order; interrupted, it goes on where it stopped."""

from tui.chat.calls import CallRun
from tui.chat.history import legal_call
from tui.chat.memory import carried_through
from tui.chat.reply import Reply
from tui.chat.results import pictures_message
from tui.chat.scope import Scope
from tui.domain.messages import Message, TextPart


class Record:
    """One reply's place in the conversation: the reply, one result a call in the order of the calls, pictures."""

    def __init__(self, scope: Scope, reply: Reply) -> None:
        self._scope = scope
        self._reply = reply
        self._reply_stored = False
        self._results_stored = 0
        self._pictures_stored = False

    async def store(self, outcome: str) -> None:
        """Stores what is not stored yet; waits for results that are still to come."""
        if not self._reply_stored:
            await carried_through(self._store_reply(outcome))
        while self._results_stored < len(self._reply.runs):
            run = self._reply.runs[self._results_stored]
            await run.settled()
            await carried_through(self._store_result(run))
        if not self._pictures_stored:
            await carried_through(self._store_pictures())

    async def _store_reply(self, outcome: str) -> None:
        reply, ended = self._reply, self._reply.ended
        calls = tuple(legal_call(run.call) for run in reply.runs)
        if calls or reply.text.strip():
            await self._scope.memory.add(
                self._scope.turn_id,
                Message(
                    "assistant",
                    (TextPart(reply.text),) if reply.text else (),
                    calls,
                    extras=ended.extras or None if ended else None,
                ),
                outcome=outcome,
                usage=reply.usage,
                cost=reply.cost,
                model=f"{reply.attempt.provider}/{reply.attempt.model}" if reply.attempt else self._scope.target,
            )
        self._reply_stored = True

    async def _store_result(self, run: CallRun) -> None:
        assert run.message is not None
        assert run.result is not None
        await self._scope.memory.add(self._scope.turn_id, run.message, outcome=run.result.outcome)
        self._results_stored += 1

    async def _store_pictures(self) -> None:
        results = [run.result for run in self._reply.runs if run.result is not None]
        pictures = pictures_message(results) if self._scope.vision else None
        if pictures is not None:
            await self._scope.memory.add(self._scope.turn_id, pictures)
        self._pictures_stored = True
