"""A served tool: what is listed of it, who may call it, and the function that carries it out."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tui.domain.messages import Json
from tui.domain.money import Cost, MicroUsd

FREE = Cost(MicroUsd(0), "computed")


@dataclass(frozen=True, slots=True)
class Hints:
    """What a tool does to the world (MCP ToolAnnotations). They are statements of fact, not wishes."""

    read_only: bool
    destructive: bool = False
    """Of a tool that changes something: whether it may take something away."""
    idempotent: bool = False
    """Of a tool that changes something: whether doing it twice is as doing it once."""
    open_world: bool = False
    """Whether it reaches beyond this machine."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call, admitted: its caller holds the tool's scopes and its arguments fit the tool's schema."""

    arguments: Mapping[str, Json]
    allowance: MicroUsd | None = None
    """The most it may spend, set aside from its caller's budget; None when the caller has none."""


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What a tool answers. The caller reads `structured`, also as JSON in a text, unless `text` says it plainer."""

    structured: Mapping[str, Json]
    cost: Cost = FREE
    """What it cost; with an unknown cost, the caller's budget is charged what was set aside."""
    failed: bool = False
    """The tool ran and failed; `structured` says how."""
    text: str | None = None


Handler = Callable[[Call], Awaitable[ToolAnswer]]
"""Carries a call out. Raises McpTuiError, which the caller reads with its hint."""
Estimate = Callable[[Mapping[str, Json]], Awaitable[int | None]]
"""Returns the most a call of these arguments may cost, in micro-dollars; None when a price is unknown."""


@dataclass(frozen=True, slots=True)
class ServedTool:
    """One tool. Whoever adds one says which scopes it takes: there is no tool without."""

    name: str
    description: str
    input_schema: Mapping[str, Json]
    """JSON Schema 2020-12 of an object; the arguments are checked against it before the handler sees them."""
    output_schema: Mapping[str, Json]
    """Every answer is checked against it before it is sent."""
    hints: Hints
    scopes: tuple[str, ...]
    """All of them are needed."""
    handler: Handler
    aliases: tuple[str, ...] = ()
    """Other names it is called by; they always work, and are listed only on request."""
    estimate: Estimate | None = None
    """Given exactly when a call may cost money."""
    title: str = ""
