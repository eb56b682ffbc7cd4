"""What the list of chats says of their cost when no reply was priced."""

import pytest

from tui.domain.completion import Usage
from tui.domain.ids import AttemptId, ChatId, ProviderName, RequestId, TurnId
from tui.domain.messages import Message, TextPart, user_text
from tui.domain.money import Cost, MicroUsd
from tui.domain.spend import Charge
from tui.domain.text import CleanText, clean
from tui.storage.chats import ChatStore
from tui.storage.database import Database
from tui.storage.spend import SpendStore

TURN = TurnId("turn_1")
PAID = Cost(MicroUsd(30), "reported")


async def failed_turn(chats: ChatStore) -> ChatId:
    chat = await chats.create()
    await chats.add_message(chat, TURN, user_text(clean("Go")))
    await chats.finish_turn(chat, TURN, "failed", CleanText("no"))
    return chat


async def cost(chats: ChatStore) -> int | None:
    [summary] = await chats.summaries()
    return summary.cost_microusd


async def test_a_chat_whose_request_was_never_sent_cost_nothing(chats: ChatStore) -> None:
    await failed_turn(chats)
    assert await cost(chats) == 0


async def test_a_chat_whose_turn_has_not_ended_has_no_known_cost_yet(chats: ChatStore) -> None:
    await chats.add_message(await chats.create(), TURN, user_text(clean("Go")))
    assert await cost(chats) is None


async def test_a_chat_with_a_reply_of_unknown_price_has_no_known_cost(chats: ChatStore) -> None:
    chat = await failed_turn(chats)
    await chats.add_message(chat, TURN, Message("assistant", (TextPart(clean("Hm")),)), cost=Cost.unknown())
    assert await cost(chats) is None


@pytest.mark.parametrize(("costs", "expected"), [([PAID], 30), ([PAID, PAID], 60), ([PAID, Cost.unknown()], None)])
async def test_attempts_that_brought_no_reply_count_unless_one_has_no_price(
    chats: ChatStore, database: Database, costs: list[Cost], expected: int | None
) -> None:
    await failed_turn(chats)
    for number, each in enumerate(costs):
        charge = Charge(
            *(AttemptId(f"attempt_{number}"), RequestId("request"), TURN, "session", ProviderName("groq"), "llama"),
            *(None, "failed", "cut", 200, Usage(100, 0), each),
            latency_ms=5,
            first_token_ms=None,
            fallback=False,
            at=1.0,
        )
        await SpendStore(database).settle(charge)
    assert await cost(chats) == expected
