"""Turns through the real gateway, the real store and a real endpoint."""

import asyncio

from tests.fakes.chat_ports import Tools, ok, provider_complaints, tool
from tests.fakes.llm_endpoint import LlmEndpoint, calls, chunk, raw, say
from tests.fakes.mcp_host import hosting, stdio_spec
from tui.domain.events import TextArrived, ToolCallFinished
from tui.domain.messages import TextPart
from tui.domain.text import CleanText

TOOLS = (tool("read", read_only=True), tool("write"))


def words(text: str) -> tuple[TextPart]:
    return (TextPart(CleanText(text)),)


async def test_two_calls_run_and_their_results_reach_the_model_in_order(stage):
    script = [calls([("files_read", {"n": 1}), ("files_write", {"n": 2})]), say("Done.")]
    async with LlmEndpoint(script) as endpoint, stage(endpoint, Tools(*TOOLS)) as run:
        run.room.send(words("Go"))
        await run.room.idle()
        assert run.room.last_turn.outcome == "complete"
        sent = endpoint.requests[1].body["messages"]
        assert [message["role"] for message in sent] == ["user", "assistant", "tool", "tool"]
        asked = [each["id"] for each in sent[1]["tool_calls"]]
        assert [message["tool_call_id"] for message in sent[2:]] == asked
        assert [message["content"] for message in sent[2:]] == ["read", "write"]
        assert endpoint.requests[0].body["tools"][0]["function"]["parameters"] == {"type": "object", "properties": {}}
        assert provider_complaints(await run.chats.messages(run.chat_id)) == []


async def test_a_cancel_keeps_what_arrived_and_the_next_message_goes_on_from_there(stage):
    gate = asyncio.Event()
    script = [say(["Half ", "an answer"], gate=gate), say("Whole.")]
    async with LlmEndpoint(script) as endpoint, stage(endpoint) as run:
        run.room.send(words("Go"))
        await run.until(lambda: "answer" in "".join(event.text for event in run.of(TextArrived)))
        assert await run.room.cancel()
        assert run.room.last_turn.outcome == "cancelled"
        run.room.send(words("Again"))
        await run.room.idle()
        assert run.room.last_turn.text == "Whole."
        sent = endpoint.requests[1].body["messages"]
        assert [message["role"] for message in sent] == ["user", "assistant", "user"]
        assert sent[1]["content"] == "Half an answer"


async def test_a_chat_taken_up_again_holds_what_a_cancelled_call_left(stage):
    never = asyncio.Event()
    tools = Tools(*TOOLS)

    async def body(arguments):
        if arguments["n"] == 2:
            await never.wait()
        return ok("first")

    tools.bodies["read"] = body
    async with LlmEndpoint([calls([("files_read", {"n": 1}), ("files_read", {"n": 2})]), say("Done.")]) as endpoint:
        async with stage(endpoint, tools) as run:
            run.room.send(words("Go"))
            await run.until(lambda: bool(run.of(ToolCallFinished)))
            chat_id = run.chat_id
        async with stage(endpoint, tools, chat_id) as run:
            run.room.send(words("Go on"))
            await run.room.idle()
            messages = await run.chats.messages(chat_id)
            assert [message.role for message in messages] == ["user", "assistant", "tool", "tool", "user", "assistant"]
            assert messages[2].text == "first"
            assert "cancelled" in messages[3].text
            assert provider_complaints(messages) == []


async def test_a_cut_stream_is_partial_and_keeps_its_text(stage):
    async with LlmEndpoint([raw(chunk({"content": "Half"}), end="cut")] * 4) as endpoint, stage(endpoint) as run:
        run.room.send(words("Go"))
        await run.room.idle()
        messages = await run.chats.messages(run.chat_id)
        assert run.room.last_turn.outcome == "partial"
        assert messages[-1].text == "Half"


async def test_arguments_that_a_provider_truncated_are_never_sent_to_a_tool(stage):
    cut = raw(
        chunk({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "files_write", "arguments": '{"n": '}}]}),
        chunk({}, "length"),
        b"data: [DONE]\n\n",
    )
    tools = Tools(*TOOLS)
    async with LlmEndpoint([cut, say("I see.")]) as endpoint, stage(endpoint, tools) as run:
        run.room.send(words("Go"))
        await run.room.idle()
        assert tools.sent == []
        assert provider_complaints(await run.chats.messages(run.chat_id)) == []


async def test_a_real_server_is_called_and_its_schema_is_checked_before(stage):
    script = [calls([("s__typed", {"n": "one"}), ("s__typed", {"n": 1})]), say("Done.")]
    async with LlmEndpoint(script) as endpoint, hosting([stdio_spec("s", "good")]) as host:
        names = [tool.model_name for tool in host.pool.tools() if tool.name == "typed"]
        assert names == ["s__typed"]
        async with stage(endpoint, host.pool) as run:
            run.room.send(words("Go"))
            await run.room.idle()
            assert [event.result.outcome for event in run.of(ToolCallFinished)] == ["invalid", "ok"]
            assert run.room.last_turn.text == "Done."
