"""Verbs print to a terminal too: nothing foreign passes a control sequence there, and JSON escapes it."""

import json
import sys
from pathlib import Path

import pytest

from tests.e2e.escapes import sequences
from tests.e2e.terminal import terminal
from tests.e2e.test_hostile_text import SERVER, reply
from tests.fakes.llm_endpoint import LlmEndpoint

pytestmark = [pytest.mark.pty, pytest.mark.xdist_group("pty-verbs")]

EVIL = ["--server", f"evil={sys.executable} {SERVER}"]
VERBS = {
    "servers list": ["servers", "list"],
    "servers doctor": ["servers", "doctor", "evil"],
    "tools list": ["tools", "list"],
    "tools show": ["tools", "show", "evil.attack"],
    "tools call": ["tools", "call", "evil.attack"],
    "a call that fails": ["tools", "call", "evil.refuse"],
    "resources list": ["resources", "list"],
    "resources read": ["resources", "read", "evil", "evil://x"],
    "prompts get": ["prompts", "get", "evil.poison"],
    "an unknown tool": ["tools", "call", "evil.\x1b]0;owned\x07\x9b2J"],
}


def foreign_to_a_line(raw: bytes) -> list[str]:
    return [str(each) for each in sequences(raw) if each.body not in ("\r", "\n")]


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("verb", VERBS)
async def test_a_verb_prints_no_control_sequence(
    command: str, environ: dict[str, str], verb: str, as_json: bool
) -> None:
    arguments = [*VERBS[verb], *EVIL, *(["--json"] if as_json else [])]
    async with terminal([command, *arguments], environ, columns=200) as screen:
        await screen.ends(40)
        await screen.settles()
        assert foreign_to_a_line(bytes(screen.raw)) == []
        assert screen.raw.strip()


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
async def test_an_answer_and_its_calls_print_no_control_sequence(
    command: str, environ: dict[str, str], as_json: bool
) -> None:
    async with LlmEndpoint(reply) as endpoint:
        arguments = [
            "ask",
            "attack me",
            "--base-url",
            endpoint.base_url,
            "--model",
            "fake-1",
            "--approve",
            "all",
            *EVIL,
        ]
        async with terminal([command, *arguments, *(["--json"] if as_json else [])], environ, columns=200) as screen:
            await screen.ends(40)
            await screen.settles()
            raw = bytes(screen.raw)
    assert b"reply-text" in raw
    assert foreign_to_a_line(raw) == []
    if as_json:
        assert all(json.loads(line) for line in raw.decode().splitlines() if line.startswith("{"))


async def test_a_broken_setting_is_quoted_without_its_escapes(command: str, environ: dict[str, str]) -> None:
    file = Path(environ["MCP_TUI_HOME"]) / "config" / "config.toml"
    file.parent.mkdir(parents=True, mode=0o700)
    file.write_text('"\\u001b]0;owned\\u0007\\u009b2J" = 1\n')
    async with terminal([command], environ, columns=200) as screen:
        assert await screen.ends() == 2
        await screen.settles()
        assert foreign_to_a_line(bytes(screen.raw)) == []
        assert "owned" in screen.text
