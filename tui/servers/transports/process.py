"""A server's process: started in a group of its own with a bare environment, ended with everything it started."""

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

from tui.domain.servers import ServerSpec
from tui.servers.transports import descendants
from tui.servers.transports.programs import batch_problem, endings, find_program
from tui.servers.transports.tether import tether, tie_after_fork

_WINDOWS_NAMES = (
    "APPDATA HOMEDRIVE HOMEPATH LOCALAPPDATA PATH PATHEXT PROCESSOR_ARCHITECTURE SYSTEMDRIVE SYSTEMROOT TEMP TMP"
    " USERNAME USERPROFILE"
)
_POSIX_NAMES = "HOME LANG LC_ALL LOGNAME PATH SHELL TERM TMPDIR TZ USER"
_POLL_S = 0.01
_DAEMON_GRACE_S = 0.5


def child_environment(environ: Mapping[str, str], extra: Mapping[str, str]) -> dict[str, str]:
    """Returns what a child may know of our environment, with `extra` on top; our keys and tokens stay here."""
    names = (_WINDOWS_NAMES if sys.platform == "win32" else _POSIX_NAMES).split()
    inherited = {name: environ[name] for name in names if name in environ}
    inherited = {name: value for name, value in inherited.items() if not value.startswith("()")}
    return inherited | dict(extra)


def resolve(spec: ServerSpec) -> tuple[str, str | None]:
    """Returns the executable as the child's own PATH finds it, and the directory it runs in (None: ours).

    Raises FileNotFoundError or NotADirectoryError, with what is missing as the argument.
    """
    directory = os.path.expanduser(spec.cwd) if spec.cwd else None
    if directory and not os.path.isdir(directory):
        raise NotADirectoryError(directory)
    command = os.path.expanduser(spec.command)
    if directory and os.sep in command and not os.path.isabs(command):
        command = os.path.join(directory, command)
    found = find_program(command, child_environment(os.environ, spec.env).get("PATH", os.defpath), endings(os.environ))
    if found is None:
        raise FileNotFoundError(command)
    return found, directory


def executable_of(spec: ServerSpec) -> str:
    """Returns the path of what would be started now; empty when nothing would, or for a remote server."""
    try:
        return resolve(spec)[0] if spec.transport == "stdio" else ""
    except OSError:
        return ""


async def start(spec: ServerSpec, token: str, tied: Sequence[str] | None = None) -> asyncio.subprocess.Process:
    """Starts the server with three pipes, no terminal and a session of its own; `token` marks all it starts.

    `tied` are the words in front of the command, normally those of `tether`. Raises OSError.
    """
    command, directory = resolve(spec)
    problem = batch_problem(command, spec.args)
    if problem:
        raise OSError(errno.EINVAL, problem)
    words = tether() if tied is None else tied
    return await asyncio.create_subprocess_exec(
        *words,
        command,
        *spec.args,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=child_environment(os.environ, {descendants.TOKEN_NAME: token} | dict(spec.env)),
        cwd=directory,
        start_new_session=True,
        preexec_fn=None if words else tie_after_fork(),
    )


async def stop(process: asyncio.subprocess.Process, token: str, grace_s: float = 2.0) -> None:
    """Ends the process and all it started: stdin closes, `grace_s` later SIGTERM, `grace_s` later SIGKILL.

    Source: MCP specification, lifecycle, shutdown (stdio).
    """
    if process.stdin is not None:
        process.stdin.close()
    if await exited(process, grace_s):
        # The group may outlive its leader: a shell or npx leaves the real server behind.
        _signal_group(process, signal.SIGTERM)
        if not await _group_gone(process, min(grace_s, 0.5)):
            _signal_group(process, _KILL)
    else:
        _signal_group(process, signal.SIGTERM)
        await exited(process, grace_s)
        if not await _group_gone(process, 0):
            _signal_group(process, _KILL)
    await descendants.end(token, _DAEMON_GRACE_S)
    await exited(process, grace_s)
    transport = getattr(process, "_transport", None)
    if transport is not None:
        # A survivor that left the group may hold our pipes open; asyncio offers no public way to let go.
        with suppress(PermissionError, ProcessLookupError):
            transport.close()


async def exited(process: asyncio.subprocess.Process, timeout_s: float) -> bool:
    """Returns whether the process ended within `timeout_s`.

    Polls, because `wait` also waits for pipes that a grandchild may hold open.
    """
    deadline = asyncio.get_running_loop().time() + timeout_s
    while process.returncode is None:
        if asyncio.get_running_loop().time() >= deadline:
            return False
        await asyncio.sleep(_POLL_S)
    return True


async def _group_gone(process: asyncio.subprocess.Process, timeout_s: float) -> bool:
    deadline = asyncio.get_running_loop().time() + timeout_s
    while _signal_group(process, 0):
        if asyncio.get_running_loop().time() >= deadline:
            return False
        await asyncio.sleep(_POLL_S)
    return True


def _signal_group(process: asyncio.subprocess.Process, number: int) -> bool:
    """Returns whether anybody was there to receive it. Group and leader share the number (setsid)."""
    if sys.platform == "win32":
        if process.returncode is None and number:
            process.kill()
        return process.returncode is None
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


_KILL = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL
