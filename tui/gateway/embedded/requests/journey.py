"""One request's way through the providers: try, retry, fall back, and say at the end which way it went."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from tui.domain.completion import ChatRequest, ReplyEvent
from tui.domain.errors import McpTuiError
from tui.domain.events import NoticePosted
from tui.domain.ids import AttemptId, ProviderName, RequestId, new_id
from tui.domain.money import OverBudget
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.money import budget, estimate
from tui.gateway.embedded.money.guard import RequestSpend
from tui.gateway.embedded.parts import Parts
from tui.gateway.embedded.providers.catalog import Step
from tui.gateway.embedded.requests import outcome
from tui.gateway.embedded.requests.attempt import Attempt
from tui.gateway.embedded.requests.move import Move
from tui.gateway.embedded.requests.refused_tool import refused_tool
from tui.gateway.embedded.resilience.failures import consequence
from tui.gateway.embedded.routing import router
from tui.gateway.upstream.events import Done


class Journey:
    """Runs one request. Every route is entered at most once; attempts and time are bounded."""

    def __init__(self, request: ChatRequest, parts: Parts, served: int, *, detours: bool = True) -> None:
        self.id = RequestId(new_id("request"))
        self.request = request
        self.plan = router.Plan(request.target)
        self.attempts: list[Attempt] = []
        self.under_way: Attempt | None = None
        """The attempt whose end was not told yet."""
        self.left_behind: list[tuple[ProviderName, CleanText]] = []
        """Providers that could not serve the request, with the reason, oldest first."""
        self.refusal: Done | None = None
        """Set when the gateway itself ended the request: the budget, or a fault of ours."""
        self.over_budget: OverBudget | None = None
        """The limit that refused the last attempt it was asked for."""
        self.began = parts.clock.monotonic()
        self._parts = parts
        self._served = served
        self._detours = detours
        self._deadline = self.began + request.timeout_s
        self._input_tokens = estimate.input_tokens(request)
        self._spend = RequestSpend(request.max_cost_microusd)
        self._waiting: list[Step] = []
        self._degraded = self._without_tool = False

    async def events(self) -> AsyncGenerator[ReplyEvent, None]:
        """Yields the facts of the request, `ReplyEnded` last."""
        try:
            async with aclosing(self._travel()) as facts:
                async for fact in facts:
                    yield fact
        except McpTuiError as error:
            self.refusal = Done("failed", "local", error.message, error.hint)
        except Exception as error:  # edge: a turn; whatever it was, the request must end in words
            logging.getLogger(__name__).exception("a request stumbled over a fault of the gateway")
            reason = clean_line(f"The gateway stumbled over a fault of its own: {error}")
            self.refusal = Done("failed", "local", reason, CleanText("Send it again; the log (7) has the details."))
        yield outcome.reply_ended(self, self._parts)

    # --- the way

    async def _travel(self) -> AsyncGenerator[ReplyEvent, None]:
        move = await self._set_out()
        while move and self._time_left() > 0:
            attempt = await self._begin(move)
            if attempt is None:
                move = await self._degrade(move) if self.refusal else self._instead_of(move)
                continue
            self._announce(move)
            self.under_way = attempt
            async with aclosing(self._run(attempt)) as facts:
                async for fact in facts:
                    yield fact
            move, self.under_way = self._after(attempt), None
            yield attempt.ended_fact(will_retry=move is not None)
            if move and move.wait_s:
                await self._parts.sleep(move.wait_s)

    async def _set_out(self) -> Move | None:
        parts = self._parts
        await parts.look_up_keys(parts.catalog.route(self.request.target))
        self.plan = router.plan(self.request, parts.sight, self._served)
        self._waiting = list(self.plan.candidates)
        for left in self.plan.left_out:
            if step := parts.catalog.step(left.step):
                self.left_behind.append((step.provider, left.reason))
        return self._next_route()

    async def _begin(self, move: Move) -> Attempt | None:
        """Takes a permit and sets money aside; None when the step closed meanwhile or the budget refuses."""
        permit = self._parts.health.acquire(move.step)
        if permit is None:
            self._leave(move.step, self._parts.open_for(move.step).reason)
            return None
        limit = move.max_output_tokens or self.request.max_output_tokens
        attempt = Attempt(
            id=AttemptId(new_id("attempt")),
            request_id=self.id,
            number=len(self.attempts) + 1,
            step=move.step,
            combo=self.plan.combo,
            permit=permit,
            request=replace(self.request, max_output_tokens=limit),
            input_tokens=self._input_tokens,
            deadline=self._deadline,
            clock=self._parts.clock,
        )
        try:
            self.over_budget = await self._reserve(attempt)
        except BaseException:
            self._parts.health.said_nothing(move.step, permit)
            raise
        self.refusal = budget.refused(self.over_budget) if self.over_budget else None
        if self.over_budget is None:
            self.attempts.append(attempt)
            return attempt
        self._parts.health.said_nothing(move.step, permit)
        return None

    async def _reserve(self, attempt: Attempt) -> OverBudget | None:
        parts = self._parts
        model = parts.catalog.model(attempt.step.provider, attempt.step.model)
        ceiling = estimate.output_ceiling(attempt.request, model)
        amount = parts.estimated_cost(attempt.step, self._input_tokens, ceiling)
        hold = attempt.hold(amount or budget.NOTHING, parts.session_id)
        return await parts.guard.reserve(hold, self._spend, free=amount == 0)

    async def _run(self, attempt: Attempt) -> AsyncGenerator[ReplyEvent, None]:
        self._parts.meter.begin(attempt.step.provider, attempt.step.model)
        try:
            yield attempt.started_fact()
            async with aclosing(attempt.run(self._parts.upstream(attempt.step))) as pieces:
                async for piece in pieces:
                    self._parts.health.alive(attempt.step, attempt.permit)
                    if piece:
                        yield piece
        finally:
            await self._finish(attempt)

    async def _finish(self, attempt: Attempt) -> None:
        """Reports to health, meter and ledger; the only place that does, on every way out."""
        parts, end = self._parts, attempt.end
        parts.meter.end(attempt.step.provider, attempt.step.model)
        attempt.close_books(parts.prices)
        for note in end.notes:
            logging.getLogger(__name__).info("an answer of %s was odd: %s", attempt.step, note)
        if attempt.opened:
            parts.note_limits(attempt.step.provider, attempt.opened.rate_limits)
        if end.outcome == "complete":
            parts.health.succeeded(attempt.step, attempt.permit)
        elif end.outcome == "cancelled" or attempt.out_of_time or self._can_clamp(attempt):
            parts.health.said_nothing(attempt.step, attempt.permit)
        else:
            parts.health.failed(attempt.step, attempt.permit, end)
        if end.outcome != "cancelled":
            error = end.reason if end.failure else None
            parts.meter.record(attempt.step.provider, attempt.step.model, attempt.latency_ms, error)
        self._spend.spent += attempt.cost.microusd or 0
        await parts.guard.settle(attempt.charge(parts.session_id))

    # --- what comes next

    def _after(self, attempt: Attempt) -> Move | None:
        """Decides what follows an attempt. Nothing follows an answer that already asked for a tool."""
        end = attempt.end
        if end.outcome == "complete" or attempt.calls or attempt.out_of_time or not self._detours:
            return None
        if len(self.attempts) >= self._parts.profile.max_attempts:
            return None
        follows = consequence(end.failure or "provider-down", end.status)
        again = self._again(attempt, retry=follows.retry)
        if again:
            return again
        if not follows.fallback:
            return None
        self._leave(attempt.step, end.reason)
        onward = self._next_route(attempt.step if follows.needs_larger_window else None)
        if onward:
            return replace(onward, left=attempt.step, because=end.reason)
        return self._wait_as_told(attempt) if follows.cools or end.retry_after_s else None

    def _again(self, attempt: Attempt, *, retry: bool) -> Move | None:
        """The same route once more, as long as nothing of an answer was accepted."""
        parts, tries = self._parts, self._tries(attempt.step)
        if attempt.accepted:
            return None
        if self._can_clamp(attempt):
            return Move(attempt.step, max_output_tokens=attempt.end.affordable_tokens)
        if self._left_out_a_tool(attempt):
            return Move(attempt.step)
        if not retry or tries > parts.profile.retries or not parts.health.open_for(attempt.step).allowed:
            return None
        # Full jitter: anything between nothing and the doubled ceiling, so that callers do not return in step.
        wait_s = parts.chance() * parts.profile.retry_base_s * 2 ** (tries - 1)
        return Move(attempt.step, wait_s) if wait_s < self._time_left() else None

    def _left_out_a_tool(self, attempt: Attempt) -> bool:
        """One tool a provider refuses is left out of the request, once, and it is said."""
        tool = None if self._without_tool else refused_tool(attempt.end, self.request.tools)
        if tool is None:
            return False
        self._without_tool = True
        self.request = replace(self.request, tools=tuple(one for one in self.request.tools if one is not tool))
        text = clean_line(f"{attempt.step} refuses the tool {tool.name}; the request went on without it")
        self._parts.publish(
            NoticePosted("warning", text, attempt.end.reason, self.request.turn_id, self._parts.clock.wall())
        )
        return True

    def _wait_as_told(self, attempt: Attempt) -> Move | None:
        """With no other route left a short rest is waited out once, within the profile's patience."""
        wait_s = self._parts.health.open_for(attempt.step).retry_in_s
        if wait_s is None or attempt.accepted or self._tries(attempt.step) > 1:
            return None
        if wait_s > min(self._parts.profile.wait_budget_s, self._time_left()):
            return None
        # Not all callers at the same moment, and none a moment too soon.
        return Move(attempt.step, wait_s + 0.01 + self._parts.chance() * self._parts.profile.retry_base_s)

    def _can_clamp(self, attempt: Attempt) -> bool:
        """The remaining credit buys a shorter answer: worth one try."""
        affordable = attempt.end.affordable_tokens
        clamped_before = any(one is not attempt and one.end.affordable_tokens for one in self.attempts)
        return attempt.end.failure == "credits" and bool(affordable) and not attempt.accepted and not clamped_before

    def _next_route(self, smaller: Step | None = None) -> Move | None:
        """The next open place; after a context overflow only one with a window larger than that of `smaller`."""
        catalog = self._parts.catalog
        while self._waiting:
            step = self._waiting.pop(0)
            if self._tries(step):
                continue
            verdict = self._parts.open_for(step)
            if not verdict.allowed:
                self._leave(step, verdict.reason)
            elif smaller and not router.has_larger_window(
                catalog.model(step.provider, step.model), catalog.model(smaller.provider, smaller.model)
            ):
                self._leave(step, CleanText("its window is not known to be larger"))
            else:
                return Move(step)
        return None

    def _instead_of(self, move: Move) -> Move | None:
        """The place closed between the decision and the step: the next one, for the same reason."""
        onward = self._next_route()
        return replace(onward, left=move.left, because=move.because) if onward else None

    async def _degrade(self, move: Move) -> Move | None:
        """Over the budget: the cheapest known place instead, once, when the budget says so."""
        rules = self._parts.guard.budget
        if rules.action != "degrade" or self._degraded or self.refusal is None or not self._detours:
            return None
        self._degraded = True
        tried = {attempt.step for attempt in self.attempts} | {move.step}
        steps = self._parts.catalog.route(self.request.target) if self.plan.combo else self._parts.catalog.steps()
        await self._parts.look_up_keys(steps)
        cheaper = budget.cheapest(
            [step for step in steps if step not in tried and self._parts.open_for(step).allowed],
            self._nominal_cost,
            free_only=rules.degrade_to == "free",
        )
        if cheaper is None:
            return None
        because, self.refusal = self.refusal.reason, None
        self._leave(move.step, because)
        return Move(cheaper, left=move.step, because=because)

    # --- small facts

    def _announce(self, move: Move) -> None:
        if told := move.fallback(self._nominal_cost, self.request.turn_id, self._parts.clock.wall()):
            self._parts.meter.fell_back()
            self._parts.publish(told)

    def _nominal_cost(self, step: Step) -> int | None:
        """What this request would cost there with an answer of the usual length: only for comparing places."""
        return self._parts.estimated_cost(step, self._input_tokens, estimate.ASSUMED_OUTPUT_TOKENS)

    def _leave(self, step: Step, reason: CleanText) -> None:
        self.left_behind.append((step.provider, reason))

    def _tries(self, step: Step) -> int:
        return sum(attempt.step == step for attempt in self.attempts)

    def _time_left(self) -> float:
        return self._deadline - self._parts.clock.monotonic()
