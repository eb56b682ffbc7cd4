"""Servers over HTTP: both transports, both eras, and what happens when HTTP itself fails."""

import gzip
import json
from typing import Any, Literal

import pytest

from tests.fakes.mcp_host import Host, hosting
from tests.fakes.mcp_http import Reply, answering, greeting, make_server, rpc, serving
from tui.domain.events import ServerLogged, ToolProgressed
from tui.domain.ids import ServerName
from tui.domain.servers import ResourceBlock, ServerSpec, TransportKind


def http_spec(
    port: int, path: str = "/mcp", transport: TransportKind = "http", call_timeout_s: float = 10
) -> ServerSpec:
    return ServerSpec(
        ServerName("s"),
        transport,
        url=f"http://127.0.0.1:{port}{path}",
        trusted=True,
        start_timeout_s=10,
        call_timeout_s=call_timeout_s,
    )


async def test_streamable_http_speaks_the_2026_protocol() -> None:
    async with serving(make_server().streamable_http_app()) as port, hosting([http_spec(port)]) as host:
        status = host.status("s")
        assert (status.state, status.era, status.instructions) == ("ready", "2026-07-28", "Be brief.")
        result = await host.call("s", "add", a=2, b=3)
        assert (result.outcome, result.structured) == ("ok", {"result": 5})


async def test_the_older_sse_transport_still_works() -> None:
    async with serving(make_server().sse_app()) as port, hosting([http_spec(port, "/sse", "sse")]) as host:
        assert host.status("s").state == "ready"
        assert (await host.call("s", "add", a=2, b=3)).text == "5"


async def test_a_url_that_takes_no_post_is_tried_over_the_older_sse_transport() -> None:
    async with serving(make_server().sse_app()) as port, hosting([http_spec(port, "/sse")]) as host:
        status = host.status("s")
        assert (status.state, status.issues) == ("ready", ("speaks only the older HTTP+SSE transport",))
        assert (await host.call("s", "add", a=2, b=3)).text == "5"
        await host.pool.reconnect(ServerName("s"))
        await host.until(lambda: host.status("s").state == "ready")
        assert (await host.call("s", "add", a=1, b=1)).text == "2"


async def test_a_url_that_speaks_neither_transport_is_told_by_its_first_answer() -> None:
    async def nothing_here(_: dict[str, Any]) -> Reply:
        return 404, {}, b"nothing here"

    async with answering(nothing_here) as port, hosting([http_spec(port)]) as host:
        status = host.status("s")
        assert (status.state, status.error) == ("failed", "HTTP 404 X")
        assert "/mcp" in status.hint


async def test_resources_prompts_and_progress_come_through_clean() -> None:
    async with serving(make_server().streamable_http_app()) as port, hosting([http_spec(port)]) as host:
        (block,) = await host.pool.read_resource(ServerName("s"), "note://today")
        assert isinstance(block, ResourceBlock)
        assert block.text == "buy ␛[31mmilk"
        (message,) = await host.pool.get_prompt(ServerName("s"), "greet", {"who": "Ada"})
        assert message.text == "Say hello to Ada."
        assert (await host.call("s", "wait", seconds=0)).outcome == "ok"
        assert [(event.progress, event.total) for event in host.seen(ToolProgressed)] == [(1.0, 2.0)]


@pytest.mark.parametrize(("kind", "ref"), [("prompt", "greet"), ("resource", "note://{year}/{month}")])
async def test_what_is_filled_in_already_helps_to_complete_the_rest(
    kind: Literal["prompt", "resource"], ref: str
) -> None:
    async with serving(make_server().streamable_http_app()) as port, hosting([http_spec(port)]) as host:
        found = await host.pool.complete(ServerName("s"), kind, ref, "month", "Ma", filled={"year": "2026"})
        assert found == ("Ma:year=2026",)
        assert await host.pool.complete(ServerName("s"), kind, ref, "year", "20") == ()


async def test_an_announced_tool_appears_without_asking() -> None:
    async with serving(make_server().streamable_http_app()) as port, hosting([http_spec(port)]) as host:
        await host.call("s", "grow")
        await host.until(lambda: host.pool.find("s__grown") is not None)


async def test_a_call_that_takes_too_long_ends_as_a_timeout() -> None:
    app = make_server().streamable_http_app()
    async with serving(app) as port, hosting([http_spec(port, call_timeout_s=0.3)]) as host:
        assert (await host.call("s", "wait", seconds=30)).outcome == "timeout"
        assert (await host.call("s", "add", a=1, b=1)).outcome == "ok"


async def test_a_server_that_goes_away_fails_the_call_and_is_found_again() -> None:
    """M15, M45: the pending call ends, later the same server is used again."""
    async with serving(make_server().streamable_http_app()) as port:
        host = Host()
        await host.pool.start([http_spec(port)])
        await host.pool.wait_settled(10)
        assert host.status("s").state == "ready"
    try:
        result = await host.call("s", "add", a=1, b=1)
        assert result.outcome == "error"
        assert "connect" in result.text.lower()
        failed = await host.until_state("s", "failed")
        assert "Cannot connect" in failed.error
        async with serving(make_server().streamable_http_app(), port):
            await host.pool.reconnect(ServerName("s"))
            await host.until_state("s", "ready")
            assert (await host.call("s", "add", a=1, b=1)).outcome == "ok"
    finally:
        await host.pool.stop()


@pytest.mark.parametrize(
    ("status", "headers", "advice"),
    [
        (401, {"www-authenticate": "Bearer"}, "token"),
        (403, {}, "credentials"),
        (404, {}, "path"),
        (405, {}, "sse"),
        (500, {"content-type": "text/html"}, "Check that the server runs"),
    ],
)
async def test_an_http_status_is_named_with_the_next_step(status: int, headers: dict[str, str], advice: str) -> None:
    async def reply(_: dict[str, Any]) -> Reply:
        return status, headers, b"<h1>no</h1> sk-abcdefghijklmnop1234"

    async with answering(reply) as port, hosting([http_spec(port)]) as host:
        failed = await host.until_state("s", "failed")
        assert f"HTTP {status}" in failed.error
        assert advice in failed.hint
        logged = [event.text for event in host.seen(ServerLogged) if event.channel == "http"]
        assert logged
        assert not any("sk-abc" in text for text in logged)


async def test_a_small_gzip_body_that_becomes_a_huge_one_is_refused() -> None:
    """M17: bounded while it is decoded, never after."""
    bomb = gzip.compress(b'{"a":"' + b"x" * 50_000_000 + b'"}', 1)

    async def reply(message: dict[str, Any]) -> Reply:
        return greeting(message) or (200, {"content-type": "application/json", "content-encoding": "gzip"}, bomb)

    async with answering(reply) as port, hosting([http_spec(port)]) as host:
        result = await host.call("s")
        assert result.outcome == "error"
        assert "limit" in result.text


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"content-type": "text/html"}, b"<html>"),
        (200, {"content-type": "application/json"}, b"{not json"),
        (202, {}, b""),
        (302, {"location": "http://elsewhere.invalid/"}, b""),
        (429, {"retry-after": "700"}, b"slow down"),
        None,
    ],
    ids=["html", "broken-json", "202", "redirect-elsewhere", "429", "hangs-up"],
)
async def test_a_call_answered_with_anything_else_is_one_error_result(answer: Reply | None) -> None:
    """M43, M48: no exception, no repetition, no hang."""
    calls = 0

    async def reply(message: dict[str, Any]) -> Reply | None:
        nonlocal calls
        known = greeting(message)
        calls += known is None
        return known or answer

    async with answering(reply) as port, hosting([http_spec(port)]) as host:
        assert (await host.call("s")).outcome == "error"
        assert calls == 1


async def test_a_session_the_server_forgot_is_opened_anew_and_the_call_is_not_repeated() -> None:
    """M43."""
    greetings = calls = 0

    async def reply(message: dict[str, Any]) -> Reply:
        nonlocal greetings, calls
        known = greeting(message)
        if known and message["method"] == "initialize":
            greetings += 1
            return known[0], known[1] | {"mcp-session-id": f"session-{greetings}"}, known[2]
        if known:
            return known
        calls += 1
        return (404, {}, b"") if calls == 1 else rpc(message["id"], result={"content": []})

    async with answering(reply) as port, hosting([http_spec(port)]) as host:
        assert (await host.call("s")).outcome == "error"
        await host.until(lambda: greetings == 2 and host.status("s").state == "ready")
        assert calls == 1
        assert (await host.call("s")).outcome == "ok"


async def test_plain_answers_are_accepted() -> None:
    async def reply(message: dict[str, Any]) -> Reply:
        return greeting(message) or rpc(message["id"], result={"content": [{"type": "text", "text": "hi"}]})

    async with answering(reply) as port, hosting([http_spec(port)]) as host:
        assert (await host.call("s")).text == "hi"


def large(kind: str, body: str) -> Reply:
    """A result as one JSON body, or as the event of a stream whose lines end as `kind` says."""
    if kind == "body":
        return 200, {"content-type": "application/json"}, body.encode()
    end = {"lf": "\n", "crlf": "\r\n"}[kind]
    lines = [": hello", "", "event: message", *(f"data: {line}" for line in body.split("\n")), "", ""]
    return 200, {"content-type": "text/event-stream"}, end.join(lines).encode()


@pytest.mark.parametrize("kind", ["body", "lf", "crlf"])
async def test_a_large_answer_arrives_whole_and_one_of_too_many_values_says_why_it_does_not(kind: str) -> None:
    texts = {"text": "a line of words, [and] {marks} 🌍\n" * 20_000, "rows": [{"a": "bb", "c": [1]}] * 20_000}

    async def talk(message: dict[str, Any]) -> Reply:
        if message.get("method") != "tools/call":
            return greeting(message) or rpc(message.get("id"))
        rows: Any = [{}] * 300_000 if message["params"]["arguments"].get("far_too_much") else texts
        answer = {"jsonrpc": "2.0", "id": message["id"], "result": {"content": [], "structuredContent": {"n": rows}}}
        return large(kind, json.dumps(answer, indent=0))

    async with answering(talk) as port, hosting([http_spec(port)]) as host:
        result = await host.call("s")
        assert (result.outcome, result.structured) == ("ok", {"n": texts})
        refused = await host.call("s", far_too_much=True)
        assert (refused.outcome, "400,000 values" in refused.text) == ("error", True)
        assert (await host.call("s")).outcome == "ok"


async def test_what_claims_to_be_an_answer_read_already_is_an_error() -> None:
    async def talk(message: dict[str, Any]) -> Reply:
        if message.get("method") != "tools/call":
            return greeting(message) or rpc(message.get("id"))
        return rpc(message["id"], result={"mcp-tui/parcel": "made up"})

    async with answering(talk) as port, hosting([http_spec(port)]) as host:
        assert (await host.call("s")).outcome == "error"
