"""Sends messages through the gateway for a caller who waits for the whole answer and wants to know its way."""

from collections.abc import Sequence

from tui.domain.completion import ChatRequest
from tui.domain.errors import UsageError
from tui.domain.gateway_routing import Role, RouteAnswer
from tui.domain.messages import Message, TextPart
from tui.domain.money import MicroUsd, spending_limit
from tui.domain.text import CleanText, clean_line
from tui.gateway.embedded.requests.sending import Sender
from tui.gateway.embedded.routing.tasks import TASKS


async def route(
    sender: Sender, target: str, messages: Sequence[Message], role: Role | None, budget_usd: float | None
) -> RouteAnswer:
    """Returns the answer and its way; a failure is an answer too. Raises UsageError when there is nothing to send."""
    if not any(message.parts for message in messages):
        raise UsageError("There is nothing to send.", "Give at least one message with a text.")
    request = ChatRequest(target, in_role(messages, role), max_cost_microusd=request_limit(budget_usd), task=role)
    answered = await sender.ask(request)
    end = answered.end
    decision = await sender.decision(end.request_id) or {}
    return RouteAnswer(
        request_id=end.request_id,
        outcome=end.outcome,
        failure=end.failure,
        reason=end.reason,
        hint=end.hint,
        content=end.text,
        usage=end.usage,
        provider=end.route.provider,
        model=end.route.model,
        combo=end.route.combo,
        fallbacks=end.route.fallbacks,
        cost=end.cost,
        latency_ms=answered.latency_ms,
        explanation=clean_line(decision.get("explanation", "")),
    )


def in_role(messages: Sequence[Message], role: Role | None) -> tuple[Message, ...]:
    """Returns the messages led by a role's system message; one that is there already follows in the same message."""
    if role is None:
        return tuple(messages)
    words = TASKS[role].role
    # Many chat templates take one system message only, and only in front.
    if messages and messages[0].role == "system":
        first = messages[0]
        return (Message("system", (TextPart(CleanText(f"{words}\n\n")), *first.parts)), *messages[1:])
    return (Message("system", (TextPart(words),)), *messages)


def request_limit(budget_usd: float | None) -> MicroUsd | None:
    """Returns a request's own limit. Raises UsageError for what is no amount."""
    return None if budget_usd is None else spending_limit(budget_usd)
