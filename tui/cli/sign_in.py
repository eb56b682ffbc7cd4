"""`mcp-tui servers sign-in` and `sign-out`: OAuth without a screen, also where the browser is on another machine."""

import asyncio
import os
import sys
import threading
from contextlib import suppress

from tui.cli.addressing import not_started, only_server
from tui.cli.invocation import Invocation
from tui.domain.ids import ServerName
from tui.domain.questions import Answer, ElicitationAnswer, ElicitationQuestion, Question, refusal
from tui.engine import Engine

_SAID = {
    "signed-in": "Signed in at {}.",
    "already": "Signed in at {} already; `mcp-tui servers sign-out {}` forgets it.",
    "not-needed": "{} wants no sign-in.",
}
_REVOCATIONS = {
    "revoked": "revoked at the server, too.",
    "not-offered": "removed here; the server offers no revocation.",
    "failed": "removed here; revoking it at the server failed: ",
}
_CHUNK_BYTES = 4_096
_LINE_BYTES = 64 * 1024


def sign_in(call: Invocation) -> int:
    """Prints the page to visit on stderr and waits for the browser, or for an address pasted on stdin.

    1 when nobody signed in, 3 when the server cannot be reached.
    """
    name = ServerName(call.given.name)

    async def verb(engine: Engine) -> int:
        outcome = await engine.servers.sign_in(name, _Terminal().ask)
        if call.output.as_json:
            call.output.document({"server": name, "outcome": outcome})
        else:
            call.output.say(_SAID[outcome].replace("{}", name))
        return 0

    return call.on_engine(verb, not_started(only_server(call.settings, name)))


def sign_out(call: Invocation) -> int:
    """Forgets what a server granted and has it revoked there where the server offers that."""
    name = ServerName(call.given.name)

    async def verb(engine: Engine) -> int:
        revocation = await engine.servers.sign_out(name)
        if call.output.as_json:
            told = {"revocation": revocation.outcome, "detail": revocation.detail} if revocation else {}
            call.output.document({"server": name, "outcome": "signed-out" if revocation else "not-signed-in", **told})
        elif revocation is None:
            call.output.say(f"Nobody was signed in at {name}.")
        else:
            call.output.say(f"Signed out of {name}: {_REVOCATIONS[revocation.outcome]}{revocation.detail}")
        return 0

    return call.on_engine(verb, not_started(only_server(call.settings, name)))


class _Terminal:
    """Asks on stderr and reads stdin."""

    def __init__(self) -> None:
        self._typed: asyncio.Queue[str] | None = None

    async def ask(self, question: Question) -> Answer:
        if not isinstance(question, ElicitationQuestion):
            return refusal(question)
        print(question.message, file=sys.stderr, flush=True)
        if question.url is not None:
            print(f"\n  {question.url}\n", file=sys.stderr, flush=True)
            return ElicitationAnswer("accept")
        (field,) = (question.schema or {"properties": {"": {}}})["properties"]
        return ElicitationAnswer("accept", {field: await self._line()})

    async def _line(self) -> str:
        """Returns the next line that is not empty; waits for ever once stdin has ended: the browser may still come."""
        if self._typed is None:
            self._typed = asyncio.Queue()
            # A thread of its own: one that waits for a person must not keep the program from ending.
            reading = (asyncio.get_running_loop(), self._typed)
            threading.Thread(target=_read_lines, args=reading, daemon=True, name="stdin").start()
        return await self._typed.get()


def _read_lines(loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[str]") -> None:
    """Reads past Python's buffer, whose lock would hang the program's end."""
    waiting = b""
    # The loop may be closed before a line comes.
    with suppress(OSError, RuntimeError, ValueError):
        while chunk := os.read(sys.stdin.fileno(), _CHUNK_BYTES):
            *whole, waiting = (waiting + chunk).split(b"\n")
            waiting = waiting[:_LINE_BYTES]
            for line in filter(bytes.strip, whole):
                loop.call_soon_threadsafe(lines.put_nowait, line.decode("utf-8", "replace").strip())
