"""Keys are kept for one scheme, host and port, and used from there."""

from tests.fakes.llm_endpoint import LlmEndpoint, say
from tests.integration.cli.program import Program

KEY = "sk-canary-77aa01d2e9"


async def test_a_stored_key_goes_to_its_own_endpoint(program: Program) -> None:
    async with LlmEndpoint([say("Hello.")]) as endpoint:
        program.config_file.write_text(
            f'[[providers]]\nname = "mine"\nbase_url = "{endpoint.base_url}"\nkeyring = true\n'
            'models = [{ id = "m" }]\n[chat]\nmodel = "mine/m"\n'
        )
        kept = await program.run("keys", "set", "mine", "--in-file", stdin=f"{KEY}\n")
        assert kept.code == 0, kept.err
        done = await program.run("ask", "Hi")
        assert done.out == "Hello.\n"
        assert endpoint.requests[0].headers["authorization"] == f"Bearer {KEY}"
    [file] = program.home.rglob("keys.json")
    assert file.stat().st_mode & 0o777 == 0o600
    assert KEY not in kept.out + kept.err + done.err


async def test_an_empty_key_is_refused(program: Program) -> None:
    done = await program.run("keys", "set", "openai", "--in-file", stdin="\n")
    assert done.code == 2
    assert list(program.home.rglob("keys.json")) == []


async def test_an_unknown_provider_is_told(program: Program) -> None:
    done = await program.run("keys", "set", "nobody", stdin="x\n")
    assert done.code == 2
    assert "openai" in done.err
