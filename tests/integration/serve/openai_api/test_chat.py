"""Any OpenAI client gets its answer through the gateway, whole and as a stream, and learns which way it went."""

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from openai import APIError, AsyncOpenAI
from PIL import Image

from tests.fakes.llm_endpoint import LlmEndpoint, Seen, call_tool, calls, chunk, ending, fail, raw, say
from tests.fakes.llm_replies import Reply
from tests.integration.serve.served import CALL_USD, Served, served

HI: Any = [{"role": "user", "content": "hi"}]
TOOL: Any = {
    "type": "function",
    "function": {"name": "weather", "description": "It.", "parameters": {"type": "object"}, "strict": True},
}


@pytest.fixture
async def endpoint() -> AsyncIterator[LlmEndpoint]:
    async with LlmEndpoint(lambda seen: say(["Hel", "lo."])) as endpoint:
        yield endpoint


@pytest.fixture
async def client(house: Served) -> AsyncIterator[AsyncOpenAI]:
    async with house.openai() as client:
        yield client


# --- whole


async def test_an_answer_comes_whole_with_its_tokens_and_its_way(client: AsyncOpenAI, house: Served) -> None:
    told = await client.chat.completions.with_raw_response.create(model="a/fake-1", messages=HI)
    completion = told.parse()
    assert completion.choices[0].message.content == "Hello."
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == "a/fake-1"
    assert completion.usage is not None
    assert (completion.usage.prompt_tokens, completion.usage.total_tokens) == (50, 60)
    assert completion.usage.model_extra == {"cost": CALL_USD, "cost_source": "computed", "estimated": False}
    headers = {name: value for name, value in told.headers.items() if name.startswith("x-mcp-tui-")}
    assert int(headers.pop("x-mcp-tui-latency-ms")) >= 0
    assert headers == {
        "x-mcp-tui-request-id": completion.id,
        "x-mcp-tui-provider": "a",
        "x-mcp-tui-model": "fake-1",
        "x-mcp-tui-attempts": "1",
        "x-mcp-tui-cost-usd": "0.000200",
        "x-mcp-tui-cost-source": "computed",
    }
    explained = await house.engine.gateway.operate("explain", {"request_id": completion.id})
    assert explained


async def test_what_is_set_reaches_the_provider_and_what_means_nothing_here_is_named(
    client: AsyncOpenAI, endpoint: LlmEndpoint
) -> None:
    told = await client.chat.completions.with_raw_response.create(
        model="fake-1",
        messages=[{"role": "developer", "content": "Be brief."}, *HI],
        temperature=0.5,
        max_completion_tokens=9,
        stop=["END"],
        top_p=0.9,
        seed=7,
        response_format={"type": "json_object"},
        store=True,
        metadata={"a": "b"},
    )
    body = endpoint.requests[0].body
    wanted = {"temperature": 0.5, "max_tokens": 9, "stop": ["END"], "top_p": 0.9, "seed": 7}
    assert {name: body[name] for name in wanted} == wanted
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert "store" not in body
    assert told.headers["x-mcp-tui-ignored"] == "metadata,store"


@pytest.mark.parametrize("model", ["main", "a/fake-1", "fake-1", "", "auto"])
async def test_a_chain_a_place_a_bare_name_and_none_lead_to_a_model(client: AsyncOpenAI, model: str) -> None:
    assert (await client.chat.completions.create(model=model, messages=HI)).model == "a/fake-1"


async def test_tools_pass_through_both_ways_and_a_second_round_is_understood(tmp_path: Path) -> None:
    def script(seen: Seen) -> Reply:
        return say("Sunny.") if seen.last_message["role"] == "tool" else call_tool("weather", {"city": "Oslo"})

    async with (
        LlmEndpoint(script) as endpoint,
        served(tmp_path, {"a": endpoint}) as house,
        house.openai() as client,
    ):
        messages = [*HI]
        asked = await client.chat.completions.create(model="main", messages=messages, tools=[TOOL], tool_choice="auto")
        assert asked.choices[0].finish_reason == "tool_calls"
        assert asked.choices[0].message.content is None
        [call] = asked.choices[0].message.tool_calls or []
        assert call.type == "function"
        assert (call.function.name, json.loads(call.function.arguments)) == ("weather", {"city": "Oslo"})
        messages += [asked.choices[0].message, {"role": "tool", "tool_call_id": call.id, "content": "sun"}]
        answered = await client.chat.completions.create(model="main", messages=messages, tools=[TOOL])
        assert answered.choices[0].message.content == "Sunny."
        first, second = endpoint.requests
        assert first.body["tools"] == [TOOL]
        [_, told, result] = second.body["messages"]
        assert told["tool_calls"][0]["id"] == result["tool_call_id"]


async def test_a_thought_the_provider_wants_back_comes_back_with_the_callers_next_request(tmp_path: Path) -> None:
    details = [{"type": "reasoning.encrypted", "data": "opaque"}]

    def script(_: Seen) -> Reply:
        return raw(chunk({"content": "Yes.", "reasoning_details": details}), *ending())

    async with LlmEndpoint(script) as endpoint, served(tmp_path, {"a": endpoint}) as house, house.openai() as client:
        told = await client.chat.completions.create(model="main", messages=HI)
        again: Any = [*HI, told.choices[0].message, *HI]
        await client.chat.completions.create(model="main", messages=again)
        assert endpoint.requests[1].body["messages"][1]["reasoning_details"] == details


async def test_a_forced_tool_is_named_to_the_provider(client: AsyncOpenAI, endpoint: LlmEndpoint) -> None:
    choice: Any = {"type": "function", "function": {"name": "weather"}}
    await client.chat.completions.create(model="main", messages=HI, tools=[TOOL], tool_choice=choice)
    assert endpoint.requests[0].body["tool_choice"] == choice


async def test_a_picture_is_made_fit_and_sent_on(client: AsyncOpenAI, endpoint: LlmEndpoint) -> None:
    written = io.BytesIO()
    Image.new("RGB", (3_000, 20), "red").save(written, "PNG")
    url = f"data:image/png;base64,{base64.b64encode(written.getvalue()).decode()}"
    content: Any = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]
    await client.chat.completions.create(model="main", messages=[{"role": "user", "content": content}])
    [text, picture] = endpoint.requests[0].body["messages"][0]["content"]
    assert text == {"type": "text", "text": "What?"}
    sent = base64.b64decode(picture["image_url"]["url"].partition(",")[2])
    assert Image.open(io.BytesIO(sent)).width == 1_568


# --- streams


async def pieces(client: AsyncOpenAI, **more: Any) -> list[Any]:
    stream = await client.chat.completions.create(model="main", messages=HI, stream=True, **more)
    return [one async for one in stream]


async def read_into(told: list[str], stream: AsyncIterator[Any]) -> None:
    async for piece in stream:
        told.append(piece.choices[0].delta.content or "")


async def test_an_answer_comes_in_pieces(client: AsyncOpenAI) -> None:
    told = await pieces(client)
    assert [one.choices[0].delta.content for one in told] == ["", "Hel", "lo.", None]
    assert told[0].choices[0].delta.role == "assistant"
    assert [one.choices[0].finish_reason for one in told] == [None, None, None, "stop"]
    assert {one.model for one in told} == {"a/fake-1"}
    assert len({one.id for one in told}) == 1


async def test_the_tokens_come_last_when_they_are_asked_for(client: AsyncOpenAI) -> None:
    *told, last = await pieces(client, stream_options={"include_usage": True})
    assert all(one.usage is None for one in told)
    assert last.choices == []
    assert (last.usage.total_tokens, last.usage.cost) == (60, CALL_USD)


async def test_the_head_of_a_stream_says_what_is_known_and_its_end_the_rest(house: Served) -> None:
    async with house.http() as http:
        body = {"model": "main", "messages": HI, "stream": True}
        async with http.stream("POST", "/v1/chat/completions", json=body) as answer:
            text = (await answer.aread()).decode()
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-mcp-tui-provider"] == "a"
    assert int(answer.headers["x-mcp-tui-first-token-ms"]) >= 0
    assert "x-mcp-tui-cost-usd" not in answer.headers
    events = text.strip().split("\n\n")
    assert events[-1] == "data: [DONE]"
    [comment] = [event for event in events if event.startswith(":")]
    assert "x-mcp-tui-cost-usd=0.000200" in comment
    assert "x-mcp-tui-latency-ms=" in comment


async def test_streamed_tool_calls_can_be_put_together_as_ever(tmp_path: Path) -> None:
    script = [calls([("weather", {"city": "Oslo"}), ("weather", {"city": "Rome"})])]
    async with LlmEndpoint(script) as endpoint, served(tmp_path, {"a": endpoint}) as house, house.openai() as client:
        async with client.chat.completions.stream(model="main", messages=HI, tools=[TOOL]) as stream:
            final = await stream.get_final_completion()
        told = [call.function.arguments for call in final.choices[0].message.tool_calls or []]
        assert [json.loads(arguments)["city"] for arguments in told] == ["Oslo", "Rome"]
        assert final.choices[0].finish_reason == "tool_calls"


async def test_reasoning_comes_in_its_own_field(tmp_path: Path) -> None:
    def script(_: Seen) -> Reply:
        return raw(chunk({"reasoning_content": "Hm."}), chunk({"content": "Yes."}), *ending())

    async with LlmEndpoint(script) as endpoint, served(tmp_path, {"a": endpoint}) as house, house.openai() as client:
        whole = await client.chat.completions.create(model="main", messages=HI)
        assert (whole.choices[0].message.model_extra or {})["reasoning_content"] == "Hm."
        told = await pieces(client)
        assert told[1].choices[0].delta.reasoning_content == "Hm."


async def test_thoughts_of_two_providers_are_never_joined(tmp_path: Path) -> None:
    cut = raw(chunk({"reasoning_content": "First."}), end="cut")
    whole = raw(chunk({"reasoning_content": "Second."}), chunk({"content": "Yes."}), *ending())
    async with (
        LlmEndpoint(lambda _: cut) as one,
        LlmEndpoint(lambda _: whole) as other,
        served(tmp_path, {"a": one, "b": other}) as house,
        house.openai() as client,
    ):
        told = await client.chat.completions.create(model="main", messages=HI)
        assert (told.choices[0].message.model_extra or {})["reasoning_content"] == "Second."


async def test_sixteen_streams_at_once_are_kept_apart(tmp_path: Path) -> None:
    def script(seen: Seen) -> Reply:
        return say([f"{seen.last_message['content']}-{number} " for number in range(20)])

    async with LlmEndpoint(script) as endpoint, served(tmp_path, {"a": endpoint}) as house, house.openai() as client:

        async def one(name: str) -> str:
            stream = await client.chat.completions.create(
                model="main", messages=[{"role": "user", "content": name}], stream=True
            )
            return "".join([piece.choices[0].delta.content or "" async for piece in stream])

        told = await asyncio.gather(*(one(f"c{number}") for number in range(16)))
        assert told == ["".join(f"c{number}-{place} " for place in range(20)) for number in range(16)]
        assert (await house.spend()).session_microusd == 16 * 200
        assert len(await house.audited()) == 16


# --- what goes wrong on the way


async def test_another_provider_answers_where_the_first_does_not(tmp_path: Path) -> None:
    async with (
        LlmEndpoint(lambda _: fail(503)) as down,
        LlmEndpoint(lambda _: say("Here.")) as up,
        served(tmp_path, {"a": down, "b": up}) as house,
        house.openai() as client,
    ):
        told = await client.chat.completions.with_raw_response.create(model="main", messages=HI)
        assert told.parse().model == "b/fake-1"
        assert told.headers["x-mcp-tui-provider"] == "b"
        assert int(told.headers["x-mcp-tui-attempts"]) > 1


async def test_what_was_streamed_is_never_joined_to_another_providers_answer(tmp_path: Path) -> None:
    async with (
        LlmEndpoint(lambda _: raw(chunk({"content": "Half an "}), end="cut")) as cut,
        LlmEndpoint(lambda _: say("Another answer.")) as other,
        served(tmp_path, {"a": cut, "b": other}) as house,
        house.openai() as client,
    ):
        told: list[str] = []
        stream = await client.chat.completions.create(model="main", messages=HI, stream=True)
        with pytest.raises(APIError, match="broke off") as failed:
            await read_into(told, stream)
        assert "".join(told) == "Half an "
        assert failed.value.code == "answer_cut"
        assert other.requests == []
        assert [call.outcome for call in await house.audited()] == ["failed"]
        whole = await client.chat.completions.create(model="main", messages=HI)
        assert whole.choices[0].message.content == "Another answer.", "what nobody has seen can be left behind"


async def test_a_caller_that_leaves_a_stream_closes_it_upstream_and_pays_for_what_came(tmp_path: Path) -> None:
    gate = asyncio.Event()
    script = [say(["One ", "two "], gate=gate), say("Next.")]
    async with LlmEndpoint(script) as endpoint, served(tmp_path, {"a": endpoint}) as house:
        async with house.http() as http:
            body = {"model": "main", "messages": HI, "stream": True}
            async with http.stream("POST", "/v1/chat/completions", json=body) as answer:
                async for line in answer.aiter_lines():
                    if "two " in line:
                        break
        async with asyncio.timeout(20):
            await endpoint.disconnected.wait()
            audited = await house.audited()
        assert [call.outcome for call in audited] == ["cancelled"]
        assert audited[0].cost.source == "estimated"
        spend = await house.spend()
        assert spend.reserved_microusd == 0
        assert spend.session_microusd == audited[0].cost.microusd


@pytest.mark.parametrize("stream", [False, True])
async def test_a_caller_that_leaves_before_the_first_word_closes_the_request(tmp_path: Path, stream: bool) -> None:
    gate = asyncio.Event()
    async with LlmEndpoint([say([], gate=gate)]) as endpoint, served(tmp_path, {"a": endpoint}) as house:
        async with house.http() as http:
            body = {"model": "main", "messages": HI, "stream": stream}
            asking = asyncio.create_task(http.post("/v1/chat/completions", json=body))
            async with asyncio.timeout(20):
                await endpoint.arrived.wait()
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        async with asyncio.timeout(20):
            await endpoint.disconnected.wait()
            audited = await house.audited()
        assert [call.outcome for call in audited] == ["cancelled"]
        assert (await house.spend()).reserved_microusd == 0
