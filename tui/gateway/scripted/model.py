"""The demo's model: rules that call the tools they are offered and quote what comes back. It says what it is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.gateway.scripted.arguments import PATH, arguments_for
from tui.gateway.scripted.choosing import OfferedTool, offered_tools, ranked
from tui.gateway.scripted.report import Result, report

MAX_PARALLEL = 6
_CLAUSES = re.compile(r"\s*(?:[;?!]|,?\s+(?:and then|then|and|also)\s)\s*", re.IGNORECASE)
_MANY = re.compile(r"\b(all|every|each|which|logs)\b", re.IGNORECASE)

_WHO = "I am a **rule-based demo model**: I match words and call tools; no neural network is at work here."


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call the model makes."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model replies: text, calls, or both."""

    text: str = ""
    calls: tuple[Wanted, ...] = ()


def answer(body: Mapping[str, Any]) -> Answer:
    """Returns the reply to a Chat Completions request body."""
    messages = [message for message in body.get("messages") or () if isinstance(message, dict)]
    tools = offered_tools(body)
    last_user = max((i for i, message in enumerate(messages) if message.get("role") == "user"), default=-1)
    sentence = text_of(messages[last_user]) if last_user >= 0 else ""
    since = messages[last_user + 1 :]
    results = _results(since)
    if results:
        more = _next_reads(tools, sentence, results)
        return Answer("Those look right; reading them.", more) if more else Answer(_report(results))
    calls = _first_calls(tools, sentence)
    if calls:
        names = ", ".join(f"`{call.tool}`" for call in calls)
        return Answer(f"Let me use {names}.", calls)
    return Answer(_introduction(tools, sentence))


def text_of(message: Mapping[str, Any]) -> str:
    """Returns the text of a message whose content is a string or a list of parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def _results(messages: Sequence[Mapping[str, Any]]) -> list[Result]:
    """Pairs results with the calls they answer."""
    functions: dict[str, Mapping[str, Any]] = {}
    for message in messages:
        for call in message.get("tool_calls") or ():
            functions[call.get("id")] = call.get("function", {})
    answers = [message for message in messages if message.get("role") == "tool"]
    return [_result(functions.get(str(message.get("tool_call_id")), {}), message) for message in answers]


def _result(function: Mapping[str, Any], message: Mapping[str, Any]) -> Result:
    return Result(str(function.get("name", "?")), str(function.get("arguments", "")), text_of(message))


def _first_calls(tools: Sequence[OfferedTool], sentence: str) -> tuple[Wanted, ...]:
    found: list[Wanted] = []
    for clause in _clauses(sentence):
        previous = next((tool for tool in tools if found and tool.name == found[-1].tool), None)
        wanted = _best_call(tools, clause, previous)
        if wanted and wanted not in found:
            found.append(wanted)
    return tuple(found[:MAX_PARALLEL])


def _clauses(sentence: str) -> list[str]:
    """Cuts a sentence where another wish begins; what follows a colon is one text."""
    wishes, colon, text = sentence.partition(": ")
    clauses = [clause for clause in _CLAUSES.split(" ".join(wishes.split())) if clause.strip()] or [sentence]
    return [*clauses[:-1], clauses[-1] + colon + text]


def _best_call(tools: Sequence[OfferedTool], clause: str, previous: OfferedTool | None) -> Wanted | None:
    candidates = ranked(tools, clause)
    if not candidates and previous and PATH.search(clause):
        candidates = [previous]
    for tool in candidates:
        arguments = arguments_for(tool.schema, clause)
        if arguments is not None:
            return Wanted(tool.name, arguments)
        if "path" in (tool.schema.get("required") or ()):
            # No path was named: look what there is first.
            return next((Wanted(lister.name, {}) for lister in ranked(tools, "list files")[:1]), None)
    return None


def _next_reads(tools: Sequence[OfferedTool], sentence: str, results: Sequence[Result]) -> tuple[Wanted, ...]:
    """After a listing or a search for several files, reads what was found, all at once."""
    reader = next(
        (tool for tool in ranked(tools, "read file") if "path" in (tool.schema.get("properties") or {})), None
    )
    if reader is None or not _MANY.search(sentence) or any(result.tool == reader.name for result in results):
        return ()
    looked = [result for result in results if re.search(r"list|search", result.tool)]
    paths = dict.fromkeys(path for result in looked for path in PATH.findall(result.text))
    if "log" in sentence.lower():
        paths = dict.fromkeys(path for path in paths if "log" in path)
    return tuple(Wanted(reader.name, {"path": path}) for path in list(paths)[:MAX_PARALLEL])


def _report(results: Sequence[Result]) -> str:
    return f"{report(results)}\n\n*{_WHO}*"


def _introduction(tools: Sequence[OfferedTool], sentence: str) -> str:
    asked = " ".join(sentence.split())[:80]
    lines = [_WHO, ""]
    if not tools:
        return "\n".join([*lines, "No tools were offered with this message, so all I can do is say hello."])
    if asked:
        lines += [f"Nothing in “{asked}” told me which of my {len(tools)} tools to use.", ""]
    examples = _examples(tools)
    lines += ["Try one of these:", "", *(f"- {example}" for example in examples)]
    return "\n".join(lines)


_EXAMPLES = (
    ("list_files", "list the files"),
    ("search_files", "which logs mention a timeout?"),
    ("read_file", "read notes.md"),
    ("slow_count", "start a slow job with 6 steps"),
    ("flaky_fetch", "fetch a page that fails"),
    ("ask_name", "ask me for my name"),
    ("divide", "divide 84 by 2 and roll a die with 20 sides"),
    ("write_note", 'write a note "Shopping": tea and biscuits'),
)


def _examples(tools: Sequence[OfferedTool]) -> list[str]:
    names = " ".join(tool.name for tool in tools)
    fitting = [sentence for name, sentence in _EXAMPLES if name in names]
    return fitting or [f"use {tool.name}" for tool in tools[:5]]
