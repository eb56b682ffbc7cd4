"""What was called by hand, as rows of the recent calls, and what is told about a thing before it is called."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.content import Content

from tui.domain.messages import Json
from tui.domain.servers import ResourceInfo, ToolInfo, ToolResult
from tui.domain.text import clean_line
from tui.ui.format import duration, tokens
from tui.ui.widgets.lists.detail import lines
from tui.ui.widgets.lists.ink import Piece, fit, right_fit
from tui.ui.widgets.tools.catalog_list import CatalogEntry

_SIGNS = {"ok": ("✓", "ok"), "cancelled": ("–", "warn")}


@dataclass(frozen=True, slots=True)
class HandCall:
    """A call that is over."""

    entry: CatalogEntry
    values: Mapping[str, Json]
    result: ToolResult
    at: float


def call_cells(call: HandCall, width: int) -> list[Piece]:
    """Draws one recent call."""
    sign, ink = _SIGNS.get(call.result.outcome, ("✗", "bad"))
    took = duration(call.result.duration_ms)
    name = f"{clean_line(call.entry.server)}.{call.entry.label}"
    return [(f"{sign} ", ink), (fit(name, width - 11), ""), (right_fit(took, 9), "dim")]


def entry_text(entry: CatalogEntry, changes: int | None = None) -> Content:
    """Returns name, kind, what it may do, and the description; of a watched resource how often it changed."""
    thing = entry.thing
    title = Content.assemble((entry.label, "bold"), (f"   {entry.kind} of {clean_line(entry.server)}", "$dim"))
    parts: list[Content | None] = [title]
    if isinstance(thing, ToolInfo):
        parts.append(_annotations(thing))
    if isinstance(thing, ResourceInfo):
        size = "" if thing.size is None else f"   {thing.size} B"
        parts.append(Content.assemble((clean_line(thing.uri), "$code"), (f"   {thing.mime_type}{size}", "$dim")))
        if changes is not None:
            times = f", changed {changes}×" if changes else ", no change yet"
            parts.append(Content.assemble(("◉ watched", "$live"), (times, "$dim")))
    elif thing.title and thing.title != entry.label:
        parts.append(Content(thing.title))
    if thing.description:
        parts += [None, Content(thing.description)]
    return lines(parts)


def _annotations(tool: ToolInfo) -> Content:
    if tool.read_only:
        says = Content.styled("says it only reads", "$text-success")
    else:
        says = Content.styled("may destroy things" if tool.destructive else "may change things", "$text-warning")
    extras = "   only as a task" if tool.task_required else ""
    return says + Content.styled(f"   definition costs {tokens(tool.schema_tokens)} tokens a request{extras}", "$dim")
