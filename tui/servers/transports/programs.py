"""Which file a server's command stands for: looked for where the child's own PATH says, and nowhere else.

A module of its own because the standard search looks into the current directory first on Windows. Nothing here is
ever handed to a shell.
"""

import os
import sys
from collections.abc import Mapping, Sequence

_BATCH_FILES = (".bat", ".cmd")
_SHELL_SIGNS = '"%&|<>^!\r\n'
"""What cmd.exe, which Windows runs batch files with, takes as its own even within quotes (CVE-2024-24576)."""


def endings(environ: Mapping[str, str], platform: str = sys.platform) -> tuple[str, ...]:
    """Returns what a program's name may end with: on Windows the endings of PATHEXT, elsewhere nothing."""
    if platform != "win32":
        return ("",)
    listed = environ.get("PATHEXT") or ".COM;.EXE;.BAT;.CMD"
    return tuple(ending.lower() for ending in listed.split(";") if ending)


def find_program(command: str, search_path: str, allowed: Sequence[str] = ("",)) -> str | None:
    """Returns the file `command` stands for, None when there is none that may be run.

    A command without a directory is looked for in the directories of `search_path`. Where endings count, `npx` is
    `npx.cmd` and not the shell script `npx` beside it.
    """
    complete = "" in allowed or command.lower().endswith(tuple(allowed))
    names = [command] if complete else [command + ending for ending in allowed]
    places = [""] if os.path.dirname(command) else [place for place in search_path.split(os.pathsep) if place]
    found = (os.path.join(place, name) for place in places for name in names)
    return next((file for file in found if os.path.isfile(file) and os.access(file, os.X_OK)), None)


def batch_problem(program: str, args: Sequence[str]) -> str | None:
    """Returns why a batch file cannot be given these arguments, None when it can or is none."""
    if not program.lower().endswith(_BATCH_FILES):
        return None
    bad = next((arg for arg in args if any(sign in arg for sign in _SHELL_SIGNS)), None)
    return None if bad is None else f"it is a batch file, which cannot be given the argument {bad!r} safely"
