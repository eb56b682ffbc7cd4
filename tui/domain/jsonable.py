"""Facts as JSON: dataclasses become objects, unknown stays null."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tui.domain.facts import members

_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")
_UNIONS = ("Block", "Part", "Question", "Answer")


_UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""What JSON allows within a string and a terminal obeys or hides: C1 controls, bidirectional and invisible signs."""


MAX_NESTING = 100
"""Levels of arrays and objects that readers of JSON may be given; some never answer what is nested deeper."""


def nested_too_deeply(value: Any) -> bool:
    """Whether decoded JSON has more levels than MAX_NESTING."""
    level = [value]
    for _ in range(MAX_NESTING):
        level = [inner for outer in level for inner in _inner(outer)]
        if not level:
            return False
    return any(isinstance(each, dict | list) for each in level)


def _inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def json_text(value: Any, indent: int | None = None) -> str:
    """Returns `value` as JSON that is safe to print: readable, but nothing in it can act on a terminal."""
    text = json.dumps(jsonable(value), ensure_ascii=False, indent=indent, allow_nan=False)
    return _UNSEEN.sub(lambda match: json.dumps(match.group())[1:-1], text)


def jsonable(value: Any) -> Any:
    """Returns `value` as what strict JSON can hold; NaN and infinities become null."""
    if is_dataclass(value) and not isinstance(value, type):
        plain = {name: jsonable(part) for name, part in members(value)}
        kind = _kind(value)
        return {"type": kind, **plain} if kind else plain
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Path):
        return str(value)
    return value


def _kind(value: object) -> str:
    """What tells members of a union apart: `resource_link` for a ResourceLinkBlock."""
    name = type(value).__name__
    return next((_snake(name.removesuffix(suffix)) for suffix in _UNIONS if name.endswith(suffix)), "")


def event_name(event: object) -> str:
    """Returns `tool_call_started` for a `ToolCallStarted`."""
    return _snake(type(event).__name__)


def _snake(name: str) -> str:
    return _CAMEL.sub("_", name).lower()
