"""The models of all providers: what is known of each, who said so and when."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.llm_endpoint import LlmEndpoint, fail, models, say
from tests.integration.gateway.operations.rig import Rig, endpoint
from tui.domain.errors import UsageError
from tui.domain.gateway_answers import ModelsAnswer
from tui.domain.ids import ProviderName
from tui.gateway.embedded.providers.model_lists import AGAIN_S, LIST_HOLDS_S

LARGE = {
    "id": "large",
    "context_length": 200_000,
    "pricing": {"prompt": "0.000003", "completion": "0.000015"},
    "supported_parameters": ["tools"],
    "architecture": {"input_modalities": ["text", "image"]},
}
FREE = {**LARGE, "id": "free", "pricing": {"prompt": "0", "completion": "0"}, "supported_parameters": []}


def serving(*entries: Any) -> LlmEndpoint:
    return endpoint(say("hi"), models_reply=models([*entries]))


def ids(answer: ModelsAnswer) -> list[str]:
    return [f"{one.provider}/{one.id}" for one in answer.models]


async def test_each_model_tells_what_is_known_and_names_what_is_not(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": serving(LARGE, "plain")}) as rig:
        configured, large, plain = (await rig.gateway.models()).models
        assert (configured.listed, configured.age_s, configured.price_source) == ("configured", None, "configured")
        assert (configured.input_usd_per_million, configured.output_usd_per_million) == (2.0, 10.0)
        assert (large.listed, large.context_tokens, large.tools, large.vision) == ("fetched", 200_000, True, True)
        assert (large.input_usd_per_million, large.price_source) == (3.0, "model list")
        assert (plain.context_tokens, plain.tools, plain.input_usd_per_million) == (None, None, None)
        abilities = {"tools", "vision", "audio", "json_mode"}
        assert set(plain.unknown) == {"context_tokens", "max_output_tokens", "price", *abilities}


async def test_the_filters_hold_and_what_nobody_said_is_counted(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": serving(LARGE, FREE), "b": serving("plain")}) as rig:
        assert ids(await rig.gateway.models("b")) == ["b/fake-1", "b/plain"]
        tools = await rig.gateway.models(capability="tools")
        assert (ids(tools), tools.undecided) == (["a/fake-1", "a/large", "b/fake-1"], 1)
        assert ids(await rig.gateway.models(capability="vision")) == ["a/large", "a/free"]
        free = await rig.gateway.models(capability="free")
        assert (ids(free), free.cheapest) == (["a/free"], "a/free")
        assert tools.cheapest == "a/fake-1"
        nobody = await rig.gateway.models(capability="rerank")
        assert (nobody.models, nobody.undecided) == ((), 5)
        with pytest.raises(UsageError):
            await rig.gateway.models("z")


async def test_what_is_closed_says_why_and_is_not_the_cheapest(tmp_path: Path) -> None:
    async with Rig(tmp_path, {"a": serving(FREE), "b": serving(LARGE)}) as rig:
        rig.gateway.trip(ProviderName("a"))
        answer = await rig.gateway.models()
        assert {(one.provider, one.open) for one in answer.models} == {("a", False), ("b", True)}
        assert "breaker is open" in answer.models[0].reason
        assert answer.cheapest == "b/fake-1"


async def test_lists_are_kept_with_their_age_across_restarts_and_fetched_again_when_old(tmp_path: Path) -> None:
    clock = FakeClock()
    async with Rig(tmp_path, {"a": serving(LARGE)}, clock=clock) as rig:
        first = await rig.gateway.models()
        clock.advance(100)
        again = await rig.another_process()
        assert "a/large" in again.targets(), "known before anybody asks"
        second = await again.models()
        assert (second.models[1].age_s, second.lists[0].age_s, second.lists[0].models) == (100, 100, 1)
        assert ids(second) == ids(first)
        assert second.models[1].input_usd_per_million == 3.0
        assert len(rig.endpoints["a"].model_requests) == 1
        await again.models(refresh=True)
        assert len(rig.endpoints["a"].model_requests) == 2
        assert (await rig.gateway.models()).lists[0].age_s == 0, "what another process fetched is not fetched again"
        clock.advance(LIST_HOLDS_S)
        await rig.gateway.models()
        assert len(rig.endpoints["a"].model_requests) == 3


async def test_a_list_that_cannot_be_had_is_said_and_asked_for_again_later(tmp_path: Path) -> None:
    clock = FakeClock()
    endpoints = {"a": endpoint(say("hi"), models_reply=fail(500)), "b": serving("plain")}
    endpoints["c"] = endpoint(say("hi"), models_reply=fail(401))
    async with Rig(tmp_path, endpoints, keys={"c": ""}, clock=clock) as rig:
        for _ in range(2):
            a, b, c = (await rig.gateway.models()).lists
            assert (a.models, a.age_s, bool(a.trouble)) == (0, None, True)
            assert (b.models, b.trouble) == (1, "")
            assert "no key" in c.trouble
        assert [len(one.model_requests) for one in endpoints.values()] == [1, 1, 1]
        clock.advance(AGAIN_S)
        endpoints["a"].models_reply = models(["back"])
        assert (await rig.gateway.models("a")).lists[0].trouble == ""
