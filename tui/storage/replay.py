"""A stored chat told again as the events that made it, so that a screen is rebuilt by the same fold."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from tui.domain.completion import AttemptEnded, AttemptStarted, Outcome, Usage
from tui.domain.events import (
    AttemptBegan,
    AttemptFinished,
    Event,
    TextArrived,
    ToolCallFinished,
    ToolCallRequested,
    ToolCallStarted,
    TurnFinished,
    UserSpoke,
)
from tui.domain.ids import AttemptId, CallId, ChatId, MessageId, ProviderName, RequestId, ServerName, TurnId
from tui.domain.messages import INTERRUPTED, Message, ToolCall
from tui.domain.money import Cost, CostSource, MicroUsd
from tui.domain.servers import CallOutcome, TextBlock, ToolResult, error_result
from tui.domain.text import CleanText, clean, clean_line

TURN_INTERRUPTED = CleanText("The program ended while this turn was running.")
_CHARS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One row of a chat."""

    id: MessageId
    turn_id: TurnId
    message: Message
    outcome: str
    model: str
    """`provider/model`."""
    usage: Usage
    cost: Cost
    at: float


@dataclass(frozen=True, slots=True)
class StoredCall:
    """What is known of a call: where it went and, once it ended, its result."""

    turn_id: TurnId
    server: ServerName
    tool: CleanText
    arguments_json: str
    """What was sent; a person may have edited what the model asked for."""
    started: float
    result: ToolResult | None


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """How a turn ended; `outcome` None when nobody wrote that down."""

    began: float
    finished: float | None
    outcome: str | None
    reason: CleanText


@dataclass(frozen=True, slots=True)
class StoredChat:
    """All rows of one chat."""

    id: ChatId
    messages: Sequence[StoredMessage]
    calls: Mapping[CallId, StoredCall]
    turns: Mapping[TurnId, StoredTurn]


def replayed(chat: StoredChat) -> list[Event]:
    """Returns the chat's events, oldest first. A turn without an end is told as partial."""
    answers = {row.message.tool_call_id: row for row in chat.messages if row.message.role == "tool"}
    events: list[Event] = []
    turn_id: TurnId | None = None
    rows: list[StoredMessage] = []
    for row in chat.messages:
        if row.turn_id != turn_id:
            _end_turn(events, chat, turn_id, rows)
            turn_id, rows = row.turn_id, []
        rows.append(row)
        # A later user message of a turn carries pictures of a result; no person wrote it.
        if row.message.role == "user" and len(rows) == 1:
            events.append(UserSpoke(chat.id, row.turn_id, row.id, row.message.parts, row.at))
        elif row.message.role == "assistant":
            if row.model or row.message.text:
                events.extend(_reply(row))
            for call in row.message.tool_calls:
                events.extend(_call(row, call, chat.calls.get(call.id), answers.get(call.id)))
    _end_turn(events, chat, turn_id, rows)
    return events


def _reply(row: StoredMessage) -> Iterator[Event]:
    attempt_id = AttemptId(row.id)
    provider, slash, model = row.model.partition("/")
    if not slash:
        provider, model = "", row.model
    started = AttemptStarted(RequestId(row.id), attempt_id, ProviderName(provider), model, None, 1)
    yield AttemptBegan(row.turn_id, 1, started, row.at)
    if row.message.text:
        yield TextArrived(row.turn_id, attempt_id, clean(row.message.text))
    outcome = _outcome(row.outcome)
    ended = AttemptEnded(attempt_id, outcome, None, CleanText(""), None, row.usage, row.cost, None, None)
    yield AttemptFinished(row.turn_id, ended, row.at)


def _call(row: StoredMessage, call: ToolCall, stored: StoredCall | None, answer: StoredMessage | None) -> list[Event]:
    server = stored.server if stored else ServerName("")
    tool = stored.tool if stored else clean_line(call.name)
    result = stored.result if stored else None
    if result is None:
        result = _answered(answer) if answer else error_result("cancelled", INTERRUPTED)
    tokens = len(result.text) // _CHARS_PER_TOKEN
    events: list[Event] = [ToolCallRequested(row.turn_id, call.id, server, tool, call.arguments_json, row.at)]
    if stored is not None:
        edited = _parsed(stored.arguments_json) != _parsed(call.arguments_json)
        events.append(ToolCallStarted(row.turn_id, call.id, row.at, stored.arguments_json if edited else None))
    return [*events, ToolCallFinished(row.turn_id, call.id, result, tokens, row.at)]


def _parsed(arguments_json: str) -> object:
    """Two spellings of the same arguments are equal when parsed."""
    try:
        return json.loads(arguments_json or "{}")
    except (ValueError, RecursionError):
        return arguments_json


def _answered(answer: StoredMessage) -> ToolResult:
    """A call that was never sent (denied, invalid) has only its message to the model."""
    text = clean(answer.message.text)
    outcome = answer.outcome if answer.outcome in get_args(CallOutcome) else "error"
    return ToolResult(cast("CallOutcome", outcome), (TextBlock(text),), size=len(text))


def _end_turn(events: list[Event], chat: StoredChat, turn_id: TurnId | None, rows: list[StoredMessage]) -> None:
    if turn_id is None:
        return
    turn = chat.turns.get(turn_id)
    outcome: Outcome = "partial"
    reason, finished, duration_ms = TURN_INTERRUPTED, rows[-1].at, 0
    if turn and turn.outcome is not None:
        outcome, reason = _outcome(turn.outcome), turn.reason
        finished = turn.finished or finished
        duration_ms = max(0, round((finished - turn.began) * 1000))
    replies = [row for row in rows if row.message.role == "assistant"]
    text = clean(replies[-1].message.text) if replies else CleanText("")
    cost = _sum(replies)
    hint = CleanText("")
    events.append(TurnFinished(turn_id, outcome, reason, hint, text, Usage(), cost, None, duration_ms, finished))


def _sum(replies: list[StoredMessage]) -> Cost:
    amounts = [row.cost.microusd for row in replies if row.cost.microusd is not None]
    if not replies or len(amounts) < len(replies):
        return Cost.unknown()
    sources = {row.cost.source for row in replies}
    source: CostSource = "estimated" if "estimated" in sources else replies[-1].cost.source
    return Cost(MicroUsd(sum(amounts)), source)


def _outcome(text: str) -> Outcome:
    return cast("Outcome", text) if text in get_args(Outcome) else "partial"
