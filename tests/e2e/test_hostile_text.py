"""Everything foreign attacks the terminal at once; only the screen library's own sequences may reach it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.escapes import foreign
from tests.e2e.terminal import Terminal, alive, descendants, terminal
from tests.fakes.hostile_text import hostile
from tests.fakes.llm_endpoint import LlmEndpoint, Reply, Seen, calls, chunk, ending, fail, models, raw
from tests.fakes.llm_replies import EVENT_STREAM
from tui.ui.dialogs.dialog import ARMED_AFTER_S

pytestmark = [pytest.mark.pty, pytest.mark.xdist_group("pty")]

SERVER = Path(__file__).parents[1] / "fakes" / "hostile_server.py"
BARE = [sys.executable, "-m", "tests.e2e.programs.bare_driver"]
ESC = "\x1b"


def reply(seen: Seen) -> Reply:
    """Asks for the attacking tool, then answers with attacking text; `please fail` gets an attacking error."""
    last = seen.last_message
    said = json.dumps(last.get("content"))
    if "please fail" in said:
        return fail(400, {"error": {"message": hostile("error-body"), "type": hostile("error-type"), "code": "x"}})
    if last.get("role") == "user" and "attack me" in said:
        return calls([("evil__attack", {"text": hostile("call-argument")})], text=hostile("before-call"))
    thinking = chunk({"reasoning_content": hostile("reasoning")})
    texts = ["z" * 100_000, hostile("reply-text"), f"\n\n```python\n{hostile('code')}\n```\n", "\n\nthe reply ends"]
    body = (thinking, *(chunk({"content": text}) for text in texts), *ending())
    return raw(*body, headers=EVENT_STREAM)


def toml_text(text: str) -> str:
    """Returns `text` as a basic string of TOML; NUL is left out, which settings refuse."""
    return '"' + "".join(f"\\U{ord(char):08x}" for char in text if char != "\0") + '"'


@asynccontextmanager
async def attacked(
    command: list[str], environ: dict[str, str], home: Path, rows: int = 50, columns: int = 150
) -> AsyncIterator[Terminal]:
    """Runs the app among a hostile server, endpoint, working directory, theme and setting."""
    files = home / "files"
    files.mkdir()
    (files / hostile("file-name").replace("\0", "").replace("/", "")[:80]).write_text("x")
    themes = Path(environ["MCP_TUI_HOME"]) / "config" / "themes"
    themes.mkdir(parents=True, mode=0o700)
    (themes / "\x1b]0;owned\x07[x].toml").write_text('name = "\\u001b[31mred"\n[colors]\nx = 1\n')
    (themes.parent / "config.toml").write_text(f"[ui]\ntheme = {toml_text(hostile('theme-setting'))}\n")
    environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    entries = ["fake-1", hostile("model-id")]
    async with LlmEndpoint(reply, models_reply=models(entries)) as endpoint:
        server = f"evil={sys.executable} {SERVER}"
        arguments = ["--base-url", endpoint.base_url, "--model", "fake-1", "--server", server]
        async with terminal([*command, *arguments], environ, rows, columns, files) as screen:
            yield screen


async def answer(screen: Terminal, key: str, gone: str) -> None:
    """Presses a key once the dialog takes one: what is typed sooner answers nothing."""
    await asyncio.sleep(ARMED_AFTER_S + 0.1)
    screen.send(key)
    await screen.hides(gone)


async def chat_with_a_call(screen: Terminal) -> None:
    await screen.shows("1/1 servers")
    screen.send("attack me")
    await screen.shows("› attack me")
    screen.send("\r")
    await screen.shows("y once")
    await screen.shows("[@click=app.quit]quit[/]")
    await answer(screen, "y", "y once")
    await screen.shows("elicitation-message")
    await answer(screen, "\x13", "elicitation-message")
    await screen.shows("the reply ends")
    screen.send(f"{ESC}[Z")  # the transcript has the focus
    await screen.settles()
    screen.send("\x0f")  # unfolds every call
    await screen.settles()
    await screen.until(lambda: (screen.send("k"), "result-text" in screen.text)[1], "the unfolded result")
    screen.send("Gi")
    await screen.settles()


async def a_refused_turn(screen: Terminal) -> None:
    screen.send("please fail\r")
    await screen.shows("error-body")


async def hostile_paste_and_completion(screen: Terminal) -> None:
    screen.paste(hostile("pasted").replace("\x1b[201~", ""))
    await screen.shows("end-pasted")
    screen.send("\r")
    await screen.shows("Ask, or / for commands")
    screen.send("@")
    await screen.shows("evil:evil://")
    await screen.shows("@file-name")
    screen.send("\x7f")
    await screen.hides("evil:evil://")
    screen.send("/evil")
    await screen.shows("prompt-description")
    screen.send(ESC)
    await screen.hides("prompt-description")
    screen.send("\x10")
    await screen.shows("Search")
    screen.send("evil")
    await screen.shows("Reconnect evil")
    screen.send(ESC)
    await screen.hides("Reconnect evil")
    screen.send("\x14")
    await screen.shows("Model or combo")
    screen.send(ESC)
    await screen.hides("Model or combo")


async def every_screen(screen: Terminal) -> None:
    screen.send(f"{ESC}2")
    await screen.shows("instructions")
    screen.send("c")
    await screen.shows("resource templates")
    screen.send("l")
    await screen.shows("stderr")
    screen.send(f"l{ESC}3")
    await screen.shows("tool-description")
    for _ in range(6):
        screen.send("j")
    screen.send(f"{ESC}4")
    await screen.shows("Trace")
    screen.send("t")
    await screen.shows("tools/list")
    screen.send(f"{ESC}5")
    await screen.shows("fake-1")
    screen.send(f"{ESC}6")
    await screen.shows("attack me")
    screen.send("r")
    await screen.shows("Rename the chat")
    screen.paste(hostile("renamed"))
    await screen.shows("<U+0084>")
    screen.send("\r")
    await screen.hides("Rename the chat")
    screen.send(f"{ESC}7")
    await screen.shows("logger")
    screen.send("k")
    await screen.shows("log-notification")


TOURS: list[Callable[[Terminal], Awaitable[None]]] = [
    chat_with_a_call,
    a_refused_turn,
    hostile_paste_and_completion,
    every_screen,
]


@pytest.mark.parametrize("bare", [False, True], ids=["guarded", "cleaned-only"])
async def test_no_foreign_sequence_reaches_the_terminal(
    command: str, environ: dict[str, str], tmp_path: Path, bare: bool
) -> None:
    async with attacked(BARE if bare else [command], environ, tmp_path) as screen:
        for tour in TOURS:
            await tour(screen)
        children = descendants(screen.pid)
        screen.send("\x11")
        assert await screen.ends() == 0
        assert [str(each) for each in foreign(bytes(screen.raw))] == []
        assert not [pid for pid in children if alive(pid)]
