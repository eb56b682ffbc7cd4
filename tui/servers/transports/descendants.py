"""Everything a server started, wherever it went: told by a token in the environment that its descendants inherit.

A daemon leaves the process group, the session and the tree of parents, but not its environment. Becoming the reaper of
all orphans instead (PR_SET_CHILD_SUBREAPER) would also bring us the browser and the editor a person opened from here,
with nothing to tell them apart. Works where /proc shows environments (Linux).

A server that means to leave something running takes the token out of that one's environment, or its definition sets it
to nothing.
"""

import asyncio
import os
import secrets
import signal
from contextlib import suppress
from pathlib import Path

TOKEN_NAME = "MCP_TUI_CHILD"  # noqa: S105 (the name of a variable)
_PROC = Path("/proc")
_TOKEN_BYTES = 16
_POLL_S = 0.02
_ROUNDS = 5
"""Of looking again: a process may start another one while it is being ended."""


def new_token() -> str:
    """Returns a token nobody else has."""
    return secrets.token_hex(_TOKEN_BYTES)


def is_token(text: str) -> bool:
    """Returns whether `text` can be a token."""
    return len(text) == 2 * _TOKEN_BYTES and all(sign in "0123456789abcdef" for sign in text)


def token_of(pid: int) -> str:
    """Returns the token a process was started with; empty without one, or when it cannot be told."""
    with suppress(OSError):
        for entry in (_PROC / str(pid) / "environ").read_bytes().split(b"\0"):
            name, _, value = entry.partition(b"=")
            if name == TOKEN_NAME.encode():
                token = value.decode("ascii", "replace")
                return token if is_token(token) else ""
    return ""


def bearers(token: str) -> list[int]:
    """Returns the processes that live with this token; takes about ten milliseconds for a thousand processes."""
    with suppress(OSError):
        return [int(name) for name in os.listdir(_PROC) if name.isdecimal() and token_of(int(name)) == token]
    return []


async def end(token: str, grace_s: float) -> None:
    """Ends all who bear the token: SIGTERM, and after `grace_s` SIGKILL to who is still there."""
    if not signal_bearers(token, signal.SIGTERM):
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(grace_s):
            while bearers(token):  # noqa: ASYNC110 (nobody tells when a process that is not our child ends)
                await asyncio.sleep(_POLL_S)
    kill(token)


def kill(token: str) -> int:
    """Ends all who bear the token at once. Returns how many there were."""
    killed: set[int] = set()
    for _ in range(_ROUNDS):
        found = signal_bearers(token, signal.SIGKILL)
        if not found:
            break
        killed.update(found)
    return len(killed)


def signal_bearers(token: str, number: signal.Signals) -> list[int]:
    """Returns who was there to receive it."""
    found = bearers(token) if token else []
    for pid in found:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
    return found
