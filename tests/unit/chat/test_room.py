"""The room: which chat is in view while turns run, and what becomes of messages sent while it changes."""

import asyncio

import pytest

from tests.fakes.chat_ports import ChatRig, ScriptedModel, began, reply, said
from tui.domain.errors import McpTuiError
from tui.domain.events import ChatOpened, Event, MessageQueued, NoticePosted, TextArrived, UserSpoke
from tui.domain.ids import ChatId
from tui.domain.messages import Message, TextPart
from tui.domain.text import CleanText


async def test_a_chat_opened_again_in_the_middle_of_its_turn_remembers_what_had_arrived():
    chat = ChatRig(ScriptedModel([[began(), said("Half an ans"), asyncio.Event()], reply("Go on.")]))
    await chat.begin("Hi")
    await chat.until(TextArrived)
    await chat.room.open(chat.chat_id, CleanText("test"))
    await chat.say("And?")
    sent = [(message.role, message.text) for message in chat.model.requests[-1].messages]
    assert sent == [("user", "Hi"), ("assistant", "Half an ans"), ("user", "And?")]


async def test_a_message_sent_while_another_chat_is_being_opened_goes_to_neither_and_says_so():
    chat = ChatRig(ScriptedModel([[began(), said("Half"), asyncio.Event()]]))
    await chat.begin("Hi")
    await chat.until(TextArrived)
    reading = asyncio.Event()

    async def messages(chat_id: ChatId) -> list[Message]:
        reading.set()
        await asyncio.sleep(0)
        return []

    chat.ledger.messages = messages
    opening = asyncio.create_task(chat.room.open(ChatId("chat_2"), CleanText("other")))
    await reading.wait()
    with pytest.raises(McpTuiError, match="being opened"):
        chat.room.send((TextPart(CleanText("For whom?")),))
    await opening
    assert chat.room.chat_id == "chat_2"
    assert len(chat.model.requests) == 1


async def test_the_newest_message_that_waits_can_be_taken_back_and_is_not_sent():
    go_on = asyncio.Event()
    chat = ChatRig(ScriptedModel([[began(), said("One"), go_on], reply("Two.")]))
    await chat.begin("First")
    await chat.until(TextArrived)
    await chat.begin("Second")
    await chat.begin("Third")
    assert chat.room.take_back() == (TextPart(CleanText("Third")),)
    assert chat.of(MessageQueued)[-1].waiting == ("Second",)
    go_on.set()
    await chat.room.idle()
    assert [text for role, text in chat.told if role == "user"] == ["First", "Second"]
    assert chat.room.take_back() is None


async def test_a_message_sent_as_soon_as_can_be_stands_behind_what_was_said_before():
    chat = ChatRig(ScriptedModel([reply("Hello.")]))
    then = NoticePosted("info", CleanText("said before"), at=1.0)

    async def replay() -> list[Event]:
        await asyncio.sleep(0)
        return [then]

    opening = asyncio.create_task(chat.room.open(chat.chat_id, CleanText("old"), replay))
    while not chat.of(ChatOpened):
        await asyncio.sleep(0)
    chat.room.send((TextPart(CleanText("Now")),))
    await opening
    await chat.room.idle()
    (opened,) = chat.of(ChatOpened)
    assert opened.resumed
    assert [type(event) for event in chat.events if event == then or isinstance(event, UserSpoke)] == [
        NoticePosted,
        UserSpoke,
    ]
