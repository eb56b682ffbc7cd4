"""`serve`, `serve keys` and `audit` as a person types them."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import httpx
import pytest

from tests.integration.cli.program import Program

LIMIT_S = 60


@asynccontextmanager
async def serving(program: Program, *words: str) -> AsyncIterator[str]:
    """Serves the demo over HTTP for the length of the block. Returns the address."""
    process = await program.start("--demo", "serve", "--http", "--port", "0", "--json", *words)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(LIMIT_S):
            line = (await process.stdout.readline()).decode()
        yield line.split('"url": "')[1].split('"')[0]
    finally:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(LIMIT_S):
            await process.communicate()
    assert process.returncode == 128 + signal.SIGTERM


async def call(url: str, key: str, tool: str) -> httpx.Response:
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2026-07-28"}
    headers |= {"mcp-method": "tools/call", "mcp-name": tool, **({"authorization": f"Bearer {key}"} if key else {})}
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    request = {"name": tool, "arguments": {}, "_meta": meta}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": request}
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        return await http.post(f"{url}/mcp", headers=headers, json=body)


async def test_a_key_is_made_used_listed_and_revoked(program: Program) -> None:
    words = ["--demo", "serve", "keys"]
    made = await program.run(*words, "add", "cursor", "--scope", "read:*", "--budget", "0.50")
    key = made.out.strip()
    assert made.code == 0
    assert key.startswith("mtk_")
    assert "once" in made.err
    async with serving(program) as url:
        told = await call(url, key, "gateway_health")
        assert (told.status_code, told.json()["result"]["isError"]) == (200, False)
        refused = await call(url, key, "gateway_switch")
        assert "write:combos" in refused.text
        assert (await call(url, "", "gateway_health")).status_code == 401
        listed = (await program.run(*words, "list", "--json")).document["keys"]
        assert [(each["name"], each["day_budget"], each["spent_today"]) for each in listed] == [("cursor", 500_000, 0)]
        assert (await program.run(*words, "revoke", "cursor")).code == 0
        assert (await call(url, key, "gateway_health")).status_code == 401
    kept = b"".join(path.read_bytes() for path in program.home.rglob("*") if path.is_file())
    assert key.encode() not in kept
    assert "revoked" in (await program.run(*words, "list")).out


async def test_on_loopback_a_word_lets_callers_in_without_a_key(program: Program) -> None:
    async with serving(program, "--no-key", "--local-scope", "read:health") as url:
        assert url.startswith("http://127.0.0.1:")
        assert (await call(url, "", "gateway_health")).json()["result"]["isError"] is False
        assert "read:combos" in (await call(url, "", "gateway_combos")).text
        assert (await call(url, "wrong", "gateway_health")).status_code == 401


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["serve", "--http", "--host", "0.0.0.0"], 4, "--expose"),
        (["serve", "--http", "--host", "0.0.0.0", "--expose"], 4, "without keys"),
        (["serve", "--http", "--host", "0.0.0.0", "--expose", "--no-key"], 4, "without keys"),
        (["serve", "--http", "--host", "no.such.host.invalid", "--expose", "--no-key"], 4, "without keys"),
        (["serve", "--no-key"], 2, "--http"),
        (["serve", "--local-scope", "everything"], 2, "everything"),
        (["serve", "keys", "add", "x", "--scope", "read:health,root"], 2, "root"),
        (["serve", "keys", "add", "x", "--scope", "*", "--budget", "-1"], 2, "--budget"),
        (["serve", "keys", "add", "x", "--scope", "*", "--budget", "much"], 2, "--budget"),
        (["serve", "keys", "revoke", "nobody"], 1, "nobody"),
        (["audit", "list", "--limit", "0"], 2, "--limit"),
    ],
)
async def test_what_is_not_served_is_refused_with_the_next_step(
    program: Program, words: list[str], code: int, said: str
) -> None:
    done = await program.run("--demo", *words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


async def test_a_port_in_use_is_said(program: Program) -> None:
    async with serving(program, "--no-key") as url:
        port = url.rpartition(":")[2]
        done = await program.run("--demo", "serve", "--http", "--no-key", "--port", port)
    assert done.code == 3
    assert "--port" in done.err


async def test_the_audit_is_listed_summed_up_and_verified(program: Program) -> None:
    assert (await program.run("--demo", "audit", "verify")).out == "The audit is whole: 0 rows.\n"
    assert (await program.run("--demo", "audit", "stats", "--json")).document["success_rate"] is None
    async with serving(program, "--no-key") as url:
        for tool in ("gateway_health", "gateway_health", "gateway_combo_metrics"):
            await call(url, "", tool)
    listed = (await program.run("--demo", "audit", "list")).out.splitlines()
    assert [line.split()[4:6] for line in listed] == [
        ["gateway_combo_metrics", "failed"],
        ["gateway_health", "ok"],
        ["gateway_health", "ok"],
    ]
    stats = (await program.run("--demo", "audit", "stats", "--json")).document
    assert (stats["calls"], stats["succeeded"], stats["tools"][0]) == (3, 2, {"tool": "gateway_health", "calls": 2})
    assert (await program.run("--demo", "audit", "verify")).code == 0

    [database] = program.home.rglob("demo.sqlite3")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM audit WHERE seq = 2")
    broken = await program.run("--demo", "audit", "verify")
    assert (broken.code, broken.out) == (1, "The audit is broken: Row 2 is missing.\n")
