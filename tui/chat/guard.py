"""What watches over a turn: whose words the model has just read, what it repeats, how much it has used."""

import json
from dataclasses import dataclass, field

from tui.domain.ids import ServerName
from tui.domain.servers import ToolInfo
from tui.domain.text import CleanText, clean_line

Subject = tuple[ServerName, str]
"""A server and one of its tools, by the server's own name for it."""


def has_side_effects(tool: ToolInfo, *, believed: bool) -> bool:
    """Whether a call may change something, as far as anybody but its server knows.

    Source: MCP, Tool annotations: "clients MUST consider tool annotations to be untrusted unless they come from trusted
    servers".
    """
    return not (believed and tool.read_only)


def shown_name(tool: ToolInfo) -> CleanText:
    """Returns `server.tool`, safe to show."""
    return clean_line(f"{tool.server}.{tool.name}")


@dataclass(frozen=True, slots=True)
class _Read:
    server: ServerName
    name: CleanText
    private: bool
    foreign: bool


@dataclass(slots=True)
class Taint:
    """What the model has read from tools in this turn; any of it may hold instructions meant for the model."""

    _reads: list[_Read] = field(default_factory=list)

    def read(self, tool: ToolInfo, *, believed: bool) -> None:
        """Notes that the model was given this tool's output.

        That it is private is believed of any server, that nobody outside had a hand in it only of some.
        """
        closed = not tool.open_world
        self._reads.append(_Read(tool.server, shown_name(tool), private=closed, foreign=not (closed and believed)))

    def last_read(self) -> CleanText:
        """Returns the `server.tool` read last, empty when nothing was read."""
        return self._reads[-1].name if self._reads else CleanText("")

    def carries_out(self, tool: ToolInfo, *, believed: bool) -> CleanText:
        """Returns what a call could give away to somebody outside, empty when nothing.

        Private data, foreign words that may steer the model and a way out, all in one turn, are how data is stolen.
        """
        if believed and not tool.open_world:
            return CleanText("")
        private = [read.name for read in self._reads if read.private and read.server != tool.server]
        return private[-1] if private and any(read.foreign for read in self._reads) else CleanText("")


@dataclass(slots=True)
class Ceiling:
    """An amount that may be used; raising it allows the same amount once more."""

    step: float
    used: float = 0
    limit: float = field(init=False)

    def __post_init__(self) -> None:
        self.limit = self.step

    @property
    def reached(self) -> bool:
        return self.used >= self.limit

    def lift(self) -> None:
        """Allows one more step from here."""
        self.limit = max(self.limit, self.used) + self.step


@dataclass(slots=True)
class Repeats:
    """Counts what a model does again in the same words."""

    allowed: int
    _seen: dict[str, Ceiling] = field(default_factory=dict)

    def of_call(self, tool: ToolInfo, arguments_json: str) -> Ceiling:
        """Returns the count of a call; the order of the arguments' names makes no difference."""
        arguments = json.dumps(json.loads(arguments_json), sort_keys=True)
        return self._of(f"{tool.model_name} {arguments}")

    def of_text(self, text: str) -> Ceiling:
        """Returns the count of a reply's text."""
        return self._of(f"text {text.strip()}")

    def _of(self, key: str) -> Ceiling:
        return self._seen.setdefault(key, Ceiling(self.allowed))


_CALL_MARKS = ("<tool_call>", "<function=", "<|python_tag|>", "<|tool_call", "[TOOL_CALLS]", "<｜tool▁calls▁begin｜>")


def call_in_text(text: str) -> bool:
    """Whether an answer spells a tool call out as text, as models do whose chat template does not fit."""
    return any(mark in text for mark in _CALL_MARKS)
