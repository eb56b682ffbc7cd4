"""Faults of remote servers as data: what a server answers to a call, and what the call must come to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.mcp_http import Reply
from tests.faults.mcp.scripted_http import ECHO, LONG, NEW, OLD, SAFE, Message, Script, asks, error, form, ok, result


@dataclass(frozen=True)
class HostCase:
    """One fault; `sent` is how many requests the call may cost, `greeted` how many handshakes."""

    row: str
    name: str
    script: Script
    outcome: str
    text: str = ""
    sent: int = 1
    greeted: int = 1
    era: str = OLD
    tool: Mapping[str, Any] = field(default_factory=lambda: ECHO)

    def __str__(self) -> str:
        return f"{self.row}-{self.name.replace(' ', '-')}"


def always(reply: Callable[[Message], Reply | None]) -> Script:
    return lambda message, _: reply(message)


def first(reply: Callable[[Message], Reply | None]) -> Script:
    """Goes wrong once, then works."""
    return lambda message, number: reply(message) if number == 1 else ok(message)


def gone(_: Message) -> Reply:
    return 404, {"content-type": "text/plain"}, b"no such session"


def busy(wait: str) -> Callable[[Message], Reply]:
    return lambda _: (429, {"retry-after": wait}, b"slow down")


def rounds(count: int) -> Script:
    """Asks `count` times before it answers."""
    return lambda message, number: asks(message, f"s{number}", q=form()) if number <= count else ok(message)


def page(message: Message) -> Reply:
    wanted = {"mode": "url", "message": "Sign here", "url": "https://pages.invalid/x", "elicitationId": "e1"}
    return error(message, -32042, "a page first", elicitations=[wanted])


def task(message: Message, number: int) -> Reply:
    """Creates a task, works for one poll, then has the result."""
    if message["method"] == "tools/call":
        return result(message, task={"taskId": "t1", "status": "working", "pollInterval": 1})
    if message["method"] == "tasks/get":
        return result(message, taskId="t1", status="working" if number == 2 else "completed", pollInterval=1)
    return ok(message, "worked")


CASES = (
    HostCase("control", "nothing wrong", always(ok), "ok", "done"),
    HostCase("control", "nothing wrong in the new era", always(ok), "ok", "done", era=NEW),
    HostCase("M43", "a forgotten session and a call with side effects", first(gone), "error", "HTTP 404", greeted=2),
    HostCase("M43", "a forgotten session and a call that may be repeated", first(gone), "ok", "done", 2, 2, tool=SAFE),
    HostCase("M43", "a session that is always forgotten", always(gone), "error", "HTTP 404", 2, 2, tool=SAFE),
    HostCase("M45", "the line drops before the answer", first(lambda _: None), "error", "connect", era=NEW, greeted=2),
    HostCase("M48", "a limit with a short wait", first(busy("0")), "ok", "done", sent=2),
    HostCase("M48", "a limit that stays", always(busy("0")), "error", "HTTP 429", sent=4),
    HostCase("M48", "a limit with a long wait", always(busy("3600")), "error", "try again after 3600"),
    HostCase("M48", "a limit with a broken wait", always(busy("soon")), "error", "HTTP 429"),
    HostCase("M50", "five rounds of questions", rounds(5), "ok", "done", sent=6, era=NEW),
    HostCase("M50", "questions without end", rounds(99), "error", "kept asking", sent=6, era=NEW),
    HostCase(
        "M50",
        "an unknown kind of question",
        always(lambda message: asks(message, "s", q={"method": "telepathy/read", "params": {}})),
        "error",
        era=NEW,
    ),
    HostCase(
        "M50",
        "a state of two million characters",
        always(lambda message: asks(message, "s" * 2_000_000, q=form())),
        "error",
        "characters kept",
        era=NEW,
    ),
    HostCase(
        "M51",
        "sampling that was never offered",
        always(
            lambda message: asks(
                message, "s", q={"method": "sampling/createMessage", "params": {"messages": [], "maxTokens": 5}}
            )
        ),
        "error",
        era=NEW,
    ),
    HostCase("protocol", "a page to visit first", first(page), "ok", "done", sent=2),
    HostCase("protocol", "a page that is never enough", always(page), "error", "visit a page", sent=2),
    HostCase("protocol", "a tool that runs as a task", task, "ok", "worked", sent=4, tool=LONG),
)
