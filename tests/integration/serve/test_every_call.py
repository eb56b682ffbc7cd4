"""Every call leaves one row, however it ends and whatever it came over."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, fail, say
from tests.integration.cli.program import Program
from tests.integration.serve.served import CALL_USD, Served, served
from tests.integration.serve.test_callers import ASK, HEADERS, INITIALIZE

LIMIT_S = 60
SCOPES = ("read:health", "read:combos", "execute:completions")
CALLS: dict[str, tuple[Any, str, str]] = {
    "answered": ({"name": "gateway_health"}, "gateway_health", "ok"),
    "by a documented name": ({"name": "omniroute_get_health", "arguments": {}}, "gateway_health", "ok"),
    "paid for": ({"name": "gateway_route", "arguments": ASK}, "gateway_route", "ok"),
    "no such provider": ({"name": "gateway_provider", "arguments": {"provider": "x"}}, "gateway_provider", "failed"),
    "no such model": ({"name": "chat_completion", "arguments": {**ASK, "model": "x"}}, "chat_completion", "failed"),
    "an argument is missing": ({"name": "gateway_combo_metrics", "arguments": {}}, "gateway_combo_metrics", "failed"),
    "an argument too many": ({"name": "gateway_health", "arguments": {"x": 1}}, "gateway_health", "failed"),
    "a file that may not be read": (
        {"name": "analyze_image", "arguments": {"image_path": "/etc/passwd"}}, "analyze_image", "refused",
    ),
    "a scope is missing": ({"name": "gateway_budget", "arguments": {}}, "gateway_budget", "refused"),
    "no such tool": ({"name": "gateway_nothing", "arguments": {"x": 1}}, "gateway_nothing", "failed"),
    "a name of many lines": ({"name": "x\n" * 200}, ("x " * 50).strip() + "…", "failed"),
    "arguments that are no object": ({"name": "gateway_health", "arguments": [1]}, "gateway_health", "failed"),
    "deep arguments": ({"name": "gateway_health", "arguments": {"x": [[[[[[]]]]]] * 9}}, "gateway_health", "failed"),
    "no name": ({"arguments": {}}, "tools/call", "failed"),
    "a name that is none": ({"name": 7, "arguments": {}}, "tools/call", "failed"),
    "nothing at all": (None, "tools/call", "failed"),
}  # fmt: skip
"""What is called, and what the audit says of it: the tool and how it ended."""

Row = tuple[str, str]
Send = Callable[[Any], Awaitable[None]]
"""Sends the parameters of a call and waits for the answer."""


def request(params: Any, number: int = 1) -> dict[str, Any]:
    body = {"jsonrpc": "2.0", "id": number, "method": "tools/call"}
    return body if params is None else {**body, "params": params}


def modern(params: Any) -> Any:
    """The parameters with the envelope of 2026-07-28."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    return {**(params or {}), "_meta": meta}


def modern_headers(params: Any) -> dict[str, str]:
    name = str((params or {}).get("name", "x")).replace("\n", " ").strip()
    return {**HEADERS, "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": name}


async def rows_of(house: Served) -> list[Row]:
    return [(call.tool, call.outcome) for call in reversed(await house.audited())]


async def check_each(send: Send, rows: Callable[[], Awaitable[list[Row]]], also: Mapping[str, str]) -> None:
    """Sends each call by itself; `also` names what a tool that was not understood goes by."""
    for count, (name, (params, tool, outcome)) in enumerate(CALLS.items(), 1):
        await send(params)
        found = await rows()
        assert len(found) == count, name
        assert found[-1] in [(tool, outcome), (also.get(name, tool), outcome)], name


async def test_over_http_with_a_session(house: Served) -> None:
    key = await house.make_key(*SCOPES)
    async with house.http(key) as http:
        opened = await http.post("/mcp", headers=HEADERS, json=INITIALIZE)
        session = HEADERS | {"mcp-session-id": opened.headers["mcp-session-id"]}
        await http.post("/mcp", headers=session, json={"jsonrpc": "2.0", "method": "notifications/initialized"})

        async def send(params: Any) -> None:
            await http.post("/mcp", headers=session, json=request(params))

        await check_each(send, lambda: rows_of(house), {})
    assert (await house.engine.audit.verify()).whole


async def test_over_http_with_an_envelope(house: Served) -> None:
    """What is refused by its headers goes by the address."""
    async with house.http(await house.make_key(*SCOPES)) as http:

        async def send(params: Any) -> None:
            await http.post("/mcp", headers=modern_headers(params), json=request(modern(params)))

        by_address = ("a name of many lines", "no name", "a name that is none", "nothing at all")
        await check_each(send, lambda: rows_of(house), dict.fromkeys(by_address, "/mcp"))


@asynccontextmanager
async def over_stdio(program: Program, endpoint: LlmEndpoint) -> AsyncIterator[asyncio.subprocess.Process]:
    program.config_file.write_text(
        f'[chat]\nmodel = "main"\n[[providers]]\nname = "a"\nbase_url = "{endpoint.base_url}"\n'
        '[[providers.models]]\nid = "fake-1"\n[[combos]]\nname = "main"\nsteps = ["a/fake-1"]\n'
    )
    process = await program.start("serve", "--local-scope", ",".join(SCOPES))
    assert process.stdin is not None
    assert process.stdout is not None
    async with asyncio.timeout(LIMIT_S):
        process.stdin.write(f"{json.dumps(INITIALIZE)}\n".encode())
        await process.stdout.readline()
        process.stdin.write(b'{"jsonrpc": "2.0", "method": "notifications/initialized"}\n')
        yield process
        process.stdin.close()
        await process.wait()


async def audited(program: Program) -> list[Row]:
    listed = (await program.run("audit", "list", "--json", "--limit", "100")).document["calls"]
    return [(entry["call"]["tool"], entry["call"]["outcome"]) for entry in reversed(listed)]


async def test_over_stdio(program: Program, endpoint: LlmEndpoint) -> None:
    async with over_stdio(program, endpoint) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number, (params, _, _) in enumerate(CALLS.values()):
            process.stdin.write(f"{json.dumps(request(params, number))}\n".encode())
            while json.loads(await process.stdout.readline()).get("id") != number:
                pass
    assert await audited(program) == [(tool, outcome) for _, tool, outcome in CALLS.values()]


POSTED: dict[str, tuple[str, Any, tuple[str, str, int]]] = {
    "no message": ("/mcp", b"{", ("/mcp", "failed", 400)),
    "a batch": ("/mcp", [request({"name": "gateway_health"})], ("/mcp", "failed", 400)),
    "too large": ("/mcp", b"x" * (16 * 1024 * 1024 + 1), ("/mcp", "failed", 413)),
    "answered": ("/v1/chat/completions", ASK, ("/v1/chat/completions", "ok", 200)),
    "no request": ("/v1/chat/completions", b"{", ("/v1/chat/completions", "failed", 400)),
    "no such model": ("/v1/chat/completions", {**ASK, "model": "x"}, ("/v1/chat/completions", "failed", 404)),
    "too large a request": (
        "/v1/chat/completions", b"x" * (16 * 1024 * 1024 + 1), ("/v1/chat/completions", "failed", 413),
    ),
    "no such address": ("/v1/embeddings", {}, ("/v1/embeddings", "failed", 404)),
    "another address": ("/elsewhere", {}, ("/elsewhere", "failed", 404)),
}  # fmt: skip


async def test_whatever_a_known_caller_posts(house: Served) -> None:
    async with house.http() as http:
        for count, (name, (path, body, (tool, outcome, status))) in enumerate(POSTED.items(), 1):
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            answer = await http.post(path, headers=HEADERS, content=content)
            assert answer.status_code == status, name
            assert (await rows_of(house))[count - 1 :] == [(tool, outcome)], name
    [nothing_read] = {call.input_hmac for call in await house.audited() if call.tool in ("/mcp", "/elsewhere")}
    assert nothing_read == ""


async def test_what_is_refused_on_v1(house: Served) -> None:
    async with house.http(await house.make_key("read:health")) as http:
        assert (await http.post("/v1/chat/completions", json=ASK)).status_code == 403
        assert (await http.get("/v1/models")).status_code == 403
    async with house.http(await house.make_key("execute:completions", budget_usd=0.000001)) as http:
        assert (await http.post("/v1/chat/completions", json=ASK)).status_code == 402
    paths = ("/v1/chat/completions", "/v1/models", "/v1/chat/completions")
    assert await rows_of(house) == [(path, "refused") for path in paths]


async def test_what_fails_behind_the_gateway(tmp_path: Path) -> None:
    async with (
        LlmEndpoint(lambda _: fail(500)) as broken,
        served(tmp_path, {"a": broken}) as house,
        house.http() as http,
    ):
        assert (await http.post("/v1/chat/completions", json=ASK)).status_code == 502
        await http.post("/mcp", headers=modern_headers({"name": "gateway_route"}), json=request(
            modern({"name": "gateway_route", "arguments": ASK})
        ))  # fmt: skip
        assert await rows_of(house) == [("/v1/chat/completions", "failed"), ("gateway_route", "failed")]


async def test_a_stranger_and_what_is_no_call_leave_no_row(house: Served) -> None:
    async with httpx.AsyncClient(base_url=house.url, trust_env=False) as stranger:
        assert (
            await stranger.post("/mcp", headers=HEADERS, json=request({"name": "gateway_health"}))
        ).status_code == 401
    async with house.http() as http:
        assert (await http.post("/mcp", headers={**HEADERS, "host": "evil.example"}, json={})).status_code == 421
        assert (await http.get("/mcp")).status_code >= 400
        assert (await http.get("/elsewhere")).status_code == 404
        ping = {"jsonrpc": "2.0", "id": 1, "method": "prompts/list", "params": modern({})}
        headers = {**modern_headers({}), "mcp-method": "prompts/list"}
        assert (await http.post("/mcp", headers=headers, json=ping)).status_code == 404
    assert await rows_of(house) == []


# --- calls that are left


@asynccontextmanager
async def hanging(home: Path) -> AsyncIterator[tuple[LlmEndpoint, Served]]:
    """A model that thinks for ever."""
    async with LlmEndpoint([say([], gate=asyncio.Event())]) as endpoint, served(home, {"a": endpoint}) as house:
        yield endpoint, house


ROUTE = {"name": "gateway_route", "arguments": ASK}


async def test_a_caller_that_leaves_cancels_its_call(tmp_path: Path) -> None:
    async with hanging(tmp_path) as (endpoint, house), house.http() as http, asyncio.timeout(LIMIT_S):
        asking = asyncio.create_task(http.post("/mcp", headers=modern_headers(ROUTE), json=request(modern(ROUTE))))
        await endpoint.arrived.wait()
        assert [entry.call.outcome for entry in await house.engine.audit.recent()] == ["begun"]
        asking.cancel()
        assert await rows_of(house) == [("gateway_route", "cancelled")]


async def test_a_call_that_is_cancelled_within_its_session(tmp_path: Path) -> None:
    async with hanging(tmp_path) as (endpoint, house), house.http() as http, asyncio.timeout(LIMIT_S):
        opened = await http.post("/mcp", headers=HEADERS, json=INITIALIZE)
        session = HEADERS | {"mcp-session-id": opened.headers["mcp-session-id"]}
        await http.post("/mcp", headers=session, json={"jsonrpc": "2.0", "method": "notifications/initialized"})
        asking = asyncio.create_task(http.post("/mcp", headers=session, json=request(ROUTE, 5)))
        await endpoint.arrived.wait()
        no_more = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}}
        await http.post("/mcp", headers=session, json=no_more)
        assert await rows_of(house) == [("gateway_route", "cancelled")]
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


@pytest.mark.parametrize("way", ["cancelled", "closed", "told to end"])
async def test_a_call_over_stdio_that_is_left(program: Program, way: str) -> None:
    async with LlmEndpoint([say([], gate=asyncio.Event())]) as endpoint, over_stdio(program, endpoint) as process:
        assert process.stdin is not None
        process.stdin.write(f"{json.dumps(request(ROUTE, 5))}\n".encode())
        await endpoint.arrived.wait()
        if way == "cancelled":
            no_more = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}}
            process.stdin.write(f"{json.dumps(no_more)}\n".encode())
        elif way == "told to end":
            process.send_signal(signal.SIGTERM)
    assert await audited(program) == [("gateway_route", "cancelled")]


# --- a server that is killed


async def test_a_call_whose_server_is_killed_is_known_to_have_begun_and_paid_for(
    program: Program, endpoint: LlmEndpoint
) -> None:
    made = await program.run("serve", "keys", "add", "agent", "--scope", "*", "--budget", "1")
    key = {"authorization": f"Bearer {made.out.strip()}"}
    async with LlmEndpoint([say([], gate=asyncio.Event())]) as hanging, asyncio.timeout(LIMIT_S):
        url, process = await over_http(program, hanging)
        async with httpx.AsyncClient(base_url=url, headers=key, trust_env=False, timeout=LIMIT_S) as http:
            asking = asyncio.create_task(http.post("/v1/chat/completions", json={**ASK, "max_tokens": 1_000}))
            await hanging.arrived.wait()
            assert await audited(program) == [("/v1/chat/completions", "begun")]
            process.kill()
            await asyncio.gather(asking, process.communicate(), return_exceptions=True)
    assert await audited(program) == [("/v1/chat/completions", "unknown")]
    assert (await program.run("audit", "verify")).code == 0
    listed = (await program.run("audit", "list")).out.split()
    assert (listed[5], listed[6]) == ("unknown", "?")
    spent = await spent_today(program)
    # The question of some tokens at $2, and 1,000 tokens of an answer at $10 a million, might have been paid for.
    assert 10_000 < spent < 11_000

    async with asyncio.timeout(LIMIT_S):
        url, process = await over_http(program, endpoint)
        async with httpx.AsyncClient(base_url=url, headers=key, trust_env=False, timeout=LIMIT_S) as http:
            assert (await http.post("/v1/chat/completions", json=ASK)).status_code == 200
        process.terminate()
        await process.communicate()
    assert [outcome for _, outcome in await audited(program)] == ["unknown", "ok"]
    assert await spent_today(program) == spent + round(CALL_USD * 1_000_000)
    assert (await program.run("audit", "verify")).code == 0


async def over_http(program: Program, endpoint: LlmEndpoint) -> tuple[str, asyncio.subprocess.Process]:
    program.config_file.write_text(
        f'[[providers]]\nname = "a"\nbase_url = "{endpoint.base_url}"\n[[providers.models]]\nid = "fake-1"\n'
        'input_usd_per_million = 2.0\noutput_usd_per_million = 10.0\n[[combos]]\nname = "main"\nsteps = ["a/fake-1"]\n'
    )
    process = await program.start("serve", "--http", "--port", "0", "--json")
    assert process.stdout is not None
    return json.loads(await process.stdout.readline())["url"], process


async def spent_today(program: Program) -> int:
    [key] = (await program.run("serve", "keys", "list", "--json")).document["keys"]
    spent: int = key["spent_today"]
    return spent
