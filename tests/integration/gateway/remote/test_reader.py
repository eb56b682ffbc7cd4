"""The reader of management pages tells what is no JSON, too large, late or refused; a key never leaves its origin."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.fakes.gateway_pages import GatewayPages, page
from tests.fakes.llm_replies import Reply, fail, raw
from tests.unit.gateway.embedded.stage import Keys
from tui.domain.clock import SystemClock
from tui.domain.errors import CallError, ConnectError, McpTuiError
from tui.domain.gateway import GatewaySpec
from tui.gateway.remote.reader import MAX_BYTES, KeyRefusedError, NoJsonError, Reader, StatusError

KEY = "sk-canary-71aa"


@asynccontextmanager
async def reading(pages: GatewayPages, key: str = KEY) -> AsyncIterator[Reader]:
    async with pages:
        spec = GatewaySpec("g", "litellm", pages.url, api_key_env="G", headers={"X-Team": "blue"})
        reader = Reader(spec, Keys({"g": key}), SystemClock())
        yield reader
        await reader.close()


async def test_a_page_is_read_with_the_key_and_the_configured_headers() -> None:
    pages = GatewayPages(pages={"/a/b%2Fc?x=1": page({"is": "here"})})
    async with reading(pages) as reader:
        assert await reader.get("a", "b/c", x=1) == {"is": "here"}
    (seen,) = pages.model_requests
    assert (seen.headers["authorization"], seen.headers["x-team"]) == (f"Bearer {KEY}", "blue")


WRONG: dict[str, tuple[Reply, type[McpTuiError], str]] = {
    "web page": (fail(200, "<!DOCTYPE html>", {"content-type": "text/html; charset=utf-8"}), NoJsonError, "text/html"),
    "broken": (fail(200, '{"a": ', {"content-type": "application/json"}), NoJsonError, "broken"),
    "deep": (fail(200, "[" * 200_000, {"content-type": "application/json"}), NoJsonError, "broken"),
    "too large": (fail(200, "[" + " " * MAX_BYTES + "]", {"content-type": "application/json"}), CallError, "8,388,608"),
    "refused": (fail(403, {"error": {"message": f"no {KEY}"}}), KeyRefusedError, "no [key]"),
    "no key": (fail(401, {"error": "who are you"}), KeyRefusedError, "401"),
    "not there": (fail(404, "<h1>404</h1>"), StatusError, "404"),
    "their fault": (fail(500), StatusError, "500"),
    "cut": (raw(b'{"a"', end="cut"), ConnectError, "127.0.0.1"),
    "hostile words": (fail(500, {"error": {"message": "\x1b[2Jx"}}), StatusError, "␛[2Jx"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_no_answer_is_told_without_the_key(name: str) -> None:
    reply, kind, words = WRONG[name]
    async with reading(GatewayPages(pages={"/p": reply})) as reader:
        with pytest.raises(kind) as raised:
            await reader.get("p")
    assert words in raised.value.message
    assert KEY not in f"{raised.value.message} {raised.value.hint}"
    assert "\x1b" not in raised.value.message


async def test_a_redirect_is_not_followed_wherever_it_leads() -> None:
    async with GatewayPages(pages={"/p": page({})}) as elsewhere:
        away = fail(302, "", {"location": f"{elsewhere.url}/p"})
        async with reading(GatewayPages(pages={"/p": away})) as reader:
            with pytest.raises(StatusError, match="redirect"):
                await reader.get("p")
        assert elsewhere.asked == []


async def test_an_empty_answer_is_none() -> None:
    async with reading(GatewayPages(pages={"/p": fail(204, b"")})) as reader:
        assert await reader.get("p") is None


async def test_who_does_not_answer_in_time_is_told() -> None:
    held = raw(b"{", asyncio.Event())
    async with reading(GatewayPages(pages={"/p": held})) as reader:
        with pytest.raises(ConnectError, match="in time"):
            await reader.get("p", timeout_s=0.2)


async def test_a_key_that_breaks_a_header_is_not_sent() -> None:
    pages = GatewayPages(pages={"/p": page({})})
    async with reading(pages, key="sk-\nx: y") as reader:
        with pytest.raises(CallError, match="characters"):
            await reader.get("p")
    assert pages.asked == []


async def test_another_signature_takes_the_place_of_the_key_until_it_is_taken_back() -> None:
    pages = GatewayPages(pages={"/p": page({})})
    async with reading(pages) as reader:
        for headers in ({"cookie": "auth_token=1"}, None):
            reader.sign_with(headers)
            await reader.get("p")
    first, second = pages.model_requests
    assert ("authorization" in first.headers, first.headers["cookie"]) == (False, "auth_token=1")
    assert second.headers["authorization"] == f"Bearer {KEY}"


async def test_what_a_validation_found_is_told_field_by_field() -> None:
    found = [
        {"field": "dailyLimitUsd", "message": f"must not be {KEY}"},
        {"path": ["models", 0], "message": "Required"},
    ]
    body = {"error": {"message": "Invalid request", "details": [*found, "x\x1b", *[{"field": "a"}] * 90]}}
    async with reading(GatewayPages(pages={"/p": fail(400, body)})) as reader:
        with pytest.raises(StatusError) as raised:
            await reader.get("p")
    said = raised.value.message.partition("Invalid request: ")[2]
    assert said.startswith("dailyLimitUsd: must not be [key]; models.0: Required; x␛; ")
    assert said.endswith("and 88 more")


async def test_signing_in_again_keeps_one_client_and_no_cookie_of_its_own() -> None:
    pages = GatewayPages(pages={"/p": fail(200, {}, {"set-cookie": "stray=1; Path=/"})})
    async with reading(pages) as reader:
        for number in range(3):
            reader.sign_with({"cookie": f"auth_token={number}"})
            await reader.get("p")
        reader.sign_with(None)
        await reader.get("p")
    assert [seen.headers.get("cookie") for seen in pages.model_requests] == [
        "auth_token=0",
        "auth_token=1",
        "auth_token=2",
        None,
    ]
    assert pages.connections == 1
