"""What a person approves is what is sent, and every answer has its meaning."""

import asyncio

import pytest

from tests.fakes.chat_ports import ChatRig, Person, ScriptedModel, Tools, call, ok, reply, tool
from tui.config.schema import PolicySettings
from tui.domain.events import ToolCallRequested, ToolCallStarted
from tui.domain.questions import ApprovalAnswer, YesNoAnswer

READ, WRITE = tool("read", read_only=True), tool("write")


def rig(*scripts, person=None, tools=(READ, WRITE), **more) -> ChatRig:
    return ChatRig(ScriptedModel([*scripts, reply("Done.")]), Tools(*tools), person=person or Person(), **more)


def writes(*texts: str):
    return reply("", *(call("files_write", text) for text in texts))


async def test_the_question_shows_the_exact_text_and_that_is_sent():
    chat = rig(writes('{"b":1,   "a":"é"}'), person=Person(ApprovalAnswer("once")))
    await chat.say("Go")
    (question,) = chat.person.questions
    assert question.arguments_json == '{"b": 1, "a": "é"}'
    assert chat.tools.sent == [("write", {"b": 1, "a": "é"})]
    assert chat.ledger.intended[0].arguments_json == question.arguments_json
    assert (question.server, question.tool, question.reason) == ("files", "write", "not known to be read-only")


async def test_once_is_once():
    chat = rig(writes('{"n":1}'), writes('{"n":2}'), person=Person(*[ApprovalAnswer("once")] * 2))
    await chat.say("Go")
    assert len(chat.person.questions) == 2


async def test_session_holds_for_the_tool_in_later_turns_and_is_not_stored():
    chat = rig(writes('{"n":1}'), reply("One."), writes('{"n":2}'), person=Person(ApprovalAnswer("session")))
    await chat.say("Go")
    await chat.say("Again")
    assert len(chat.person.questions) == 1
    assert len(chat.tools.sent) == 2
    assert chat.rules.rules == {}


async def test_always_is_stored_for_good():
    chat = rig(writes("{}"), person=Person(ApprovalAnswer("always")))
    await chat.say("Go")
    assert chat.rules.rules == {("files", "write"): "allow"}


async def test_a_session_answer_settles_the_other_questions_for_the_same_tool():
    chat = rig(writes('{"n":1}', '{"n":2}', '{"n":3}'))
    chat.person.waiting = {}
    await chat.begin("Go")
    while len(chat.person.questions) < 3:
        await asyncio.sleep(0)
    chat.person.waiting[chat.person.questions[1].call_id].set_result(ApprovalAnswer("session"))
    await chat.room.idle()
    assert len(chat.tools.sent) == 3
    assert chat.room.last_turn.outcome == "complete"


async def test_an_edit_is_sent_instead_and_the_model_is_told():
    edited = ApprovalAnswer("edit", arguments_json='{"path": "safe"}')
    chat = rig(writes('{"path": "danger"}'), person=Person(edited))
    await chat.say("Go")
    assert chat.tools.sent == [("write", {"path": "safe"})]
    assert '{"path": "safe"}' in chat.told[2][1]
    assert chat.of(ToolCallRequested)[0].arguments_json == '{"path": "danger"}'
    assert chat.of(ToolCallStarted)[0].sent_json == '{"path": "safe"}'


@pytest.mark.parametrize("text", ["[]", '{"a": 1, "a": 2}', "{", None])
async def test_a_bad_edit_asks_again_with_the_reason_and_what_was_typed_and_sends_nothing(text):
    edit = ApprovalAnswer("edit", arguments_json=text or '{"a": NaN}')
    chat = rig(writes('{"path": "x"}'), person=Person(edit, ApprovalAnswer("deny")))
    await chat.say("Go")
    assert chat.tools.sent == []
    first, again = chat.person.questions
    assert "not accepted" in again.reason
    assert (first.draft_json, again.draft_json) == (None, edit.arguments_json)
    assert again.arguments_json == first.arguments_json


async def test_an_answer_of_another_kind_is_a_no():
    chat = rig(writes("{}"), person=Person(YesNoAnswer(True)))
    await chat.say("Go")
    assert chat.tools.sent == []


async def test_a_call_right_after_reading_says_whose_words_may_have_asked_for_it():
    chat = rig(reply("", call("files_read")), writes("{}"), person=Person(ApprovalAnswer("deny")))
    await chat.say("Go")
    assert "requested right after reading files.read" in chat.person.questions[0].reason


async def test_a_grant_does_not_cover_a_call_that_could_give_away_what_was_read():
    tools = (
        tool("read", "notes", read_only=True, open_world=False),
        tool("fetch", "web", read_only=True),
        tool("post", "web"),
    )
    chat = rig(
        reply("", call("web_post", '{"n":1}')),
        reply("", call("notes_read"), call("web_fetch")),
        reply("", call("web_post", '{"n":2}')),
        tools=tools,
        person=Person(ApprovalAnswer("session"), ApprovalAnswer("deny")),
    )
    await chat.say("Go")
    assert [question.tool for question in chat.person.questions] == ["post", "post"]
    assert "could carry what notes.read returned to web" in chat.person.questions[1].reason
    assert ("post", {"n": 2}) not in chat.tools.sent


async def test_nobody_there_is_a_no():
    chat = rig(writes("{}"))
    await chat.say("Go")
    assert chat.tools.sent == []
    assert "nobody is there" in chat.told[2][1]


async def test_a_run_that_approves_nothing_never_asks():
    chat = rig(writes("{}"), policy=PolicySettings(approve="none"))
    await chat.say("Go")
    assert chat.person.questions == []
    assert chat.tools.sent == []


async def test_what_the_tool_changes_in_its_arguments_does_not_reach_the_record():
    chat = rig(writes('{"paths": ["a"]}'), person=Person(ApprovalAnswer("once")))

    async def body(arguments):
        arguments["paths"].append("b")
        return ok("done")

    chat.tools.bodies["write"] = body
    await chat.say("Go")
    assert chat.ledger.intended[0].arguments_json == '{"paths": ["a"]}'
    assert chat.history[1].tool_calls[0].arguments_json == '{"paths": ["a"]}'


async def test_the_questions_of_a_cancelled_turn_fall_away():
    chat = rig(writes("{}"))
    chat.person.waiting = {}
    await chat.begin("Go")
    while not chat.person.waiting:
        await asyncio.sleep(0)
    assert await chat.room.cancel()
    await asyncio.sleep(0)
    assert all(future.cancelled() for future in chat.person.waiting.values())
    assert chat.told[2] == ("tool", "The call was cancelled. You stopped the turn.")
