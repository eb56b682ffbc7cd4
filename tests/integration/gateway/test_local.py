"""Local model servers are found by asking their usual ports."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, Reply, fail, models, raw
from tui.domain.ids import ProviderName
from tui.gateway.local import LocalPort, find_local_providers


async def find(*replies: Reply, free: bool = True) -> list[tuple[str, list[str], bool]]:
    """Returns name, models and whether they are free, of each server found."""
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(LlmEndpoint(models_reply=reply)) for reply in replies]
        ports = [LocalPort(ProviderName(f"s{n}"), server.port, free) for n, server in enumerate(servers)]
        found = await find_local_providers(ports)
        assert all(spec.origin == "local" and spec.base_url.startswith("http://127.0.0.1:") for spec in found)
        return [
            (spec.name, [model.id for model in spec.models], all(model.price for model in spec.models))
            for spec in found
        ]


async def test_a_server_is_found_with_its_models_at_no_price() -> None:
    assert await find(models(["llama", "qwen"])) == [("s0", ["llama", "qwen"], True)]


async def test_a_proxy_in_front_of_paid_providers_has_no_price() -> None:
    assert await find(models(["gpt"]), free=False) == [("s0", ["gpt"], False)]


@pytest.mark.parametrize(
    "reply",
    [
        fail(404),
        fail(401),
        fail(200, "<html>a web server</html>"),
        fail(200, []),
        fail(200, {"data": "none"}),
        fail(200, "[" * 100_000),
        raw(b'{"data": [', end="cut"),
        raw(b"x" * 5_000_000),
        raw(asyncio.Event()),
    ],
)
async def test_whatever_else_listens_there_is_passed_over(reply: Reply) -> None:
    assert await find(reply, models(["llama"])) == [("s1", ["llama"], True)]


async def test_closed_ports_are_passed_over() -> None:
    async with LlmEndpoint() as gone:
        port = gone.port
    assert await find_local_providers([LocalPort(ProviderName("gone"), port, True)]) == ()
