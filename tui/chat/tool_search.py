"""Finding tools by words, for a model that cannot be told of all of them at once. Pure."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tui.domain.ids import ServerName
from tui.domain.servers import TextBlock, ToolInfo, ToolResult
from tui.domain.text import CleanText, clean_line

OWN_SERVER = ServerName("(mcp-tui)")
"""Stands for the program itself where a server is named; no server can be given this name."""
SEARCH_NAME = "search_tools"
"""No server's tool can have this model name: theirs hold a double underscore or end in a hash."""
FOUND_AT_ONCE = 8
_WORDS = re.compile(r"[a-z0-9]+|[^\W\da-z_]+", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SATURATION = 1.2
_DESCRIPTION_CHARS = 2_000
_STOP = frozenset(
    re.findall(r"\w+", "a an and are as at be by can do for from i in is it me my of on or that the this to tool with")
)


def search_tool(tools: Sequence[ToolInfo]) -> ToolInfo:
    """Returns the program's own tool that finds others among `tools`."""
    counts = Counter(tool.server for tool in tools)
    servers = ", ".join(f"{server} ({count})" for server, count in sorted(counts.items())[:40])
    return ToolInfo(
        server=OWN_SERVER,
        name=SEARCH_NAME,
        model_name=SEARCH_NAME,
        title=CleanText("Search tools"),
        description=CleanText(
            f"Finds tools by what they do. {len(tools)} tools are not all listed here, to save room; search before you "
            "say that something cannot be done. What it finds can be called from your next step on. "
            f"Servers and how many tools each has: {clean_line(servers, 1_500)}."
        ),
        input_schema={
            "type": "object",
            "properties": {"query": {"type": "string", "description": "A few words on what the tool should do."}},
            "required": ["query"],
            "additionalProperties": False,
        },
        read_only=True,
        destructive=False,
        idempotent=True,
        open_world=False,
    )


def ranked(query: str, tools: Sequence[ToolInfo], limit: int = FOUND_AT_ONCE) -> list[ToolInfo]:
    """Returns the tools that fit the query best, best first; rare words count more, words of a name three times.

    A tool named outright comes first. Nothing is returned that shares no word with the query.
    """
    wanted = set(_words(query))
    weights = [_weights(tool) for tool in tools]
    held_by = Counter(word for each in weights for word in wanted & each.keys())
    scored = []
    for index, (tool, each) in enumerate(zip(tools, weights, strict=True)):
        score = sum(
            math.log(1 + len(tools) / held_by[word]) * each[word] / (each[word] + _SATURATION)
            for word in wanted & each.keys()
        )
        if query.strip() in (tool.name, tool.model_name, f"{tool.server}.{tool.name}"):
            score += 1_000
        if score:
            scored.append((-score, index))
    return [tools[index] for _, index in sorted(scored)[:limit]]


def search_result(query: str, found: Sequence[ToolInfo]) -> ToolResult:
    """Returns what the model is told of a search."""
    if not found:
        text = CleanText(f"No tool fits {clean_line(query, 100)!r}. Try other words: what it does, or a server's name.")
    else:
        lines = (f"{tool.model_name}: {clean_line(tool.description or tool.title, 200)}" for tool in found)
        text = CleanText("These tools can be called from your next step on:\n" + "\n".join(lines))
    return ToolResult("ok", (TextBlock(text),), size=len(text))


def _weights(tool: ToolInfo) -> Counter[str]:
    counted: Counter[str] = Counter()
    for text, weight in (
        (tool.name, 3),
        (tool.title, 2),
        (tool.server, 2),
        (tool.description[:_DESCRIPTION_CHARS], 1),
        (" ".join(_properties(tool)), 1),
    ):
        for word in set(_words(text)):
            counted[word] += weight
    return counted


def _properties(tool: ToolInfo) -> Iterable[str]:
    properties = tool.input_schema.get("properties")
    return [str(name) for name in list(properties)[:50]] if isinstance(properties, dict) else []


def _words(text: str) -> list[str]:
    words = (word.lower() for word in _WORDS.findall(_CAMEL.sub(" ", text)))
    return [_stem(word) for word in words if word not in _STOP]


def _stem(word: str) -> str:
    """Plural and singular are one word; so are a verb's commonest forms."""
    for ending in ("ing", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word.removesuffix("e") if len(word) > 4 else word
