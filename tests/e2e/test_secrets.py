"""A key and a token are where they were given and nowhere else: no file, argv, other server or output holds them."""

import json
import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import descendants, terminal
from tests.fakes.llm_endpoint import LlmEndpoint, Reply, Seen, fail

pytestmark = [pytest.mark.pty, pytest.mark.xdist_group("pty-verbs")]

KEY, TOKEN, HEADER = "canary-key-5f1d2c9b7e", "canary-token-81c4aa03d6", "canary-header-77e2b19f40"
TEAM = "canary-team-0c93e1f7a2"
SERVER = Path(__file__).parents[1] / "fakes" / "mcp_stdio.py"
CRASHING = [sys.executable, "-m", "tests.e2e.programs.crashing", "handler"]


def settings(port: int, base_url: str) -> str:
    arguments = json.dumps(["-S", "-E", str(SERVER), "good"])
    return f"""
[[providers]]
name = "mine"
base_url = "{base_url}"
api_key_env = "CANARY_KEY"
headers = {{ X-Team = "${{CANARY_TEAM}}" }}
models = [{{ id = "fake-1" }}]
[servers.told]
command = "{sys.executable}"
args = {arguments}
env = {{ TOKEN = "${{CANARY_TOKEN}}" }}
[servers.untold]
command = "{sys.executable}"
args = {arguments}
[servers.remote]
url = "http://127.0.0.1:{port}/mcp"
headers = {{ Authorization = "Bearer ${{CANARY_HEADER}}" }}
"""


def echo(seen: Seen) -> Reply:
    """Says the secrets it was sent in its complaint, as some servers do."""
    said = f"{seen.headers.get('authorization', 'nobody')} of {seen.headers.get('x-team', 'no team')}"
    return fail(401, {"error": {"message": f"I do not know {said}"}})


def holding(directory: Path, secrets: list[str]) -> list[str]:
    """Returns the files under a directory that hold a secret, and which."""
    files = [file for file in directory.rglob("*") if file.is_file()]
    return [f"{file}: {secret}" for file in files for secret in secrets if secret.encode() in file.read_bytes()]


async def test_secrets_stay_where_they_were_given(command: str, environ: dict[str, str]) -> None:
    secrets = [KEY, TOKEN, HEADER, TEAM]
    environ |= {"CANARY_KEY": KEY, "CANARY_TOKEN": TOKEN, "CANARY_HEADER": HEADER, "CANARY_TEAM": TEAM}
    environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    home = Path(environ["MCP_TUI_HOME"])
    async with LlmEndpoint(echo) as endpoint:
        (home / "config").mkdir(parents=True, mode=0o700)
        (home / "config" / "config.toml").write_text(settings(endpoint.port, endpoint.base_url))
        for server in ("told", "untold", "remote"):
            async with terminal([command, "servers", "trust", server], environ) as screen:
                assert await screen.ends() == (3 if server == "remote" else 0)  # nobody answers there
        shown = bytearray()
        async with terminal([*CRASHING, "--model", "mine/fake-1"], environ) as screen:
            await screen.shows("2/3 servers")
            processes = descendants(screen.pid)
            told = [pid for pid in processes if TOKEN.encode() in Path(f"/proc/{pid}/environ").read_bytes()]
            others = b"".join(Path(f"/proc/{pid}/environ").read_bytes() for pid in processes)
            started = b"".join(Path(f"/proc/{pid}/cmdline").read_bytes() for pid in {*processes, screen.pid})
            screen.send("hello\r")
            await screen.shows("failed")
            for number in "2345":
                screen.send(f"\x1b{number}")
                await screen.settles()
            screen.send("\x1b[20~")
            assert await screen.ends() == 1
            shown += screen.raw
        async with terminal([command, "sessions", "list", "--json"], environ) as screen:
            await screen.ends()
            await screen.settles()
            shown += screen.raw
    assert [seen.headers["authorization"] for seen in endpoint.requests if "chat" in seen.path][:1] == [f"Bearer {KEY}"]
    assert len(told) == 1
    assert others.count(KEY.encode()) == others.count(HEADER.encode()) == 0
    assert [secret for secret in secrets if secret.encode() in started + shown] == []
    assert list((home / "state" / "crashes").iterdir())
    assert holding(home, secrets) == []
