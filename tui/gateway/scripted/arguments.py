"""Arguments for a tool out of a person's sentence, guided by the tool's schema. Plain rules, no guessing."""

import re
from collections.abc import Mapping
from typing import Any

QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|`([^`]+)`|(?<!\w)'([^']+)'")
URL = re.compile(r"https?://[^\s\"'<>)]+")
PATH = re.compile(r"(?<![\w/])(?:[\w-]+/)*[\w-]+\.[A-Za-z]{1,5}\b(?!/)")
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])")
_SOUGHT = re.compile(
    r"\b(?:for|mention(?:s|ing)?|contain(?:s|ing)?|about|with|says?)\s+(?:an?\s+|the\s+|any\s+)?(?:word\s+)?([\w-]+)",
    re.IGNORECASE,
)

_PATH_NAMES = ("path", "file", "filename", "filepath", "name_of_file")
_URL_NAMES = ("url", "uri", "link", "href")
_SOUGHT_NAMES = ("pattern", "query", "q", "search", "keyword", "term", "needle")
_TEXT_NAMES = ("text", "content", "body", "message", "note", "value", "input", "prompt")


def arguments_for(schema: Mapping[str, Any], sentence: str) -> dict[str, Any] | None:
    """Returns arguments, or None when something required is not in the sentence."""
    properties = schema.get("properties")
    required = schema.get("required") or []
    numbers = [float(found) if "." in found else int(found) for found in NUMBER.findall(URL.sub("", sentence))]
    arguments: dict[str, Any] = {}
    for name, rule in (properties or {}).items():
        value = _value(name, rule if isinstance(rule, dict) else {}, sentence, numbers)
        if value is not None:
            arguments[name] = value
        elif name in required:
            return None
    return arguments


def _value(name: str, rule: Mapping[str, Any], sentence: str, numbers: list[int | float]) -> Any:
    kind = rule.get("type")
    if options := rule.get("enum"):
        return next((option for option in options if str(option).lower() in sentence.lower()), None)
    if kind in ("integer", "number"):
        return _number(rule, numbers)
    if kind == "boolean":
        return name.lower() in sentence.lower() or None
    return _string(name.lower(), sentence) if kind == "string" else None


def _number(rule: Mapping[str, Any], numbers: list[int | float]) -> int | float | None:
    if not numbers:
        default = rule.get("default")
        return default if isinstance(default, int | float) else None
    number = numbers.pop(0)
    lowest, highest = rule.get("minimum"), rule.get("maximum")
    if isinstance(lowest, int | float):
        number = max(lowest, number)
    if isinstance(highest, int | float):
        number = min(highest, number)
    return int(number) if rule.get("type") == "integer" else number


def _string(name: str, sentence: str) -> str | None:
    if name in _PATH_NAMES:
        return _first(PATH, sentence)
    if name in _URL_NAMES:
        return _first(URL, sentence) or "https://example.com/"
    quoted = next((group for match in QUOTED.finditer(sentence) for group in match.groups() if group), None)
    if name in _SOUGHT_NAMES:
        return quoted or _first(_SOUGHT, sentence)
    before, _, after = sentence.partition(":")
    if name in ("title", "subject"):
        return quoted or "Note"
    if name in _TEXT_NAMES:
        return after.strip() or quoted or before.strip()
    return quoted


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match.group(match.lastindex or 0) if match else None
