"""What cannot be done is said in OpenAI's shape, with the status that its clients act upon."""

import json
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai import AsyncOpenAI

from tests.fakes.llm_endpoint import LlmEndpoint, chunk, fail, raw, say
from tests.fakes.llm_replies import Reply
from tests.integration.serve.served import CALL_USD, Served, served
from tui.config.schema import Settings
from tui.domain.gateway import BudgetSpec, ModelSpec
from tui.domain.ids import ProviderName
from tui.domain.money import MicroUsd

PATH = "/v1/chat/completions"
HI: Any = [{"role": "user", "content": "hi"}]


def refused(answer: httpx.Response, status: int, code: str, param: str | None = None) -> str:
    """Checks a refusal's shape and returns its message."""
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (code, param), error["message"]
    return str(error["message"])


async def asked_of(endpoint: LlmEndpoint, home: Path, model: str) -> httpx.Response:
    """Asks an endpoint through the gateway."""
    async with served(home, {"a": endpoint}) as house, house.http() as http:
        return await http.post(PATH, json={"model": model, "messages": HI})


# --- what is asked for

PART = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
MALFORMED: dict[str, tuple[Any, str]] = {
    "empty": (b"", "body"),
    "no JSON": (b"{", "body"),
    "no UTF-8": (b'{"model": "\xff"}', "body"),
    "deep": (b"[" * 100_000, "body"),
    "NaN": (b'{"messages": [{"role": "user", "content": "hi"}], "temperature": NaN}', "body"),
    "a list": ([], "body"),
    "a text": ("hi", "body"),
    "null": (None, "body"),
    "no messages": ({"model": "main"}, "messages"),
    "empty messages": ({"messages": []}, "messages"),
    "messages no list": ({"messages": {"role": "user"}}, "messages"),
    "message no object": ({"messages": ["hi"]}, "messages[0]"),
    "no role": ({"messages": [{"content": "hi"}]}, "messages[0].role"),
    "unknown role": ({"messages": [*HI, {"role": "function", "content": "x"}]}, "messages[1].role"),
    "no content": ({"messages": [{"role": "user"}]}, "messages[0].content"),
    "content a number": ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
    "content empty": ({"messages": [{"role": "user", "content": []}]}, "messages[0].content"),
    "part no object": ({"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]"),
    "part unknown": ({"messages": [{"role": "user", "content": [{"type": "file"}]}]}, "messages[0].content[0].type"),
    "part without text": (
        {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
        "messages[0].content[0].text",
    ),
    "picture broken": ({"messages": [{"role": "user", "content": [PART]}]}, "messages[0].content[0].image_url"),
    "picture is a file": (
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "/etc/passwd"}}]}]},
        "messages[0].content[0].image_url",
    ),
    "picture on this machine": (
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "http://127.0.0.1/x"}]}]},
        "messages[0].content[0].image_url",
    ),
    "too many pictures": (
        {"messages": [{"role": "user", "content": [PART | {"image_url": {"url": "data:,x"}}] * 21}]},
        "messages[0].content[0].image_url",
    ),
    "call without id": (
        {"messages": [{"role": "assistant", "tool_calls": [{}]}]},
        "messages[0].tool_calls[0].function",
    ),
    "result without id": ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].tool_call_id"),
    "model a number": ({"messages": HI, "model": 5}, "model"),
    "temperature high": ({"messages": HI, "temperature": 2.1}, "temperature"),
    "temperature text": ({"messages": HI, "temperature": "hot"}, "temperature"),
    "temperature true": ({"messages": HI, "temperature": True}, "temperature"),
    "no tokens": ({"messages": HI, "max_tokens": 0}, "max_tokens"),
    "tokens a fraction": ({"messages": HI, "max_completion_tokens": 1.5}, "max_completion_tokens"),
    "tokens beyond all": ({"messages": HI, "max_tokens": 10**40}, "max_tokens"),
    "several answers": ({"messages": HI, "n": 2}, "n"),
    "stream a text": ({"messages": HI, "stream": "yes"}, "stream"),
    "stream options a list": ({"messages": HI, "stream_options": []}, "stream_options"),
    "functions": ({"messages": HI, "functions": []}, "functions"),
    "logprobs": ({"messages": HI, "logprobs": True}, "logprobs"),
    "speech": ({"messages": HI, "modalities": ["text", "audio"]}, "modalities"),
    "tools no list": ({"messages": HI, "tools": {}}, "tools"),
    "tool of another kind": ({"messages": HI, "tools": [{"type": "custom"}]}, "tools[0]"),
    "tool without a name": (
        {"messages": HI, "tools": [{"type": "function", "function": {}}]},
        "tools[0].function.name",
    ),
    "tool with a bad name": (
        {"messages": HI, "tools": [{"type": "function", "function": {"name": "a.b"}}]},
        "tools[0].function.name",
    ),
    "tool without a schema": (
        {"messages": HI, "tools": [{"type": "function", "function": {"name": "a", "parameters": []}}]},
        "tools[0].function.parameters",
    ),
    "choice of no tool": (
        {"messages": HI, "tool_choice": {"type": "function", "function": {"name": "x"}}},
        "tool_choice",
    ),
}


async def test_a_malformed_body_is_refused_with_the_place_of_the_mistake(house: Served, endpoint: LlmEndpoint) -> None:
    async with house.http() as http:
        for name, (body, param) in MALFORMED.items():
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            answer = await http.post(PATH, content=content)
            assert refused(answer, 400, "invalid_value", param), name
    assert endpoint.requests == []
    audited = await house.audited()
    assert len(audited) == len(MALFORMED)
    assert {call.outcome for call in audited} == {"failed"}


async def test_a_body_beyond_the_limit_is_not_read_to_its_end(house: Served) -> None:
    async with house.http() as http:
        answer = await http.post(PATH, content=b"x" * (16 * 1024 * 1024 + 1))
    refused(answer, 413, "request_too_large")


async def test_a_model_that_nobody_has_is_404_for_both_sides(house: Served) -> None:
    async with house.openai() as client:
        with pytest.raises(openai.NotFoundError, match="no model 'gpt-99'"):
            await client.chat.completions.create(model="gpt-99", messages=HI)
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("gpt-99")


async def test_a_model_its_provider_does_not_have_is_404_too(tmp_path: Path) -> None:
    body = {"error": {"message": "The model does not exist", "code": "model_not_found"}}
    async with LlmEndpoint(lambda _: fail(404, body)) as endpoint:
        answer = await asked_of(endpoint, tmp_path, "a/other")
    refused(answer, 404, "model_not_found", "model")


async def test_other_paths_and_methods_are_refused_in_the_same_shape(house: Served) -> None:
    async with house.http() as http:
        refused(await http.post("/v1/embeddings", json={}), 404, "unknown_url")
        answer = await http.get(PATH)
        refused(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == "POST"


# --- who asks


async def test_only_a_key_that_is_known_and_allows_it_opens(house: Served, endpoint: LlmEndpoint) -> None:
    async with house.openai("mcp-tui-wrong") as stranger:
        with pytest.raises(openai.AuthenticationError):
            await stranger.chat.completions.create(model="main", messages=HI)
    reader = await house.make_key("read:*")
    async with house.openai(reader) as client:
        with pytest.raises(openai.PermissionDeniedError, match="execute:completions"):
            await client.chat.completions.create(model="main", messages=HI)
        assert (await client.models.list()).data
    asker = await house.make_key("execute:completions")
    async with house.openai(asker) as client:
        assert await client.chat.completions.create(model="main", messages=HI)
        with pytest.raises(openai.PermissionDeniedError, match="read:models"):
            await client.models.list()
    assert len(endpoint.requests) == 1
    assert "refused" in {call.outcome for call in await house.audited()}


# --- money


async def refusal_of(client: AsyncOpenAI, **more: Any) -> openai.APIStatusError:
    with pytest.raises(openai.APIStatusError) as error:
        await client.chat.completions.create(model="main", messages=HI, **more)
    return error.value


async def test_a_budget_that_is_spent_is_402_and_nothing_is_sent(tmp_path: Path, endpoint: LlmEndpoint) -> None:
    settings = Settings(budget=BudgetSpec(session_microusd=MicroUsd(10)))
    async with served(tmp_path, {"a": endpoint}, settings=settings) as house, house.openai() as client:
        for stream in (False, True):
            error = await refusal_of(client, stream=stream)
            assert (error.status_code, error.code) == (402, "budget_exceeded")
            assert "session's budget" in error.message
            assert error.response.headers["x-should-retry"] == "false"
    assert endpoint.requests == []


async def test_a_key_spends_no_more_than_its_budget(house: Served, endpoint: LlmEndpoint) -> None:
    """What is set aside is an estimate; the endpoint counts more tokens, and what it counts is what is spent."""
    key = await house.make_key("execute:completions", budget_usd=2 * CALL_USD)
    async with house.openai(key) as client:
        await client.chat.completions.create(model="main", messages=HI, max_tokens=10)
        await client.chat.completions.create(model="main", messages=HI, max_tokens=10)
        error = await refusal_of(client, max_tokens=10)
        assert (error.status_code, error.code) == (402, "budget_exceeded")
        assert "This key's budget of $0.0004 a day" in error.message
    assert len(endpoint.requests) == 2
    assert [call.outcome for call in await house.audited()] == ["refused", "ok", "ok"]


async def test_what_a_key_without_a_budget_spends_is_counted_too(house: Served) -> None:
    key = await house.make_key("execute:completions")
    async with house.openai(key) as client:
        await client.chat.completions.create(model="main", messages=HI)
    [access] = [each for each in await house.engine.access.keys() if "execute" in each.name]
    assert access.spent_today == round(CALL_USD * 1_000_000)


async def test_no_second_place_is_asked_once_what_was_set_aside_is_spent(tmp_path: Path, endpoint: LlmEndpoint) -> None:
    async with (
        LlmEndpoint(lambda _: raw(chunk({"content": "word " * 200}), end="cut")) as talkative,
        served(tmp_path, {"a": talkative, "b": endpoint}) as house,
        house.openai(await house.make_key("execute:completions", budget_usd=1)) as client,
    ):
        error = await refusal_of(client, max_tokens=10)
        assert (error.status_code, error.code) == (402, "budget_exceeded")
    assert endpoint.requests == []


async def test_a_request_that_found_no_way_costs_its_key_nothing(house: Served) -> None:
    house.engine.parts.gateway.trip(ProviderName("a"))
    key = await house.make_key("execute:completions", budget_usd=1)
    async with house.openai(key) as client:
        assert (await refusal_of(client)).status_code == 503
    [held] = [key for key in await house.engine.access.keys() if key.day_budget]
    assert held.spent_today == 0
    assert [call.cost.microusd for call in await house.audited()] == [0]


async def test_a_key_with_a_budget_asks_no_model_whose_price_is_unknown(tmp_path: Path, endpoint: LlmEndpoint) -> None:
    async with served(tmp_path, {"a": endpoint}, ModelSpec("fake-1")) as house:
        key = await house.make_key("execute:completions", budget_usd=1)
        async with house.openai(key) as client:
            error = await refusal_of(client)
    assert (error.status_code, error.code) == (402, "budget_exceeded")
    assert endpoint.requests == []


# --- providers in trouble

RATE_LIMITED = {"retry-after": "120"}
TROUBLE: dict[str, tuple[Reply, int, str]] = {
    "down": (fail(500), 502, "provider_down"),
    "slow down": (fail(429, headers=RATE_LIMITED), 429, "rate_limit_exceeded"),
    "no credit": (fail(402), 402, "provider_credits_exhausted"),
    "our key": (fail(401), 502, "provider_key_refused"),
    "refused": (fail(400), 400, "provider_refused"),
    "too long": (
        fail(400, {"error": {"code": "context_length_exceeded", "message": "too long"}}),
        400,
        "context_length_exceeded",
    ),
    "a page": (raw(b"<html>", headers={"content-type": "text/html"}), 502, "answer_malformed"),
    "nothing": (say([]), 502, "answer_empty"),
    "cut": (raw(chunk({"content": "Half"}), end="cut"), 502, "answer_cut"),
}


@pytest.mark.parametrize("name", TROUBLE)
async def test_trouble_behind_the_gateway_has_its_own_status(tmp_path: Path, name: str) -> None:
    reply, status, code = TROUBLE[name]
    async with LlmEndpoint(lambda _: reply) as endpoint:
        answer = await asked_of(endpoint, tmp_path, "a/fake-1")
    assert refused(answer, status, code)
    assert answer.headers["x-mcp-tui-provider"] == "a"
    assert "Traceback" not in answer.text


async def test_when_all_breakers_are_open_it_is_said_when_to_come_again(tmp_path: Path, endpoint: LlmEndpoint) -> None:
    async with served(tmp_path, {"a": endpoint}) as house, house.http() as http:
        house.engine.parts.gateway.trip(ProviderName("a"))
        for stream in (False, True):
            answer = await http.post(PATH, json={"model": "main", "messages": HI, "stream": stream})
            assert "breaker is open" in refused(answer, 503, "no_route")
            assert int(answer.headers["retry-after"]) >= 1
    assert endpoint.requests == []


async def test_a_rate_limit_says_when_to_come_again(tmp_path: Path) -> None:
    async with LlmEndpoint(lambda _: fail(429, headers=RATE_LIMITED)) as endpoint:
        answer = await asked_of(endpoint, tmp_path, "a/fake-1")
    refused(answer, 429, "rate_limit_exceeded")
    assert 100 <= int(answer.headers["retry-after"]) <= 300
