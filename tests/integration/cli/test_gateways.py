"""Gateways outside the program through the installed command: listed with their state, asked by name."""

import sys
from pathlib import Path

from tests.integration.cli.program import Program
from tests.integration.gateway.remote.omniroute import recorded
from tests.integration.gateway.remote.omniroute.recorded import CHAT_KEY, omniroute

ENVIRON = {"ROUTE_KEY": CHAT_KEY}


def configured(program: Program, url: str) -> None:
    program.config_file.write_text(
        f'[[gateways]]\nname = "route"\nkind = "omniroute"\nurl = "{url}"\napi_key_env = "ROUTE_KEY"\n'
        '[[gateways]]\nname = "gone"\nkind = "litellm"\nurl = "http://127.0.0.1:9"\n'
    )


async def test_gateways_are_listed_with_how_each_is(program: Program) -> None:
    async with omniroute("breaker_open") as fake:
        configured(program, fake.url)
        done = await program.run("gateways", "--gateway", "route", environ=ENVIRON)
        document = (await program.run("gateways", "--json", environ=ENVIRON)).document
    lines = [line.split() for line in done.out.splitlines()]
    assert [line[:3] for line in lines] == [
        ["embedded", "embedded", "ok"],
        ["*", "route", "omniroute"],
        ["gone", "litellm", "down"],
    ]
    assert "degraded" in lines[1]
    assert [one["verdict"] for one in document["gateways"]][1:] == ["degraded", "down"]
    assert CHAT_KEY not in done.out + str(document)


async def test_a_verb_is_answered_by_the_named_gateway_with_source_and_age(program: Program) -> None:
    async with omniroute("breaker_open") as fake:
        configured(program, fake.url)
        done = await program.run("gateway", "--gateway", "route", "health", "--json", environ=ENVIRON)
        refused = await program.run("gateway", "best", "coding", "--gateway", "route", environ=ENVIRON)
    assert done.code == 0, done.err
    assert (done.document["gateway"], done.document["verdict"]) == ("route", "degraded")
    first = done.document["witnesses"][0]
    assert (first["source"], first["standing"]) == ("GET /api/monitoring/health", "relied on")
    assert first["age_s"] >= 0
    assert refused.code == 1
    assert "not exposed by this gateway" in refused.err


def with_witness(program: Program, url: str) -> None:
    configured(program, url)
    witness = Path(recorded.__file__).with_name("mcp_program.py")
    text = program.config_file.read_text().replace('kind = "omniroute"', 'kind = "omniroute"\nmcp_server = "omni"')
    server = f'[servers.omni]\ncommand = "{sys.executable}"\nargs = ["-S", "{witness}", "breaker_open"]\n'
    program.config_file.write_text(text + server)


async def test_the_gateways_own_mcp_server_is_heard_by_a_verb_once_it_is_trusted(program: Program) -> None:
    health = ("--gateway", "route", "gateway", "health", "--json")
    async with omniroute("breaker_open") as fake:
        with_witness(program, fake.url)
        before = await program.run(*health, environ=ENVIRON)
        trusted = await program.run("servers", "trust", "omni", environ=ENVIRON)
        after = await program.run(*health, environ=ENVIRON)
    assert trusted.code == 0, trusted.err
    stranger, heard = (done.document["witnesses"][-1] for done in (before, after))
    assert (stranger["source"], stranger["standing"]) == ("MCP omniroute_get_health", "silent")
    assert stranger["said"] == "omni is untrusted: Look at what it would run, then trust it."
    assert (heard["standing"], heard["said"]) == ("disagrees", "says that all are closed, not alpha OPEN")


async def test_a_list_of_gateways_starts_no_mcp_server_and_misses_none(program: Program) -> None:
    async with omniroute() as fake:
        with_witness(program, fake.url)
        document = (await program.run("gateways", "--json", environ=ENVIRON)).document
    assert [(one["verdict"], one["note"]) for one in document["gateways"]][1] == ("ok", "")


async def test_without_a_name_the_gateway_in_here_answers(program: Program) -> None:
    configured(program, "http://127.0.0.1:9")
    done = await program.run("gateway", "health", "--json", environ=ENVIRON)
    assert (done.document["gateway"], done.document["witnesses"]) == ("embedded", [])
    unknown = await program.run("gateway", "health", "--gateway", "rout", environ=ENVIRON)
    assert unknown.code == 2
    assert "Did you mean 'route'?" in unknown.err
