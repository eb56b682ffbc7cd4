"""What a crash kept from being written as messages, put where it belongs: calls that were sent, results that came."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from tui.domain.completion import Usage
from tui.domain.ids import CallId, MessageId, TurnId
from tui.domain.messages import Message, TextPart, ToolCall
from tui.domain.money import Cost
from tui.domain.text import CleanText
from tui.storage.replay import StoredCall, StoredMessage, StoredTurn


def with_lost_replies(
    messages: Sequence[StoredMessage], calls: Mapping[CallId, StoredCall], turns: Mapping[TurnId, StoredTurn]
) -> list[StoredMessage]:
    """Returns the messages in order; a turn without an end closes with the calls that no message tells of.

    A call may be sent while its reply still streams: the program can die before the reply is a message.
    """
    told = {call.id for row in messages for call in row.message.tool_calls}
    ended = {turn_id for turn_id, turn in turns.items() if turn.outcome is not None}
    lost: dict[TurnId, dict[CallId, StoredCall]] = {}
    for call_id, call in calls.items():
        if call_id not in told and call.turn_id not in ended:
            lost.setdefault(call.turn_id, {})[call_id] = call
    whole: list[StoredMessage] = []
    for turn_id, rows in groupby(messages, lambda row: row.turn_id):
        whole += rows
        if sent := lost.pop(turn_id, None):
            whole.append(_reply(turn_id, sent))
    return whole


def _reply(turn_id: TurnId, sent: Mapping[CallId, StoredCall]) -> StoredMessage:
    calls = tuple(ToolCall(id_, f"{call.server}__{call.tool}", call.arguments_json) for id_, call in sent.items())
    at = min(call.started for call in sent.values())
    id_ = MessageId(f"lost reply of {turn_id}")
    return StoredMessage(id_, turn_id, Message("assistant", (), calls), "partial", "", Usage(), Cost.unknown(), at)


def with_lost_results(messages: Sequence[Message], stored: Mapping[CallId, CleanText]) -> list[Message]:
    """Returns the messages in order, those results that only `stored` knows right behind their calls."""
    told = {message.tool_call_id for message in messages if message.role == "tool"}
    whole: list[Message] = []
    for message in messages:
        whole.append(message)
        lost = (call.id for call in message.tool_calls if call.id in stored and call.id not in told)
        whole += [Message("tool", (TextPart(stored[id]),), tool_call_id=id) for id in lost]
    return whole
