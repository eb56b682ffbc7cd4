"""Chats come back as they were, also after a crash in the middle of a turn."""

import dataclasses
import sqlite3
from pathlib import Path

import pytest

from tests.fakes.clock import FakeClock
from tui.chat.ports import Ledger
from tui.domain.completion import Usage
from tui.domain.errors import UsageError
from tui.domain.events import ChatOpened, TextArrived
from tui.domain.ids import CallId, ChatId, ServerName, TurnId
from tui.domain.messages import INTERRUPTED, AudioPart, FilePart, ImagePart, Message, TextPart, ToolCall, user_text
from tui.domain.money import Cost, MicroUsd
from tui.domain.servers import (
    AudioBlock,
    ImageBlock,
    ResourceBlock,
    ResourceLinkBlock,
    TextBlock,
    ToolResult,
    error_result,
)
from tui.domain.state import State
from tui.domain.text import CleanText, clean
from tui.domain.transcript import NoticeEntry, ReplyEntry, ToolEntry, UserEntry
from tui.storage.chats import ChatStore
from tui.storage.database import Database

TURN = TurnId("turn_1")
FILES = ServerName("files")
RESULT = ToolResult(
    "ok",
    (
        TextBlock(CleanText("two\nlines")),
        ImageBlock(CleanText("image/png"), "aGk=", 2),
        AudioBlock(CleanText("audio/wav"), "aGk=", 2),
        ResourceLinkBlock(CleanText("file:///a"), CleanText("a"), CleanText("about a"), CleanText("text/plain")),
        ResourceBlock(CleanText("file:///b"), CleanText("text/plain"), CleanText("b"), None, 1),
        ResourceBlock(CleanText("file:///c"), CleanText("image/png"), None, "aGk=", 2),
    ),
    {"rows": [1, 2.5, None, True]},
    12,
    34,
    "/tmp/spill",
)


def call(number: int = 1) -> ToolCall:
    return ToolCall(CallId(f"call_{number}"), "files__read", '{"path": "a"}')


def asking(*calls: ToolCall) -> Message:
    return Message("assistant", (TextPart(CleanText("Let me look.")),), tool_calls=calls)


def answering(of: ToolCall, text: str = "a's text") -> Message:
    return Message("tool", (TextPart(CleanText(text)),), tool_call_id=of.id)


def said(text: str) -> Message:
    return Message("assistant", (TextPart(CleanText(text)),))


async def whole_turn(chats: ChatStore, chat: ChatId, turn: TurnId = TURN) -> None:
    asked = ToolCall(CallId(f"call of {turn}"), "files__read", "{}")
    await chats.add_message(chat, turn, user_text(clean("What is in a?")))
    await chats.add_message(chat, turn, asking(asked), cost=Cost(MicroUsd(40), "reported"), model="groq/meta/llama")
    await chats.intend_call(chat, turn, asked, FILES, "read")
    await chats.finish_call(asked.id, RESULT)
    await chats.add_message(chat, turn, answering(asked))
    await chats.add_message(
        chat, turn, said("It says so."), usage=Usage(9, 2), cost=Cost(MicroUsd(2), "computed"), model="groq/meta/llama"
    )
    await chats.finish_turn(chat, turn, "complete", CleanText(""))


async def shown(chats: ChatStore, chat: ChatId) -> State:
    state = State()
    state.apply(ChatOpened(chat, CleanText("")))
    for event in await chats.events(chat):
        state.apply(event)
    return state


def test_the_store_is_what_a_chat_asks_for(chats: ChatStore) -> None:
    ledger: Ledger = chats
    assert ledger


async def test_messages_come_back_as_they_were_stored(chats: ChatStore) -> None:
    chat = await chats.create()
    stored = [
        Message("system", (TextPart(CleanText("Be brief.")),)),
        Message(
            "user",
            (
                TextPart(CleanText("Look: 👩‍👩‍👧 می‌خواهم\n\tthere")),
                ImagePart("image/png", "aGk="),
                AudioPart("mp3", "SUQz"),
                FilePart(CleanText("a.txt"), CleanText("text")),
            ),
        ),
        Message("assistant", (), (call(1), call(2)), extras={"reasoning": [{"id": 1}]}),
        answering(call(1)),
        answering(call(2)),
        said("Done."),
    ]
    for message in stored:
        await chats.add_message(chat, TURN, message)
    assert await chats.messages(chat) == stored


async def test_text_no_database_can_hold_is_stored_all_the_same(chats: ChatStore) -> None:
    chat = await chats.create()
    odd = ToolCall(CallId("call_1"), "x\ud800", '{"a": "\udfff\0"}')
    await chats.add_message(chat, TURN, Message("assistant", (), (odd,)))
    await chats.intend_call(chat, TURN, odd, FILES, "x\ud800")
    [stored] = await chats.messages(chat)
    assert stored.tool_calls[0].name == "x?"


async def test_a_stored_chat_is_shown_as_it_was(chats: ChatStore) -> None:
    chat = await chats.create()
    await whole_turn(chats, chat)
    state = await shown(chats, chat)
    user, first, tool, second = state.entries
    assert isinstance(user, UserEntry)
    assert isinstance(first, ReplyEntry)
    assert (first.provider, first.model, first.outcome, first.streaming) == ("groq", "meta/llama", "complete", False)
    assert isinstance(tool, ToolEntry)
    assert (tool.server, tool.tool, tool.state, tool.result) == ("files", "read", "finished", RESULT)
    assert isinstance(second, ReplyEntry)
    assert second.text == "It says so."
    assert second.usage == Usage(9, 2)
    assert second.latency_ms is None
    assert second.cost == Cost(MicroUsd(2), "computed")
    assert state.turn_id is None


async def test_pictures_of_a_result_are_not_shown_as_if_a_person_had_sent_them(chats: ChatStore) -> None:
    chat = await chats.create()
    await whole_turn(chats, chat)
    await chats.add_message(chat, TURN, Message("user", (ImagePart("image/png", "aGk="),)))
    assert sum(isinstance(entry, UserEntry) for entry in (await shown(chats, chat)).entries) == 1


async def test_a_turn_cut_off_by_a_crash_is_shown_as_interrupted(chats: ChatStore) -> None:
    chat = await chats.create()
    await chats.add_message(chat, TURN, user_text(clean("Go")))
    await chats.add_message(chat, TURN, asking(call()))
    await chats.intend_call(chat, TURN, call(), FILES, "read")
    state = await shown(chats, chat)
    tool, notice = state.entries[-2:]
    assert isinstance(tool, ToolEntry)
    assert tool.result
    assert (tool.result.outcome, tool.result.text) == ("cancelled", INTERRUPTED)
    assert isinstance(notice, NoticeEntry)
    assert "while this turn was running" in notice.text
    assert state.turn_id is None


async def test_a_call_sent_before_its_reply_was_a_message_is_told_after_a_crash(chats: ChatStore) -> None:
    chat, later = await chats.create(), TurnId("turn_2")
    await chats.add_message(chat, TURN, user_text(clean("Go")))
    await chats.intend_call(chat, TURN, call(1), FILES, "read")
    await chats.finish_call(call(1).id, error_result("ok", CleanText("a's text")))
    await chats.intend_call(chat, TURN, call(2), FILES, "read")
    await chats.add_message(chat, later, user_text(clean("Go on")))
    asked, reply, result, again = await chats.messages(chat)
    assert (asked.text, reply.role, result, again.text) == ("Go", "assistant", answering(call(1)), "Go on")
    assert reply.tool_calls == (call(1), call(2))
    tools = [entry for entry in (await shown(chats, chat)).entries if isinstance(entry, ToolEntry)]
    assert [entry.result and entry.result.text for entry in tools] == ["a's text", INTERRUPTED]


async def test_a_call_that_an_ended_turn_left_behind_is_not_told(chats: ChatStore) -> None:
    chat = await chats.create()
    await chats.add_message(chat, TURN, user_text(clean("Go")))
    await chats.intend_call(chat, TURN, call(), FILES, "read")
    await chats.finish_turn(chat, TURN, "complete", CleanText(""))
    assert [message.text for message in await chats.messages(chat)] == ["Go"]


async def test_a_result_whose_message_was_never_written_is_not_lost(chats: ChatStore) -> None:
    chat = await chats.create()
    await chats.add_message(chat, TURN, asking(call()))
    await chats.intend_call(chat, TURN, call(), FILES, "read")
    await chats.finish_call(call().id, error_result("error", CleanText("it broke")))
    assert (await chats.messages(chat))[-1] == answering(call(), "it broke")


async def test_the_first_result_of_a_call_stays(chats: ChatStore) -> None:
    chat = await chats.create()
    await chats.add_message(chat, TURN, asking(call()))
    await chats.intend_call(chat, TURN, call(), FILES, "read")
    await chats.finish_call(call().id, error_result("ok", CleanText("first")))
    await chats.finish_call(call().id, error_result("cancelled", CleanText("second")))
    assert (await chats.messages(chat))[-1].text == "first"


@pytest.mark.parametrize(("sent", "edited"), [('{ "path":"a" }', False), ('{"path": "b"}', True)])
async def test_a_call_a_person_edited_is_shown_as_it_was_sent(chats: ChatStore, sent: str, edited: bool) -> None:
    chat = await chats.create()
    await chats.add_message(chat, TURN, asking(call()))
    await chats.intend_call(chat, TURN, dataclasses.replace(call(), arguments_json=sent), FILES, "read")
    entry = (await shown(chats, chat)).entries[1]
    assert isinstance(entry, ToolEntry)
    assert (entry.arguments_json, entry.edited) == (sent if edited else call().arguments_json, edited)


async def test_a_call_that_was_never_sent_is_shown_with_what_the_model_was_told(chats: ChatStore) -> None:
    chat = await chats.create()
    await chats.add_message(chat, TURN, asking(call()))
    await chats.add_message(chat, TURN, answering(call(), "no such tool"), outcome="denied")
    entry = (await shown(chats, chat)).entries[1]
    assert isinstance(entry, ToolEntry)
    assert entry.result
    assert (entry.result.outcome, entry.result.text) == ("denied", "no such tool")


async def test_a_chat_takes_its_title_from_the_first_message_unless_it_has_one(chats: ChatStore) -> None:
    untitled, titled = await chats.create(), await chats.create("Mine")
    for chat in (untitled, titled):
        await chats.add_message(chat, TURN, user_text(clean("Which logs\nmention a timeout? " + "x" * 100)))
        await chats.add_message(chat, TURN, user_text(clean("And then?")))
    assert (await chats.title(untitled)).startswith("Which logs mention a timeout?")
    assert len(await chats.title(untitled)) <= 60
    assert await chats.title(titled) == "Mine"


async def test_chats_are_listed_newest_first_with_their_figures(chats: ChatStore, clock: FakeClock) -> None:
    await chats.create("never used")
    first, second = await chats.create("first"), await chats.create("second")
    await whole_turn(chats, first)
    clock.advance(60)
    await chats.add_message(second, TURN, user_text(clean("hello")))
    newest, oldest = await chats.summaries()
    assert (newest.id, newest.message_count, newest.cost_microusd, newest.preview) == (second, 1, None, "hello")
    assert (oldest.id, oldest.message_count, oldest.cost_microusd, oldest.preview) == (first, 4, 42, "It says so.")
    assert await chats.last() == second


@pytest.mark.parametrize(
    ("search", "found"), [("", 2), ("FIRST", 1), ("100%", 1), ("%", 1), ("_", 0), ("a's text", 0), ("nowhere", 0)]
)
async def test_a_search_looks_in_titles_and_texts_literally(chats: ChatStore, search: str, found: int) -> None:
    first, second = await chats.create("The first"), await chats.create("other")
    await whole_turn(chats, first)
    await chats.add_message(second, TURN, user_text(clean("I am 100% sure")))
    assert len(await chats.summaries(search)) == found


async def test_renaming_and_deleting(chats: ChatStore, database: Database) -> None:
    chat = await chats.create()
    await whole_turn(chats, chat)
    await chats.rename(chat, "\x1b]0;evil\x07 name")
    assert "\x1b" not in await chats.title(chat)
    await chats.delete(chat)

    def left(connection: sqlite3.Connection) -> list[int]:
        tables = ("chats", "messages", "turns", "calls")
        return [connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in tables]

    assert await database.read(left) == [0, 0, 0, 0]
    assert await chats.last() is None


async def test_whole_results_are_removed_with_the_last_chat_that_has_them(
    database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    results.mkdir()
    own, foreign = results / "own.txt", tmp_path / "foreign.txt"
    chats = ChatStore(database, clock, results)
    chat = await chats.create()
    await chats.add_message(chat, TURN, asking(call(1), call(2)))
    for number, file in enumerate((own, foreign), 1):
        file.write_text("all of it")
        await chats.intend_call(chat, TURN, call(number), FILES, "read")
        await chats.finish_call(call(number).id, dataclasses.replace(RESULT, spill_path=str(file)))
    copy = await chats.fork(chat)
    await chats.delete(chat)
    assert own.exists()
    await chats.delete(copy)
    assert not own.exists()
    assert foreign.exists()


async def test_a_chat_that_does_not_exist_is_an_error_with_a_hint(chats: ChatStore) -> None:
    nobody = ChatId("chat_none")
    for action in (
        chats.title(nobody),
        chats.rename(nobody, "x"),
        chats.delete(nobody),
        chats.fork(nobody),
        chats.add_message(nobody, TURN, user_text(clean("x"))),
    ):
        with pytest.raises(UsageError, match="no chat") as refused:
            await action
        assert refused.value.hint


async def test_a_fork_is_a_copy_that_lives_on_its_own(chats: ChatStore) -> None:
    chat = await chats.create("Original")
    await whole_turn(chats, chat)
    copy = await chats.fork(chat)
    assert await chats.messages(copy) == await chats.messages(chat)
    assert (await shown(chats, copy)).entries == (await shown(chats, chat)).entries
    await chats.add_message(copy, TurnId("turn_2"), user_text(clean("And now?")))
    await chats.delete(chat)
    assert len(await chats.messages(copy)) == 5
    assert await chats.title(copy) == "Original (copy)"


async def test_a_fork_in_the_middle_of_a_call_is_still_a_valid_history(chats: ChatStore) -> None:
    chat = await chats.create()
    await whole_turn(chats, chat)
    copy = await chats.fork(chat, 2)
    assert [message.role for message in await chats.messages(copy)] == ["user", "assistant", "tool"]
    [summary] = [summary for summary in await chats.summaries() if summary.id == copy]
    assert (summary.message_count, summary.cost_microusd) == (2, 40)


async def test_a_chat_names_the_places_where_it_can_be_forked(chats: ChatStore) -> None:
    chat = await chats.create()
    await whole_turn(chats, chat)
    places = await chats.places(chat)
    assert all(place.role in ("user", "assistant") and place.text for place in places)
    first, last = places[0], places[-1]
    assert (first.message_count, first.role) == (1, "user")
    assert len(await chats.messages(await chats.fork(chat, last.message_count))) == len(await chats.messages(chat))


async def test_text_edited_in_the_file_is_cleaned_when_it_is_read(chats: ChatStore, database: Database) -> None:
    chat = await chats.create()
    await chats.add_message(chat, TURN, said("harmless"))
    await database.write(lambda c: c.execute("UPDATE messages SET body = replace(body, 'harm', '\\u001b[2J')"))
    pieces = [event.text for event in await chats.events(chat) if isinstance(event, TextArrived)]
    assert pieces
    assert "\x1b" not in "".join(pieces) + (await chats.messages(chat))[0].text


async def test_a_row_nobody_can_read_is_left_out_and_the_rest_stays(chats: ChatStore, database: Database) -> None:
    chat = await chats.create()
    for text in ("one", "two", "three"):
        await chats.add_message(chat, TURN, said(text))
    await database.write(lambda c: c.execute("UPDATE messages SET body = '{' WHERE text = 'two'"))
    assert [message.text for message in await chats.messages(chat)] == ["one", "three"]


async def test_chats_that_stayed_empty_are_cleared_away(chats: ChatStore, clock: FakeClock, database: Database) -> None:
    await chats.create()
    clock.advance(90_000)
    await chats.create()
    assert await database.read(lambda c: c.execute("SELECT COUNT(*) FROM chats").fetchone()[0]) == 1


async def test_an_export_holds_all_messages_and_no_control_characters(chats: ChatStore) -> None:
    chat = await chats.create("Logs")
    await whole_turn(chats, chat)
    await chats.add_message(chat, TURN, answering(call(), "```\nfenced"))
    markdown, document = await chats.export(chat, "markdown"), await chats.export(chat, "json")
    for expected in ("# Logs", "What is in a?", "files__read", "a's text", "It says so."):
        assert expected in markdown
    assert '"tool_call_id"' in document
    assert "\x1b" not in markdown + document
