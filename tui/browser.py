"""The person's own browser: how a page is handed to it, and what to do where there is none."""

import asyncio
import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence

from tui.domain.errors import CallError
from tui.domain.links import link_problem

_WAIT_S = 5.0
"""An opener that has not ended by then is the browser itself."""
_IN_TERMINALS = frozenset({"browsh", "elinks", "links", "links2", "lynx", "w3m", "www-browser"})
"""They would draw over the program."""


async def open_page(url: str, environ: Mapping[str, str], *, platform: str = sys.platform) -> None:
    """Hands a page to the person's browser. Raises CallError when it must not be opened, or cannot be from here."""
    problem = link_problem(url)
    if problem:
        raise CallError(f"The page is not opened: {problem}.")
    if not await asyncio.to_thread(_opened, openers(url, environ, platform), environ):
        raise CallError("There is no browser to open it with from here.", "Copy the address and open it yourself.")


def openers(url: str, environ: Mapping[str, str], platform: str) -> list[list[str]]:
    """Returns the commands that open a page, the person's own choice ($BROWSER) first; none without a display."""
    return [command for command in _candidates(url, environ, platform) if _usable(command, environ)]


def _candidates(url: str, environ: Mapping[str, str], platform: str) -> Iterator[list[str]]:
    for chosen in environ.get("BROWSER", "").split(os.pathsep):
        yield _chosen(chosen, url)
    if platform == "darwin":
        yield ["open", url]
    elif platform == "win32":
        yield ["rundll32", "url.dll,FileProtocolHandler", url]
    else:
        if environ.get("WSL_DISTRO_NAME"):
            yield ["wslview", url]
        if environ.get("TERMUX_VERSION"):
            yield ["termux-open-url", url]
        if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
            yield ["xdg-open", url]
            yield ["gio", "open", url]


def _chosen(command: str, url: str) -> list[str]:
    """The address takes the place of `%s`, or comes last."""
    try:
        words = shlex.split(command)
    except ValueError:
        return []
    return [word.replace("%s", url) for word in words] if "%s" in command else [*words, url]


def _usable(command: Sequence[str], environ: Mapping[str, str]) -> bool:
    if len(command) < 2 or os.path.basename(command[0]) in _IN_TERMINALS:
        return False
    return shutil.which(command[0], path=environ.get("PATH")) is not None


def _opened(commands: Sequence[Sequence[str]], environ: Mapping[str, str]) -> bool:
    """Returns whether one of the commands took the page; may wait some seconds for each."""
    return any(_took(command, environ) for command in commands)


def _took(command: Sequence[str], environ: Mapping[str, str]) -> bool:
    try:
        # No terminal and none of our pipes: nothing of it is drawn here, and it outlives us.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=dict(environ),
        )
    except (OSError, ValueError):
        return False
    try:
        return process.wait(_WAIT_S) == 0
    except subprocess.TimeoutExpired:
        threading.Thread(target=process.wait, daemon=True, name="browser").start()
        return True
