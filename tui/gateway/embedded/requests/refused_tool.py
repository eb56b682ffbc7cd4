"""Finds the one tool a provider's refusal names, so that the request can go without it."""

import re
from collections.abc import Sequence

from tui.domain.messages import ToolSpec
from tui.gateway.upstream.events import Done

_PLACE = re.compile(r"\btools?[.\[](\d{1,3})\b", re.IGNORECASE)
_SCHEMA_WORDS = re.compile(r"schema|function|tool|parameters", re.IGNORECASE)


def refused_tool(end: Done, tools: Sequence[ToolSpec]) -> ToolSpec | None:
    """Returns the tool a 400 or 422 is about: named by its place (`tools.3`, `tools[3]`) or by its own name."""
    if end.failure != "request" or end.status not in (400, 422):
        return None
    by_place = _PLACE.search(end.reason)
    if by_place and int(by_place[1]) < len(tools):
        return tools[int(by_place[1])]
    if not _SCHEMA_WORDS.search(end.reason):
        return None
    named = [tool for tool in tools if re.search(rf"(?<![\w-]){re.escape(tool.name)}(?![\w-])", end.reason)]
    return named[0] if len(named) == 1 else None
