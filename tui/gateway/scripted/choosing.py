"""Which tool a sentence asks for: its words against the words of tools' names. Works with any server's tools."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.gateway.scripted.arguments import PATH

_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "show": ("read",),
    "open": ("read",),
    "print": ("read",),
    "cat": ("read",),
    "summarise": ("read",),
    "summarize": ("read",),
    "ls": ("list",),
    "there": ("list",),
    "folder": ("list", "file"),
    "directory": ("list", "file"),
    "find": ("search",),
    "grep": ("search",),
    "mention": ("search",),
    "contain": ("search",),
    "look": ("search",),
    "log": ("file",),
    "big": ("info",),
    "size": ("info",),
    "long": ("slow",),
    "job": ("slow",),
    "progress": ("slow",),
    "fail": ("flaky",),
    "page": ("fetch",),
    "download": ("fetch",),
    "http": ("fetch",),
    "greet": ("ask", "name"),
    "question": ("ask",),
    "elicit": ("ask",),
    "die": ("dice",),
    "random": ("dice",),
    "remember": ("write", "note"),
    "save": ("write",),
    "today": ("time", "date"),
    "clock": ("time",),
}
_WORD = re.compile(r"[a-z]+")
_THRESHOLD = 1.0


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """A tool as the request offers it."""

    name: str
    description: str
    schema: Mapping[str, Any]


def offered_tools(body: Mapping[str, Any]) -> tuple[OfferedTool, ...]:
    """Returns the tools of a request body; none when the request forbids them."""
    if body.get("tool_choice") == "none":
        return ()
    functions = [tool.get("function") or {} for tool in body.get("tools") or () if isinstance(tool, dict)]
    return tuple(
        OfferedTool(function["name"], str(function.get("description") or ""), function.get("parameters") or {})
        for function in functions
        if isinstance(function.get("name"), str)
    )


def ranked(tools: Sequence[OfferedTool], sentence: str) -> list[OfferedTool]:
    """Returns the tools a sentence may mean, best first; a word that few tools share counts more."""
    asked = {stem(word) for word in _WORD.findall(PATH.sub(" file ", sentence).lower())}
    wanted = asked | {other for word in asked for other in _SYNONYMS.get(word, ())}
    names = {tool.name: words_of(tool.name) for tool in tools}
    shared = {word: sum(word in words for words in names.values()) for words in names.values() for word in words}
    scores = {
        tool.name: sum(3.0 / shared[word] for word in names[tool.name] & wanted)
        + 0.2 * len(words_of(tool.description) & asked)
        for tool in tools
    }
    likely = [tool for tool in tools if scores[tool.name] >= _THRESHOLD and names[tool.name] & wanted]
    return sorted(likely, key=lambda tool: -scores[tool.name])


def words_of(text: str) -> set[str]:
    """Returns the stems of a name or a description."""
    return {stem(word) for word in _WORD.findall(text.lower()) if len(word) > 2}


def stem(word: str) -> str:
    """Returns a word without its commonest English endings."""
    for ending in ("ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word.removesuffix("s" if ending == "es" and word.endswith(("les", "tes", "ges")) else ending)
    return word
