"""Odd terminals, odd homes, odd input: the program runs, or says in a sentence why not."""

import asyncio
import os
import re
from pathlib import Path

import pytest

from tests.e2e.terminal import terminal
from tests.fakes.llm_endpoint import LlmEndpoint, Reply, chunk, fail, raw, say

pytestmark = [pytest.mark.pty, pytest.mark.xdist_group("pty-surroundings")]

TERMINALS = {
    "NO_COLOR": {"NO_COLOR": "1"},
    "C locale": {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "linux console": {"TERM": "linux", "COLORTERM": ""},
    "vt100": {"TERM": "vt100", "COLORTERM": ""},
    "dumb": {"TERM": "dumb", "COLORTERM": ""},
    "16 colours": {"TERM": "xterm-16color", "COLORTERM": ""},
}
SGR = re.compile(rb"\x1b\[([\d;]*)m")


async def test_it_draws_on_the_terminal_also_when_stderr_is_a_file(
    command: str, environ: dict[str, str], tmp_path: Path
) -> None:
    errors = tmp_path / "errors.txt"
    async with terminal(["sh", "-c", 'exec "$0" --demo 2>"$1"', command, str(errors)], environ) as screen:
        await screen.shows("2/2 servers")
        screen.send("\x11")
        assert await screen.ends() == 0
        assert screen.modes_left_on() == set()
    assert errors.read_bytes() == b""


@pytest.mark.parametrize("name", TERMINALS)
async def test_it_runs_in_a_poor_terminal(command: str, environ: dict[str, str], name: str) -> None:
    async with terminal([command, "--demo"], {**environ, **TERMINALS[name]}) as screen:
        await screen.shows("2/2 servers")
        screen.send("\x11")
        assert await screen.ends() == 0
        assert screen.modes_left_on() == set()
        raw_bytes = bytes(screen.raw)
    if name == "NO_COLOR":
        assert {sgr for sgr in SGR.findall(raw_bytes) if has_colour(sgr)} == set()
    if name == "C locale":
        assert all(byte < 128 for byte in raw_bytes)


async def test_without_colours_only_themes_that_need_none_are_offered(command: str, environ: dict[str, str]) -> None:
    file = Path(environ["MCP_TUI_HOME"]) / "config" / "config.toml"
    file.parent.mkdir(parents=True, mode=0o700)
    file.write_text('[ui]\ntheme = "paper"\n')
    async with terminal([command, "--demo"], {**environ, "NO_COLOR": "1"}) as screen:
        await screen.shows("2/2 servers")
        assert "There is no theme" not in screen.text
        screen.send("\x1bOQ")
        await screen.shows("terminal-light")
        assert "paper" not in screen.text
        screen.send("\x11")
        assert await screen.ends() == 0


def has_colour(sgr: bytes) -> bool:
    """Whether an SGR sets anything but attributes and the terminal's own two colours (ECMA-48: 39, 49)."""
    numbers = {int(number) for number in sgr.split(b";") if number}
    return any(30 <= number <= 38 or 40 <= number <= 48 or 90 <= number <= 107 for number in numbers)


@pytest.mark.parametrize("size", [(1, 1), (5, 20)], ids=["1x1", "20x5"])
async def test_it_starts_without_room_and_fills_the_room_it_gets(
    command: str, environ: dict[str, str], size: tuple[int, int]
) -> None:
    async with terminal([command, "--demo"], environ, *size) as screen:
        await screen.until(lambda: b"\x1b[?1049h" in screen.raw, "the alternate screen")
        await screen.settles()
        screen.resize(40, 130)
        await screen.shows("2/2 servers")
        screen.send("\x11")
        assert await screen.ends() == 0


async def test_the_last_size_of_a_storm_is_the_one_it_draws(command: str, environ: dict[str, str]) -> None:
    async with terminal([command, "--demo"], environ, 30, 100) as screen:
        await screen.shows("2/2 servers")
        for storm in range(5):
            for number in range(60):
                screen.resize(1 + number * 7 % 60, 1 + number * 13 % 200)
                await asyncio.sleep(0.001 * (storm % 2))
            screen.resize(30, 100)
            await screen.until(
                lambda: "2/2 servers" in screen.lines[0] and "ctrl+q quit" in screen.lines[29], "all of it"
            )
        screen.send("still here")
        await screen.shows("still here")
        screen.send("\x11")
        assert await screen.ends() == 0


HOMES = {"spaces and emoji": "my home 🦊 %s", "a quote and a bracket": "it's [b]here[/b]"}


@pytest.mark.parametrize("name", HOMES)
async def test_any_directory_can_be_its_home(command: str, environ: dict[str, str], tmp_path: Path, name: str) -> None:
    home = tmp_path / HOMES[name]
    async with terminal([command, "--demo"], {**environ, "MCP_TUI_HOME": str(home)}) as screen:
        await screen.shows("2/2 servers")
        screen.send("\x11")
        assert await screen.ends() == 0
    assert (home / "data" / "demo.sqlite3").exists()


async def test_without_a_home_or_with_a_file_in_its_place_it_says_what_to_do(
    command: str, environ: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    async with terminal([command, "--demo"], {**environ, "MCP_TUI_HOME": str(file / "x")}) as screen:
        await screen.shows("MCP_TUI_HOME")
        screen.send("\x11")
        await screen.ends()
        assert screen.modes_left_on() == set()
        assert b"Traceback" not in screen.raw
    homeless = {name: value for name, value in environ.items() if name not in ("HOME", "MCP_TUI_HOME")}
    async with terminal([command, "--version"], homeless) as screen:
        assert await screen.ends() == 0


def replies() -> dict[str, tuple[Reply, str, bool]]:
    """What the endpoint does, what is then on the screen, and whether it is asked again at once."""
    half = chunk({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "x", "arguments": '{"a": '}}]})
    return {
        "HTML": (fail(200, "<html></html>", {"content-type": "text/html"}), "Check base_url", True),
        "a cut": (raw(chunk({"content": "half an ans"}), end="cut"), "what arrived is kept", True),
        "half a call": (raw(half, end="cut"), "what arrived is kept", True),
        "429": (fail(429), "asks to slow", False),
        "402": (fail(402), "Add credit with the provider", False),
    }


@pytest.mark.parametrize("name", replies())
async def test_a_failing_endpoint_is_a_sentence_and_the_chat_goes_on(
    command: str, environ: dict[str, str], name: str
) -> None:
    bad, words, asked_again = replies()[name]
    failing = [True]
    async with (
        LlmEndpoint(lambda seen: bad if failing else say("all is well again")) as endpoint,
        terminal([command, "--base-url", endpoint.base_url, "--model", "fake-1"], environ) as screen,
    ):
        await screen.shows("endpoint/fake-1")
        screen.send("hello\r")
        await screen.shows(words)
        failing.clear()
        screen.send("one more\r")
        await screen.shows("all is well again" if asked_again else "one more")
        screen.send("\x11")
        assert await screen.ends() == 0
        assert b"Traceback" not in screen.raw


async def test_a_missing_command_is_told_with_its_name(command: str, environ: dict[str, str]) -> None:
    async with terminal([command, "--server", "gone=/nonexistent/server"], environ) as screen:
        await screen.shows("0/1 servers")
        screen.send("\x1b2")
        await screen.shows("/nonexistent/server")
        screen.send("\x11")
        assert await screen.ends() == 0


async def test_a_paste_of_ten_megabytes_is_refused_and_the_field_still_works(
    command: str, environ: dict[str, str]
) -> None:
    async with terminal([command, "--demo"], environ) as screen:
        await screen.shows("2/2 servers")
        await screen.feed(b"\x1b[200~" + b"0123456789" * 1_000_000 + b"\x1b[201~")
        await screen.shows("The paste is longer")
        await screen.feed(os.urandom(4_000).replace(b"\x11", b"").replace(b"\x03", b"").replace(b"\x1a", b""))
        screen.resize(30, 100)
        await screen.settles()
        assert b"Traceback" not in screen.raw


BROKEN = {
    "no TOML": ("[chat\n", "TOML"),
    "an unknown key": ('[chat]\nmodle = "x"\n', "model"),
    "an unknown table": ("[chta]\n", "chat"),
    "a wrong type": ("[chat]\nmax_rounds = 'x'\n", "max_rounds"),
    "a wrong choice": ('[policy]\napprove = "sometimes"\n', "approve"),
    "a key in plain text": ('[[providers]]\nname = "openai"\napi_key = "sk-canary-1234567890"\n', "api_key_env"),
    "no URL": ('[[providers]]\nname = "x"\nbase_url = "nonsense"\n', "nonsense"),
    "no command": ("[servers.a]\nargs = []\n", "command"),
    "an unset variable": ('[servers.a]\ncommand = "x"\nargs = ["${NOT_SET_ANYWHERE}"]\n', "NOT_SET_ANYWHERE"),
    "no UTF-8": ("\udcff\n", "UTF-8"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_setting_is_told_with_file_line_and_remedy(
    command: str, environ: dict[str, str], name: str
) -> None:
    text, words = BROKEN[name]
    file = Path(environ["MCP_TUI_HOME"]) / "config" / "config.toml"
    file.parent.mkdir(parents=True, mode=0o700)
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    async with terminal([command], environ, columns=300) as screen:
        assert await screen.ends() == 2
        await screen.settles()
        assert re.search(r"config\.toml:\d+|line \d+", screen.text), screen.text
        assert words in screen.text
        assert "sk-canary" not in screen.text
