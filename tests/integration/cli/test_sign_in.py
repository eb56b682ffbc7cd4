"""Signing in and out without a screen: the browser's return, a pasted address, and every way it can fail."""

import asyncio
import json
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fakes.mcp_sign_in import sign_in_server, visit, visit_elsewhere
from tests.integration.cli.program import Program

HELD_OUT = "paste that page's address here"


@asynccontextmanager
async def signing_in(program: Program, url: str) -> AsyncIterator[tuple[Process, str]]:
    """Runs `servers sign-in`; yields the process and the page it wants visited."""
    process = await program.start("servers", "sign-in", "s", "--json", "--url", f"s={url}")
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            said = ""
            while HELD_OUT not in said:
                line = await process.stderr.readline()
                assert line, said
                said += line.decode()
            yield process, next(word for word in said.split() if word.startswith("http"))
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ended(process: Process, stdin: str = "") -> tuple[int | None, str, str]:
    out, err = await process.communicate(stdin.encode())
    return process.returncode, out.decode(), err.decode()


async def test_the_browser_comes_back_and_later_runs_are_signed_in(program: Program) -> None:
    async with sign_in_server() as (server, url):
        async with signing_in(program, url) as (process, page):
            await asyncio.to_thread(visit, page)
            code, out, err = await ended(process)
        assert (code, json.loads(out)) == (0, {"server": "s", "outcome": "signed-in"}), err
        named = ("--url", f"s={url}", "--json")
        assert (await program.run("tools", "call", "s.add", "a=1", "b=2", *named)).code == 0
        assert (await program.run("servers", "doctor", "s", *named)).document["ok"]
        assert (await program.run("servers", "sign-in", "s", *named)).document["outcome"] == "already"
        assert server.seen.count("authorize") == 1
        assert (await program.run("servers", "sign-out", "s", *named)).document["outcome"] == "signed-out"
        assert (await program.run("servers", "sign-out", "s", *named)).document["outcome"] == "not-signed-in"
        registered = server.seen.count("register")
        checked = await program.run("servers", "doctor", "s", *named)
        assert (checked.code, checked.document["report"]["failed_stage"]) == (3, "greet")
        assert "servers sign-in s" in checked.document["report"]["hint"]
        assert server.seen.count("register") == registered


async def test_over_ssh_the_address_is_pasted_and_a_wrong_one_is_asked_for_again(program: Program) -> None:
    async with sign_in_server() as (server, url), signing_in(program, url) as (process, page):
        pasted = await asyncio.to_thread(visit_elsewhere, page)
        code, out, err = await ended(process, f"\nhttps://elsewhere.invalid/?code=c&state=forged\n  {pasted}  \n")
        assert (code, json.loads(out)["outcome"]) == (0, "signed-in"), err
        assert "does not belong to this sign-in" in err
        assert server.seen.count("code") == 1


async def test_without_stdin_the_browser_alone_is_waited_for(program: Program) -> None:
    async with sign_in_server() as (_, url), signing_in(program, url) as (process, page):
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.to_thread(visit, page)
        assert (await ended(process))[0] == 0


async def test_a_refusal_is_told_with_the_next_step(program: Program) -> None:
    async with sign_in_server() as (_, url), signing_in(program, url) as (process, page):
        query = parse_qs(urlsplit(page).query)
        refused = f"{query['redirect_uri'][0]}?error=access_denied&state={query['state'][0]}"
        code, out, err = await ended(process, f"{refused}\n")
        assert (code, json.loads(out.splitlines()[-1])["exit_code"]) == (1, 1)
        assert "access_denied" in err


async def test_an_interrupt_ends_the_wait(program: Program) -> None:
    async with sign_in_server() as (_, url), signing_in(program, url) as (process, _page):
        process.send_signal(signal.SIGINT)
        assert (await ended(process))[0] == 130


async def test_where_nobody_can_sign_in_it_says_so(program: Program) -> None:
    unknown = await program.run("servers", "sign-in", "s")
    local = await program.run("servers", "sign-in", "s", "--server", "s=true")
    away = await program.run("servers", "sign-in", "s", "--url", "s=http://127.0.0.1:9/mcp")
    assert [unknown.code, local.code, away.code] == [2, 2, 3]
    assert "local process" in local.err


async def test_a_server_nobody_consented_to_is_not_reached(program: Program) -> None:
    async with sign_in_server() as (server, url):
        program.config_file.write_text(f'[servers.s]\nurl = "{url}"\n')
        done = await program.run("servers", "sign-in", "s")
        assert (done.code, "servers trust s" in done.err) == (4, True)
        assert server.seen == []


@pytest.mark.parametrize(
    ("offered", "status", "said", "kinds"),
    [
        (True, 200, "revoked at the server", ["refresh_token", "access_token"]),
        (True, 503, "revoking it at the server failed: HTTP 503", ["refresh_token"]),
        (False, 200, "the server offers no revocation", []),
    ],
)
async def test_signing_out_revokes_what_was_granted_where_that_is_offered_and_says_how_it_ended(
    program: Program, offered: bool, status: int, said: str, kinds: list[str]
) -> None:
    async with sign_in_server() as (server, url):
        server.revoke_status = status
        server.metadata = {"revocation_endpoint": url.replace("/mcp", "/revoke")} if offered else {}
        async with signing_in(program, url) as (process, page):
            await asyncio.to_thread(visit, page)
            assert (await ended(process))[0] == 0
        server.forms.clear()
        out = await program.run("servers", "sign-out", "s", "--url", f"s={url}")
        assert (out.code, said in out.err, "secret words" in out.err) == (0, True, False), out
        again = await program.run("servers", "sign-out", "s", "--url", f"s={url}", "--json")
        assert again.document["outcome"] == "not-signed-in"
        assert [(form["token_type_hint"], form["client_id"]) for form in server.forms] == [
            (kind, "registered") for kind in kinds
        ]
        assert {form["token"] for form in server.forms} <= {server.refresh_token, *server.tokens}
