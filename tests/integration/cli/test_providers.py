"""Providers through the installed command: kept in config.toml, tried over a socket."""

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint
from tests.fakes.llm_replies import fail, models
from tests.integration.cli.program import Program

KEY = "sk-canary-5512ab09"


async def test_an_added_provider_is_tried_listed_and_removed(program: Program) -> None:
    async with LlmEndpoint(models_reply=models(["m-1", "m-2"])) as endpoint:
        added = await program.run("providers", "add", "mine", "--base-url", endpoint.base_url, "--api-key-env", "MINE")
        assert added.code == 0, added.err
        tried = await program.run("providers", "test", "mine", environ={"MINE": KEY})
        assert (tried.code, tried.out) == (0, "mine lists 2 models: m-1, m-2\n")
        assert endpoint.model_requests[-1].headers["authorization"] == f"Bearer {KEY}"
    listed = await program.run("providers", "list", "--json", environ={"MINE": KEY})
    assert [one["name"] for one in listed.document["providers"]] == ["mine"]
    assert KEY not in listed.out + tried.out + program.config_file.read_text()
    removed = await program.run("providers", "remove", "mine")
    assert removed.code == 0, removed.err
    assert "mine" not in program.config_file.read_text()


async def test_no_list_shows_what_came_out_of_the_environment(program: Program) -> None:
    program.config_file.parent.mkdir(parents=True, exist_ok=True)
    program.config_file.write_text(
        """
        providers = [{ name = "mine", base_url = "http://127.0.0.1:9/v1", headers = { X-Team = "${MINE}" } }]
        gateways = [{ name = "far", kind = "openai", url = "http://127.0.0.1:9/v1", headers = { X-Team = "${MINE}" } }]
        servers.plain = { command = "true", args = ["${MINE}"], env = { NAME = "${MINE}" } }
        """
    )
    for words in (("providers", "list"), ("servers", "list"), ("gateways",)):
        done = await program.run(*words, "--json", environ={"MINE": KEY})
        assert done.code == 0, done.err
        assert KEY not in done.out + done.err


async def test_a_refused_key_is_told_and_the_exit_code_is_3(program: Program) -> None:
    async with LlmEndpoint(models_reply=fail(401, {"error": {"message": "invalid key"}})) as endpoint:
        await program.run("providers", "add", "mine", "--base-url", endpoint.base_url, "--api-key-env", "MINE")
        done = await program.run("providers", "test", "mine", "--json", environ={"MINE": KEY})
    assert done.code == 3
    assert not done.document["ok"]
    assert done.document["summary"]


async def test_a_missing_key_names_its_variable(program: Program) -> None:
    done = await program.run("providers", "test", "groq")
    assert done.code == 3
    assert "GROQ_API_KEY" in done.out


async def test_what_the_environment_named_is_kept_with_the_first_addition(program: Program) -> None:
    done = await program.run("providers", "add", "ollama", environ={"GROQ_API_KEY": KEY})
    assert done.code == 0, done.err
    listed = await program.run("providers", "list", "--json", environ={"GROQ_API_KEY": KEY})
    assert [one["name"] for one in listed.document["providers"]] == ["groq", "ollama"]


@pytest.mark.parametrize("words", [("mine",), ("mine", "--base-url", "x"), ("groq", "--api-key-env", KEY)])
async def test_what_does_not_fit_is_refused_and_nothing_is_written(program: Program, words: tuple[str, ...]) -> None:
    done = await program.run("providers", "add", *words)
    assert done.code == 2
    assert KEY not in done.err
    assert not program.config_file.exists()
