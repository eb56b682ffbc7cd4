"""The multimodal tools as an agent calls them: over MCP, with a key, before a real endpoint."""

import base64
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.fakes.llm_endpoint import LlmEndpoint, say
from tests.fakes.web import ok, redirect, web
from tests.integration.serve.agents import agent, text_of
from tests.integration.serve.served import CALL_USD, MODEL, Served, served
from tui.config.schema import ServeSettings, Settings
from tui.domain.money import Price


@pytest.fixture
async def endpoint() -> AsyncIterator[LlmEndpoint]:
    async with LlmEndpoint(lambda _: say("A cat.")) as endpoint:
        yield endpoint


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    directory = tmp_path / "photos"
    directory.mkdir()
    written = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(written, "PNG")
    (directory / "cat.png").write_bytes(written.getvalue())
    (directory / "out").symlink_to("/etc")
    (tmp_path / "secret.png").write_bytes(written.getvalue())
    return directory


@pytest.fixture
async def house(tmp_path: Path, endpoint: LlmEndpoint, photos: Path) -> AsyncIterator[Served]:
    settings = Settings(serve=ServeSettings(files=(photos,), fetch="private"))
    async with served(tmp_path / "home", {"a": endpoint}, settings=settings) as house:
        yield house


async def test_a_file_an_address_and_a_data_url_reach_the_model(
    house: Served, endpoint: LlmEndpoint, photos: Path
) -> None:
    data = (photos / "cat.png").read_bytes()
    async with web({"/old": redirect("/cat.png"), "/cat.png": ok(data)}) as site, agent(house) as client:
        places = [
            str(photos / "cat.png"),
            site.url("/old"),
            f"data:image/png;base64,{base64.b64encode(data).decode()}",
        ]
        for place in places:
            result = await client.call_tool("mcp_openrouter_analyze_image", {"image_path": place})
            assert not result.is_error
            assert text_of(result) == "A cat."
        assert result.structured_content is not None
        assert result.structured_content["cost"] == CALL_USD
        assert result.structured_content["model"] == "a/fake-1"
    pictures = [seen.body["messages"][0]["content"][1]["image_url"]["url"] for seen in endpoint.requests]
    assert len(set(pictures)) == 1
    assert pictures[0].startswith("data:image/png;base64,")


@pytest.mark.parametrize("place", ["secret.png", "photos/../secret.png", "photos/out/passwd", "photos/none.png"])
async def test_no_file_outside_the_named_directories_is_read(
    house: Served, endpoint: LlmEndpoint, tmp_path: Path, place: str
) -> None:
    async with agent(house) as client:
        result = await client.call_tool("analyze_image", {"image_path": str(tmp_path / place)})
    assert result.is_error
    assert "lies outside" in text_of(result) or "cannot be read" in text_of(result)
    assert endpoint.requests == []


async def test_addresses_inside_the_network_are_closed_unless_they_were_opened(
    tmp_path: Path, endpoint: LlmEndpoint
) -> None:
    async with (
        web({"/cat.png": ok(b"x")}) as site,
        served(tmp_path / "home", {"a": endpoint}) as house,
        agent(house) as client,
    ):
        result = await client.call_tool("analyze_image", {"image_path": site.url("/cat.png")})
        assert result.is_error
        assert "lies inside a network" in text_of(result)
        assert site.heads == []


async def test_a_mistake_is_an_answer_and_costs_nothing(house: Served, endpoint: LlmEndpoint) -> None:
    hi = [{"role": "user", "content": "hi"}]
    wrong: dict[str, Any] = {
        "should be non-empty": {"messages": []},
        "no model 'gpt-99'": {"messages": hi, "model": "gpt-99"},
        "temperature": {"messages": hi, "temperature": 3},
    }
    async with agent(house) as client:
        for words, arguments in wrong.items():
            result = await client.call_tool("chat_completion", arguments)
            assert result.is_error
            assert words in text_of(result)
    assert endpoint.requests == []
    assert (await house.spend()).session_microusd == 0


async def test_asking_models_and_asking_about_them_take_different_scopes(house: Served) -> None:
    asker, reader = await house.make_key("execute:completions"), await house.make_key("read:models")
    chat = {"messages": [{"role": "user", "content": "hi"}]}
    async with agent(house, asker) as client:
        assert not (await client.call_tool("chat_completion", chat)).is_error
        assert (await client.call_tool("validate_model", {"model": "fake-1"})).is_error
    async with agent(house, reader) as client:
        assert "execute:completions" in text_of(await client.call_tool("chat_completion", chat))
        result = await client.call_tool("validate_model", {"model": "fake-1"})
        assert result.structured_content == {"model": "fake-1", "valid": True, "id": "a/fake-1"}
        found = await client.call_tool("search_models", {"capabilities": {"vision": True}})
        assert found.structured_content is not None
        assert [model["id"] for model in found.structured_content["models"]] == ["a/fake-1"]
        assert (await client.call_tool("mcp_openrouter_get_model_info", {"model": "a/fake-1"})).structured_content


async def test_a_key_with_a_budget_asks_until_it_is_spent(house: Served, endpoint: LlmEndpoint) -> None:
    key = await house.make_key("execute:completions", budget_usd=2 * CALL_USD)
    chat = {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 10}
    async with agent(house, key) as client:
        results = [await client.call_tool("chat_completion", chat) for _ in range(3)]
    assert [result.is_error for result in results] == [False, False, True]
    assert "This key's budget" in text_of(results[-1])
    assert len(endpoint.requests) == 2


async def test_without_a_configured_model_the_free_one_answers(tmp_path: Path) -> None:
    model = replace(MODEL, price=Price(Decimal(0), Decimal(0)))
    async with (
        LlmEndpoint(lambda _: say("Free.")) as endpoint,
        served(tmp_path, {"a": endpoint}, model, target="") as house,
        agent(house) as client,
    ):
        result = await client.call_tool("chat_completion", {"messages": [{"role": "user", "content": "hi"}]})
        assert text_of(result) == "Free."
