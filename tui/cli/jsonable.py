"""Facts as JSON: dataclasses become objects, unknown stays null."""

import math
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")


def jsonable(value: Any) -> Any:
    """Returns `value` as what strict JSON can hold; NaN and infinities become null."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in fields(value)}
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


def event_name(event: object) -> str:
    """Returns `tool_call_started` for a `ToolCallStarted`."""
    return _CAMEL.sub("_", type(event).__name__).lower()
