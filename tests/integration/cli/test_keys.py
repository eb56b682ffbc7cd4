"""Keys are kept for one scheme, host and port, and used from there."""

from pathlib import Path

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


BACKEND = """
import json, pathlib
from keyring.backend import KeyringBackend

FILE = pathlib.Path(__file__).with_name("ring.json")

class Ring(KeyringBackend):
    priority = 1
    def _all(self): return json.loads(FILE.read_text()) if FILE.exists() else {}
    def get_password(self, service, username): return self._all().get(username)
    def set_password(self, service, username, password):
        FILE.write_text(json.dumps(self._all() | {username: password}))
    def delete_password(self, service, username):
        FILE.write_text(json.dumps({name: key for name, key in self._all().items() if name != username}))
"""


async def test_a_key_is_removed_from_the_keyring_and_the_file_and_no_other(program: Program, tmp_path: Path) -> None:
    (tmp_path / "own_ring.py").write_text(BACKEND, "utf-8")
    ring = {"PYTHON_KEYRING_BACKEND": "own_ring.Ring", "PYTHONPATH": str(tmp_path)}
    for words in (("openai",), ("openai", "--in-file"), ("groq", "--in-file"), ("groq",)):
        assert (await program.run("keys", "set", *words, stdin=KEY, environ=ring)).code == 0
    removed = await program.run("keys", "remove", "openai", environ=ring)
    assert removed.code == 0, removed.err
    assert "keys.json and the system keyring" in removed.err
    [file] = program.home.rglob("keys.json")
    for kept in (file, tmp_path / "ring.json"):
        assert "api.openai.com" not in kept.read_text("utf-8")
        assert "api.groq.com" in kept.read_text("utf-8")
    again = await program.run("keys", "remove", "openai", environ=ring)
    assert again.code == 2
    assert "No key for openai (https://api.openai.com:443) is kept" in again.err


async def test_without_a_keyring_a_key_in_the_file_is_removed_and_none_is_told(program: Program) -> None:
    no_ring = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    assert (await program.run("keys", "set", "groq", "--in-file", stdin=KEY)).code == 0
    removed = await program.run("keys", "remove", "groq", environ=no_ring)
    assert removed.code == 0, removed.err
    again = await program.run("keys", "remove", "groq", environ=no_ring)
    assert again.code == 2
    assert "No key for https://api.groq.com:443 is kept in a file. The system keyring cannot be used" in again.err
