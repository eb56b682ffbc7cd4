"""One turn: what is asked, run, stored and told, in which order."""

import asyncio
from dataclasses import replace

import pytest

from tests.fakes.chat_ports import (
    ATTEMPT,
    ChatRig,
    Person,
    ScriptedModel,
    Tools,
    attempt_over,
    began,
    call,
    ended,
    ok,
    provider_complaints,
    ready,
    reply,
    said,
    tool,
)
from tui.config.schema import ChatSettings, PolicySettings
from tui.domain.events import (
    AttemptFinished,
    ContextFitted,
    NoticePosted,
    TextArrived,
    ToolCallFinished,
    ToolCallRequested,
    ToolCallStarted,
    TurnFinished,
    UserSpoke,
)
from tui.domain.gateway import ModelSpec
from tui.domain.ids import AttemptId
from tui.domain.messages import ImagePart
from tui.domain.money import Cost, MicroUsd
from tui.domain.questions import ApprovalAnswer, LimitQuestion
from tui.domain.servers import ImageBlock, ToolResult
from tui.domain.state import State
from tui.domain.text import CleanText
from tui.domain.transcript import ReplyEntry, ToolEntry

READ, WRITE = tool("read", read_only=True), tool("write")
ALLOW_ALL = PolicySettings(approve="all")


def rig(*scripts, tools=(READ, WRITE), **more) -> ChatRig:
    more.setdefault("policy", ALLOW_ALL)
    return ChatRig(ScriptedModel(list(scripts), more.pop("spec", None)), Tools(*tools), **more)


async def test_an_answer_without_tools_is_told_and_stored():
    chat = rig(reply("Hello."))
    await chat.say("Hi")
    assert chat.told == [("user", "Hi"), ("assistant", "Hello.")]
    finished = chat.room.last_turn
    assert (finished.outcome, finished.text, finished.cost.microusd) == ("complete", "Hello.", 100)
    assert finished.usage.input_tokens == 10
    assert [event.text for event in chat.of(TextArrived)] == ["Hello."]


async def test_the_persons_words_are_stored_before_the_request_leaves():
    chat = rig(reply("Hello."))
    await chat.say("Hi")
    journal = chat.ledger.journal
    assert journal.index(("stored", "user")) < next(i for i, e in enumerate(journal) if isinstance(e, UserSpoke))
    assert next(i for i, e in enumerate(journal) if isinstance(e, UserSpoke)) < next(
        i for i, e in enumerate(journal) if isinstance(e, ContextFitted)
    )


async def test_every_call_of_a_reply_runs_and_results_go_back_in_order():
    slow = asyncio.Event()
    chat = rig(reply("", call("files_read", '{"n":1}'), call("files_read", '{"n":2}')), reply("Done."))

    async def body(arguments):
        if arguments["n"] == 1:
            await slow.wait()
        else:
            slow.set()
        return ok(f"result {arguments['n']}")

    chat.tools.bodies["read"] = body
    await chat.say("Go")
    assert [text for role, text in chat.told if role == "tool"] == ["result 1", "result 2"]
    assert chat.room.last_turn.text == "Done."
    assert provider_complaints(chat.history) == []


async def test_an_intent_is_stored_before_a_call_is_sent():
    chat = rig(reply("", call("files_write")), reply("Done."))
    await chat.say("Go")
    journal = chat.ledger.journal
    assert journal.index(("intended", "write")) < journal.index(("sent", "write"))


async def test_a_read_only_call_of_a_believed_server_starts_while_the_reply_still_streams():
    rest = asyncio.Event()
    first = call("files_read")
    chat = rig([began(), ready(first), rest, attempt_over(), ended("", [first])], reply("Done."))
    await chat.begin("Go")
    await chat.until(ToolCallFinished)
    assert not rest.is_set()
    rest.set()
    await chat.room.idle()
    assert chat.room.last_turn.outcome == "complete"


async def test_a_call_with_side_effects_waits_until_the_reply_goes_on_behind_it():
    more, rest = asyncio.Event(), asyncio.Event()
    first, second = call("files_write", '{"n":1}'), call("files_read", '{"n":2}')
    chat = rig(
        [began(), ready(first), said("x"), more, ready(second, 1), rest, attempt_over(), ended("x", [first, second])],
        reply("Done."),
    )
    await chat.begin("Go")
    await chat.until(TextArrived)
    for _ in range(20):
        await asyncio.sleep(0)
    assert chat.tools.sent == []
    more.set()
    while len(chat.of(ToolCallFinished)) < 2:
        await chat.until(ToolCallFinished)
    assert not rest.is_set()
    assert sorted(name for name, _ in chat.tools.sent) == ["read", "write"]
    rest.set()
    await chat.room.idle()


async def test_a_call_whose_arguments_went_on_after_their_end_is_not_sent():
    first, broken = call("files_write", '{"n":1}'), call("files_write", '{"n":1}{"n":2}')
    broken = replace(broken, id=first.id)
    chat = rig([began(), ready(first), attempt_over(), ended("", [broken])], reply("Done."))
    await chat.begin("Go")
    await chat.room.idle()
    assert chat.tools.sent == []
    [finished] = chat.of(ToolCallFinished)
    assert finished.result.outcome == "invalid"


async def test_approval_is_asked_while_the_reply_still_streams():
    rest = asyncio.Event()
    first = call("files_write")
    chat = rig(
        [began(), ready(first), rest, attempt_over(), ended("", [first])], reply("Done."), policy=PolicySettings()
    )
    chat.person.waiting = {}
    await chat.begin("Go")
    await chat.until(ToolCallRequested)
    while not chat.person.questions:
        await asyncio.sleep(0)
    assert not rest.is_set()
    rest.set()
    chat.person.waiting[first.id].set_result(ApprovalAnswer("once"))
    await chat.room.idle()
    assert chat.tools.sent == [("write", {})]


@pytest.mark.parametrize("finish", ["length", "content_filter"])
async def test_a_call_at_the_cut_of_a_reply_is_not_sent(finish):
    chat = rig(reply("", call("files_write"), finish=finish), reply("Done."))
    await chat.say("Go")
    assert chat.tools.sent == []
    assert "truncated" in chat.told[2][1]
    assert provider_complaints(chat.history) == []


async def test_a_call_that_was_never_announced_still_runs():
    only = call("files_write")
    chat = rig([began(), attempt_over(), ended("", [only])], reply("Done."))
    await chat.say("Go")
    assert chat.tools.sent == [("write", {})]


async def test_an_unknown_tool_is_answered_with_the_nearest_names_and_nothing_runs():
    chat = rig(reply("", call("files_raed")), reply("Done."))
    await chat.say("Go")
    assert chat.tools.sent == []
    assert "files_read" in chat.told[2][1]
    assert chat.of(ToolCallFinished)[0].result.outcome == "invalid"
    assert chat.of(ToolCallRequested)[0].server == ""


async def test_arguments_that_break_the_schema_are_answered_before_anybody_is_asked():
    chat = rig(reply("", call("files_write")), reply("Done."), policy=PolicySettings())
    chat.tools.complaint = CleanText("'path' is a required property")
    await chat.say("Go")
    assert chat.person.questions == []
    assert "'path' is a required property" in chat.told[2][1]


async def test_arguments_that_are_no_json_are_stored_as_an_empty_object_with_the_reason():
    chat = rig(reply("", call("files_write", '{"a": ')), reply("Done."))
    await chat.say("Go")
    assert chat.history[1].tool_calls[0].arguments_json == "{}"
    assert "not valid JSON" in chat.told[2][1]


async def test_a_denied_call_is_an_error_the_model_reads():
    person = Person(ApprovalAnswer("deny", CleanText("wrong file")))
    chat = rig(reply("", call("files_write")), reply("I see."), policy=PolicySettings(), person=person)
    await chat.say("Go")
    assert "wrong file" in chat.told[2][1]
    assert chat.ledger.intended == []
    assert chat.of(ToolCallStarted) == []


async def test_one_fails_one_hangs_one_is_denied_and_each_has_its_place():
    calls = [call("files_read", '{"n":1}'), call("files_read", '{"n":2}'), call("web_post", '{"n":3}')]
    chat = rig(
        reply("", *calls),
        tools=(READ, tool("post", "web")),
        policy=PolicySettings(tools={"web.post": "deny"}),
    )

    async def body(arguments):
        if arguments["n"] == 1:
            return ToolResult("error", ok("boom").blocks)
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    chat.tools.bodies["read"] = body
    await chat.begin("Go")
    while len(chat.of(ToolCallFinished)) < 2:
        await chat.until(ToolCallFinished)
    assert await chat.room.cancel()
    outcomes = {event.call_id: event.result.outcome for event in chat.of(ToolCallFinished)}
    assert [outcomes[tool_call.id] for tool_call in calls] == ["error", "cancelled", "denied"]
    assert [message.tool_call_id for message in chat.history[2:]] == [tool_call.id for tool_call in calls]
    assert chat.room.last_turn.outcome == "cancelled"
    assert provider_complaints(chat.history) == []


async def test_a_cancelled_stream_keeps_its_text_and_closes_the_request():
    never = asyncio.Event()
    chat = rig([began(), said("Half an ans"), never])
    await chat.begin("Go")
    await chat.until(TextArrived)
    assert await chat.room.cancel()
    assert chat.told == [("user", "Go"), ("assistant", "Half an ans")]
    assert chat.ledger.outcomes == ["complete", "cancelled"]
    assert chat.model.closed == 1
    assert chat.room.last_turn.cost == Cost.unknown()


async def test_a_server_that_does_not_let_go_does_not_hold_up_a_cancel():
    stubborn = asyncio.Event()
    chat = rig(reply("", call("files_read")))

    async def body(arguments):
        while not stubborn.is_set():
            try:
                await stubborn.wait()
            except asyncio.CancelledError:
                continue
        return ok("late")

    chat.tools.bodies["read"] = body
    await chat.begin("Go")
    await chat.until(ToolCallStarted)
    assert await chat.room.cancel()
    assert chat.room.last_turn.outcome == "cancelled"
    assert provider_complaints(chat.history) == []
    stubborn.set()


async def test_a_cancel_right_after_send_still_keeps_the_words():
    chat = rig(reply("Hello."))
    await chat.begin("Hi")
    assert await chat.room.cancel()
    assert chat.told == [("user", "Hi")]
    assert chat.room.last_turn.outcome == "cancelled"


async def test_a_failed_reply_keeps_its_text_as_partial_with_a_hint():
    chat = rig([began(), said("Half"), ended("Half", outcome="partial", failure="cut", reason="connection lost")])
    await chat.say("Hi")
    assert chat.told[-1] == ("assistant", "Half")
    assert chat.ledger.outcomes[-1] == "partial"
    assert (chat.room.last_turn.outcome, chat.room.last_turn.hint) == ("partial", "Try again.")


async def test_a_later_attempt_starts_clean_and_the_calls_of_the_first_are_left_behind():
    second = AttemptId("attempt_2")
    chat = rig(
        [
            began(),
            said("Hal"),
            ready(call("files_write")),
            attempt_over(will_retry=True, outcome="failed"),
            began(second, 2),
            said("Whole.", second),
            attempt_over(),
            ended("Whole."),
        ]
    )
    await chat.say("Go")
    assert chat.told == [("user", "Go"), ("assistant", "Whole.")]
    assert chat.tools.sent == []
    assert [event.result.outcome for event in chat.of(ToolCallFinished)] == ["cancelled"]


async def test_a_running_call_of_an_attempt_left_behind_is_cancelled_at_once():
    gate, second = asyncio.Event(), AttemptId("attempt_2")
    chat = rig(
        [began(), ready(call("files_read")), gate, began(second, 2), gate_two := asyncio.Event(), ended("Whole.")]
    )

    async def body(arguments):
        gate.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    chat.tools.bodies["read"] = body
    await chat.begin("Go")
    await chat.until(ToolCallFinished)
    assert not gate_two.is_set()
    gate_two.set()
    await chat.room.idle()
    assert chat.told == [("user", "Go"), ("assistant", "Whole.")]


async def test_no_second_attempt_redoes_a_call_that_took_effect():
    done = asyncio.Event()
    first, next_one = call("files_write"), call("files_read")
    chat = rig(
        [
            began(),
            ready(first),
            ready(next_one, 1),
            done,
            attempt_over(will_retry=True, outcome="failed"),
            began(AttemptId("attempt_2"), 2),
            said("never read"),
        ],
        reply("Done."),
    )

    async def body(arguments):
        done.set()
        return ok("written")

    chat.tools.bodies["write"] = body
    await chat.say("Go")
    assert [name for name, _ in chat.tools.sent].count("write") == 1
    assert ("tool", "written") in chat.told
    assert chat.told[-1] == ("assistant", "Done.")
    assert provider_complaints(chat.history) == []


async def test_ids_a_model_uses_twice_become_unique():
    twin = call("files_read", '{"n":1}', "same"), call("files_read", '{"n":2}', "same")
    chat = rig(reply("", *twin), reply("", call("files_read", '{"n":3}', "same")), reply("Done."))
    await chat.say("Go")
    assert provider_complaints(chat.history) == []
    assert len(chat.tools.sent) == 3


async def test_without_a_model_the_turn_fails_with_the_next_step_and_the_words_stay():
    chat = rig(settings=ChatSettings())
    await chat.say("Hi")
    assert chat.room.last_turn.outcome == "failed"
    assert "--model" in chat.room.last_turn.hint
    assert chat.told == [("user", "Hi")]


async def test_a_full_disk_fails_the_turn_and_nothing_is_sent():
    chat = rig(reply("Hello."))
    await chat.room.open(chat.chat_id, CleanText(""))
    chat.ledger.broken = True
    await chat.say("Hi")
    assert chat.room.last_turn.outcome == "failed"
    assert "disk is full" in chat.room.last_turn.reason
    assert chat.model.requests == []
    assert len(chat.of(UserSpoke)) == 1


async def test_an_error_inside_ends_the_turn_and_not_the_room():
    chat = rig(reply("", call("files_read")), reply("Still here."))

    def explode(name):
        raise ZeroDivisionError("oops")

    chat.tools.find = explode
    await chat.say("Go")
    assert chat.room.last_turn.outcome == "failed"
    await chat.say("Again")
    assert chat.room.last_turn.text == "Still here."


async def test_a_fault_of_the_program_in_a_call_is_its_result_and_is_logged(caplog):
    chat = rig(reply("", call("files_read")), reply("Noted."))

    async def stumble(arguments):
        raise ZeroDivisionError("oops")

    chat.tools.bodies["read"] = stumble
    await chat.say("Go")
    assert ("tool", "Error: Something went wrong inside the program, not at the server: oops") in chat.told
    assert chat.told[-1] == ("assistant", "Noted.")
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ZeroDivisionError]


async def test_a_forced_tool_is_forced_in_the_first_round_only():
    settings = ChatSettings(target="groq/llama", tool_choice="files.read")
    chat = rig(reply("", call("files_read")), reply("Done."), settings=settings)
    await chat.say("Go")
    assert [request.tool_choice for request in chat.model.requests] == ["files_read", "auto"]


async def test_a_forced_tool_that_does_not_exist_fails_with_the_nearest_names():
    settings = ChatSettings(target="groq/llama", tool_choice="files.raed")
    chat = rig(settings=settings)
    await chat.say("Go")
    assert chat.room.last_turn.outcome == "failed"
    assert "files.read" in chat.room.last_turn.hint


async def test_the_round_limit_asks_and_a_yes_allows_as_many_again():
    rounds = [reply("", call("files_read", f'{{"n":{n}}}')) for n in range(4)]
    settings = ChatSettings(target="groq/llama", max_rounds=2)
    chat = rig(*rounds, settings=settings, person=Person(limits=[True, False]))
    await chat.say("Go")
    assert len(chat.model.requests) == 4
    assert [question.limit for question in chat.person.questions] == ["rounds", "rounds"]
    assert chat.room.last_turn.outcome == "partial"
    assert "asked the model 4 times" in chat.room.last_turn.reason


async def test_the_same_call_for_the_fourth_time_asks_whatever_the_order_of_its_arguments():
    texts = ['{"a":1,"b":2}', '{"b":2,"a":1}', '{"a": 1, "b": 2}', '{"a":1,"b":2}']
    chat = rig(*[reply("", call("files_read", text)) for text in texts])
    await chat.say("Go")
    assert len(chat.tools.sent) == 3
    assert [question.limit for question in chat.person.questions] == ["repeats"]
    assert chat.room.last_turn.outcome == "partial"
    assert provider_complaints(chat.history) == []


async def test_the_same_words_over_and_over_ask():
    chat = rig(*[reply("Let me see.", call("files_read", f'{{"n":{n}}}')) for n in range(3)])
    await chat.say("Go")
    assert [question.limit for question in chat.person.questions] == ["repeats"]


async def test_the_byte_limit_asks():
    settings = ChatSettings(target="groq/llama", max_turn_bytes=3)
    chat = rig(reply("", call("files_read")), settings=settings)
    await chat.say("Go")
    assert [question.limit for question in chat.person.questions] == ["bytes"]


async def test_the_time_limit_asks():
    chat = rig(reply("", call("files_read")))

    async def body(arguments):
        chat.clock.advance(1_000)
        return ok("slow")

    chat.tools.bodies["read"] = body
    await chat.say("Go")
    assert [question.limit for question in chat.person.questions] == ["time"]


async def test_the_time_a_person_takes_to_answer_is_not_the_turns():
    person = Person(ApprovalAnswer("once"))
    chat = rig(reply("", call("files_write")), reply("Done."), policy=PolicySettings(), person=person)
    person.clock, person.thinks_s = chat.clock, 10_000
    await chat.say("Go")
    assert len(person.questions) == 1
    assert chat.room.last_turn.outcome == "complete"


async def test_the_money_limit_asks_and_requests_carry_what_is_left():
    chat = rig(
        reply("", call("files_read")),
        reply("", call("files_read", '{"n":1}')),
        max_turn_cost=MicroUsd(150),
    )
    await chat.say("Go")
    assert [request.max_cost_microusd for request in chat.model.requests] == [150, 50]
    assert [question.limit for question in chat.person.questions] == ["money"]
    assert isinstance(chat.person.questions[0], LimitQuestion)


async def test_an_overflow_is_sent_once_more_with_less_and_then_given_up():
    overflow = [began(), ended(outcome="failed", failure="context-overflow", reason="too long")]
    chat = rig(reply("One."), overflow, overflow)
    await chat.say("First, at some length")
    await chat.say("Second")
    assert len(chat.model.requests) == 3
    assert len(chat.model.requests[2].messages) < len(chat.model.requests[1].messages)
    assert chat.room.last_turn.outcome == "failed"
    assert chat.of(NoticePosted)


PICTURE = ToolResult("ok", (ImageBlock(CleanText("image/png"), "aGVsbG8=", 5),), size=5)


@pytest.mark.parametrize(("spec", "roles"), [(ModelSpec("m", vision=True), 2), (ModelSpec("m"), 1), (None, 1)])
async def test_pictures_follow_the_results_only_for_a_model_known_to_see(spec, roles):
    chat = rig(reply("", call("files_read")), reply("Done."), spec=spec)

    async def body(arguments):
        return PICTURE

    chat.tools.bodies["read"] = body
    await chat.say("Go")
    assert [role for role, _ in chat.told].count("user") == roles
    assert all("aGVsbG8" not in text for _, text in chat.told)


@pytest.mark.parametrize(("vision", "told"), [(False, 1), (True, 0), (None, 0)])
async def test_a_picture_for_a_model_that_sees_none_is_said_to_the_person(vision, told):
    chat = rig(reply("Done."), spec=ModelSpec("m", vision=vision))
    await chat.room.open(chat.chat_id, CleanText("test"))
    chat.room.send((ImagePart("image/png", "aGVsbG8="),))
    await chat.room.idle()
    notices = [notice.text for notice in chat.of(NoticePosted)]
    assert sum("takes no pictures" in text for text in notices) == told
    assert chat.room.last_turn.outcome == "complete"


async def test_a_long_result_is_shortened_for_the_model_and_kept_in_a_private_file(tmp_path):
    settings = ChatSettings(target="groq/llama", max_result_bytes=900)
    chat = rig(reply("", call("files_read")), reply("Done."), settings=settings, spill=tmp_path / "results")

    async def body(arguments):
        return ok("head" + "x" * 5_000 + "tail")

    chat.tools.bodies["read"] = body
    await chat.say("Go")
    result = chat.of(ToolCallFinished)[0].result
    text = chat.told[2][1]
    assert len(text) < 1_200
    assert text.startswith("head")
    assert text.endswith("tail")
    assert "left out" in text
    (file,) = (tmp_path / "results").iterdir()
    assert result.spill_path == str(file)
    assert "x" * 5_000 in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


async def test_changed_tools_are_told_between_turns():
    chat = rig(reply("One."), reply("Two."))
    await chat.say("a")
    chat.tools.infos.append(tool("new"))
    await chat.say("b")
    assert ["files_new" in notice.text for notice in chat.of(NoticePosted)] == [True]
    first, second = chat.of(ContextFitted)
    assert first.tools_hash != second.tools_hash


async def test_messages_during_a_turn_are_served_in_order():
    gate = asyncio.Event()
    chat = rig([began(), gate, ended("One.")], reply("Two."), reply("Three."))
    await chat.begin("a")
    await chat.begin("b")
    await chat.begin("c")
    gate.set()
    await chat.room.idle()
    assert [text for role, text in chat.told if role == "user"] == ["a", "b", "c"]
    assert [event.outcome for event in chat.of(TurnFinished)] == ["complete"] * 3
    assert not await chat.room.cancel()


async def test_the_fold_of_a_turn_leaves_nothing_running():
    second = AttemptId("attempt_2")
    chat = rig(
        [began(), ready(call("files_write")), attempt_over(will_retry=True), began(second, 2), said("Done.", second)]
    )
    await chat.say("Go")
    state = State()
    for event in chat.events:
        state.apply(event)
    assert state.turn_id is None
    assert [entry.state for entry in state.entries if isinstance(entry, ToolEntry)] == ["finished"]
    assert not any(entry.streaming for entry in state.entries if isinstance(entry, ReplyEntry))
    assert chat.room.last_turn.outcome == "failed"


async def test_a_reply_that_was_stopped_costs_what_the_gateway_settled():
    chat = rig([began(), said("Half an"), asyncio.Event()])
    estimate = Cost(MicroUsd(70), "estimated")
    chat.model.left[ATTEMPT] = replace(attempt_over(outcome="cancelled"), cost=estimate)
    await chat.begin("Go")
    await chat.until(TextArrived)
    await chat.room.cancel()
    (attempt,) = [event.attempt for event in chat.of(AttemptFinished)]
    assert (attempt.outcome, attempt.cost, attempt.reason) == ("cancelled", estimate, "You stopped the turn.")
    assert chat.room.last_turn.cost == estimate


async def test_a_stopped_reply_counts_the_attempts_before_it():
    first, second = AttemptId("attempt_0"), ATTEMPT
    over = replace(attempt_over(will_retry=True), attempt_id=first, cost=Cost(MicroUsd(30), "computed"))
    chat = rig([began(first), said("x", first), over, began(second, 2), said("Half"), asyncio.Event()])
    chat.model.left[second] = replace(attempt_over(outcome="cancelled"), cost=Cost(MicroUsd(70), "estimated"))
    await chat.begin("Go")
    await chat.until(AttemptFinished)
    for _ in range(10):
        await asyncio.sleep(0)
    await chat.room.cancel()
    assert chat.room.last_turn.cost == Cost(MicroUsd(100), "estimated")


async def test_a_result_that_cannot_be_put_into_words_is_a_fault_and_the_turn_goes_on():
    chat = rig(reply("", call("files_read")), reply("Noted."))

    async def bottomless(arguments):
        nest = []
        for _ in range(100_000):
            nest = [nest]
        return ToolResult("ok", (), structured={"nest": nest})

    chat.tools.bodies["read"] = bottomless
    await chat.say("Go")
    assert chat.room.last_turn.text == "Noted."
    [finished] = chat.of(ToolCallFinished)
    assert finished.result.outcome == "error"
