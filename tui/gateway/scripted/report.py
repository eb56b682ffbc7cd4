"""How the demo's model tells what tools answered: matches as a list, records as a table, the rest quoted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

_LINES = 8
_CHARS = 600
_ROWS = 12


@dataclass(frozen=True, slots=True)
class Result:
    """What one call answered."""

    tool: str
    arguments: str
    """The call's arguments as JSON."""
    text: str


def report(results: Sequence[Result]) -> str:
    """Returns a short Markdown answer made of nothing but the results."""
    return "\n\n".join(_told(result) for result in results)


def _told(result: Result) -> str:
    try:
        value = json.loads(result.text)
    except ValueError:
        return _quoted(result)
    match value:
        case {"matches": [*matches], "pattern": str(pattern)} if all(isinstance(one, dict) for one in matches):
            return _matches(pattern, matches)
        case {"files": [{}, *_] as rows} if all(isinstance(one, dict) for one in rows):
            return _table(rows)
        case int() | float() | bool() | str():
            return f"{_title(result)}: **{value}**"
        case _:
            return f"{_title(result)}:\n\n```json\n{_shortened(json.dumps(value, indent=2, ensure_ascii=False))}\n```"


def _matches(pattern: str, matches: Sequence[Mapping[str, Any]]) -> str:
    if not matches:
        return f"No file mentions **{pattern}**."
    files = [(path, list(lines)) for path, lines in groupby(matches, key=lambda match: str(match.get("path")))]
    what = "file mentions" if len(files) == 1 else "files mention"
    lines = [f"{len(files)} {what} **{pattern}**:", ""]
    for path, found in files:
        first = " ".join(str(found[0].get("text", "")).split())[:90]
        lines.append(f"- **{path}** – {len(found)} {'line' if len(found) == 1 else 'lines'}, first `{first}`")
    return "\n".join(lines)


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    columns = list(rows[0])[:4]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(str(row.get(column, "")) for column in columns) + " |" for row in rows[:_ROWS]]
    if len(rows) > _ROWS:
        lines.append(f"\n… {len(rows) - _ROWS} more")
    return "\n".join(lines)


def _quoted(result: Result) -> str:
    text = result.text.strip() or "(nothing)"
    if "\n" not in text and len(text) <= _CHARS:
        return f"{_title(result)}: {text}"
    return f"{_title(result)}:\n\n```text\n{_shortened(text)}\n```"


def _shortened(text: str) -> str:
    lines = text[:_CHARS].splitlines()
    left_out = len(text.splitlines()) - min(len(lines), _LINES)
    shown = "\n".join(line.replace("```", "'''") for line in lines[:_LINES])
    return f"{shown}\n… {left_out} more lines" if left_out > 0 else shown


def _title(result: Result) -> str:
    """The path a call was about, else the tool's name."""
    try:
        path = json.loads(result.arguments).get("path")
    except (ValueError, AttributeError):
        path = None
    return f"**{path}**" if path else f"`{result.tool}`"
