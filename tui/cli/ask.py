"""`mcp-tui ask`: one turn of the same engine, printed as it happens."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tui.bus import Inbox
from tui.cli.addressing import settled
from tui.cli.invocation import Invocation
from tui.cli.output import Output
from tui.domain import events as e
from tui.domain.clock import SystemClock
from tui.domain.completion import FailureKind, Outcome
from tui.domain.errors import ConnectError, UsageError
from tui.domain.ids import CallId
from tui.domain.jsonable import event_name, jsonable, nested_too_deeply
from tui.domain.messages import TextPart
from tui.domain.servers import ToolResult
from tui.domain.text import clean, clean_line
from tui.engine import Engine

MAX_PROMPT = 4 * 1024 * 1024
EXIT_CODES: dict[Outcome, int] = {"complete": 0, "failed": 1, "partial": 5, "cancelled": 130}
FAILURE_EXIT_CODES: dict[FailureKind | None, int] = {"provider-down": 3, "no-route": 3, "timeout": 3, "budget": 4}


_MODELS_HINT = "Give --model PROVIDER/MODEL, or `model` under [chat]; `mcp-tui gateway models` lists them."
_PROVIDERS_HINT = "Set OPENROUTER_API_KEY or OPENAI_API_KEY, start Ollama, `mcp-tui providers add groq`, or try --demo."


def exit_code(outcome: Outcome, failure: FailureKind | None) -> int:
    """Returns the exit code for how a turn or a request ended."""
    if outcome == "failed" and failure in FAILURE_EXIT_CODES:
        return FAILURE_EXIT_CODES[failure]
    return EXIT_CODES[outcome]


def ask(call: Invocation) -> int:
    """Asks once and prints the answer as it arrives."""
    typed = frozenset(spec.name for spec in call.settings.servers if spec.origin == "command line")
    turn = Ask(call.output, read_prompt(call.given.prompt), required_servers=typed)
    return call.on_engine(turn.run)


def read_prompt(argument: str) -> str:
    """Returns the question from the argument or, for `-`, from standard input. Raises UsageError when empty."""
    if argument != "-":
        text = argument
    elif sys.stdin.isatty():
        raise UsageError("Nothing to ask.", "Write the question behind `mcp-tui ask`, or pipe it in.")
    else:
        text = sys.stdin.read(MAX_PROMPT + 1)
    if len(text) > MAX_PROMPT:
        raise UsageError(f"The question is longer than {MAX_PROMPT:,} characters.", "Name files, do not pipe them.")
    if not text.strip():
        raise UsageError("The question is empty.", "Write the question behind `mcp-tui ask`, or pipe it in.")
    return text


@dataclass(slots=True)
class _Calls:
    """The calls of a turn, in the order they were asked for, as the last line reports them."""

    rows: dict[CallId, dict[str, Any]] = field(default_factory=dict)

    def requested(self, event: e.ToolCallRequested) -> None:
        self.rows[event.call_id] = {
            "server": event.server,
            "tool": event.tool,
            "arguments": event.arguments_json,
            "outcome": "cancelled",
            "duration_ms": 0,
        }

    def finished(self, call_id: CallId, result: ToolResult) -> None:
        if row := self.rows.get(call_id):
            row["outcome"], row["duration_ms"] = result.outcome, result.duration_ms

    @property
    def any_denied(self) -> bool:
        return any(row["outcome"] == "denied" for row in self.rows.values())


class Ask:
    """Follows one turn from the question to its last event."""

    def __init__(self, output: Output, prompt: str, *, required_servers: frozenset[str]) -> None:
        self._output = output
        self._prompt = prompt
        self._required = required_servers
        self._clock = SystemClock()
        self._calls = _Calls()
        self._turn: str | None = None
        self._line_open = False

    async def run(self, engine: Engine) -> int:
        """Returns the exit code of the turn.

        Raises UsageError when no model is chosen, ConnectError when a server that was typed is not there.
        """
        if not engine.parts.room.target:
            raise UsageError("No model is set.", _MODELS_HINT if engine.parts.settings.providers else _PROVIDERS_HINT)
        await self._connect(engine)
        inbox = engine.bus.subscribe()
        engine.send((TextPart(clean(self._prompt)),))
        try:
            return await self._follow(inbox)
        except asyncio.CancelledError:
            # A signal ended it: what arrived until then, and what it cost, is told all the same.
            await engine.cancel()
            self._told(inbox)
            raise

    async def _connect(self, engine: Engine) -> None:
        """Waits for the servers; one that was typed must be there, one from a file is only reported."""
        for status in await settled(engine):
            if status.state in ("ready", "disabled"):
                continue
            if status.name in self._required:
                raise ConnectError(f"{status.name} is {status.state}: {status.error or 'no answer'}", status.hint)
            self._output.say(f"mcp-tui: going on without {status.name}: {status.error or status.state}. {status.hint}")

    async def _follow(self, inbox: Inbox) -> int:
        while True:
            await inbox.wait()
            code = self._told(inbox)
            if code is not None:
                return code

    def _told(self, inbox: Inbox) -> int | None:
        """Prints what happened; returns the exit code once the turn is over."""
        show: Callable[[e.Event], None] = self._show_json if self._output.as_json else self._show_text
        for event in inbox.drain():
            self._note(event)
            if isinstance(event, e.TurnFinished):
                return self._finish(event)
            show(event)
        return None

    def _note(self, event: e.Event) -> None:
        match event:
            case e.UserSpoke():
                self._turn = event.turn_id
            case e.ToolCallRequested():
                self._calls.requested(event)
            case e.ToolCallFinished():
                self._calls.finished(event.call_id, event.result)
            case _:
                pass

    def _show_json(self, event: e.Event) -> None:
        """One event a line, from the moment the question was stored."""
        if self._turn is None or isinstance(event, _NOT_OF_A_TURN):
            return
        fields = jsonable(event)
        at = fields.pop("at", None) or self._clock.wall()
        fields.pop("turn_id", None)
        self._output.event({"event": event_name(event), "turn_id": self._turn, "at": at, **fields})

    def _show_text(self, event: e.Event) -> None:
        match event:
            case e.TextArrived():
                self._output.text(event.text, end="")
                self._line_open = not event.text.endswith("\n")
            case e.AttemptFinished() if event.attempt.will_retry:
                self._end_line()
                self._output.say(f"· {event.attempt.reason}")
            case e.FallbackHappened():
                self._output.say(f"· {event}")
            case e.ToolCallRequested():
                self._end_line()
                self._output.say(f"▸ {event.server}.{event.tool} {clean_line(event.arguments_json, 160)}")
            case e.ToolCallFinished():
                detail = "" if event.result.outcome == "ok" else f": {clean_line(event.result.text, 300)}"
                self._output.say(f"  {event.result.outcome} {event.result.duration_ms} ms{detail}")
            case e.NoticePosted():
                self._output.say(f"· {event.text} {event.hint}".rstrip())
            case _:
                pass

    def _end_line(self) -> None:
        if self._line_open:
            self._output.text("")
            self._line_open = False

    def _finish(self, event: e.TurnFinished) -> int:
        if self._output.as_json:
            self._output.event(self._last_line(event))
        else:
            self._end_line()
            if event.outcome != "complete":
                self._output.say(f"mcp-tui: {event.outcome}: {event.reason}")
                if event.hint:
                    self._output.say(f"  {event.hint}")
        return self._exit_code(event)

    def _last_line(self, event: e.TurnFinished) -> dict[str, Any]:
        return {
            "event": "turn_finished",
            "turn_id": event.turn_id,
            "at": event.at,
            "outcome": event.outcome,
            "reason": event.reason,
            "hint": event.hint,
            "text": event.text,
            "tool_calls": [{**row, "arguments": _parsed(row["arguments"])} for row in self._calls.rows.values()],
            "usage": event.usage,
            "cost_microusd": event.cost.microusd,
            "cost_source": event.cost.source,
            "route": event.route,
            "duration_ms": event.duration_ms,
        }

    def _exit_code(self, event: e.TurnFinished) -> int:
        """A call that policy denied makes 4 even when the model found another answer: part of the wish was refused."""
        if event.outcome == "complete" and self._calls.any_denied:
            return 4
        return exit_code(event.outcome, event.failure)


def _parsed(arguments_json: str) -> Any:
    """The arguments as JSON; as text when the JSON is broken or too deep to be printed."""
    try:
        parsed = json.loads(arguments_json)
    except (ValueError, RecursionError):
        return arguments_json
    return arguments_json if nested_too_deeply(parsed) else parsed


_NOT_OF_A_TURN = (
    e.EngineReady,
    e.TargetChanged,
    e.ServerChanged,
    e.ServerRemoved,
    e.CatalogChanged,
    e.ServerLogged,
    e.FrameSeen,
    e.ChatOpened,
    e.MessageQueued,
    e.GatewaySampled,
    e.Logged,
)
