"""From what a person typed into a form field to a JSON value, or a sentence about what is wrong."""

import json
import math
import operator
from collections.abc import Callable, Mapping, Sequence

from tui.domain.messages import Json
from tui.domain.text import clean_line
from tui.ui.widgets.form.schema_fields import Field, Schema, is_number


class UnfitError(ValueError):
    """What was typed does not fit; the text says why, without the field's name."""


class _Absent:
    """No value, which is not the same as null."""


ABSENT = _Absent()


def answer(field: Field, typed: str) -> Json:
    """Returns the JSON value of a typed text. Raises UnfitError."""
    if field.kind == "list":
        value: Json = [_scalar(field.item_type, line) for line in typed.splitlines() if line.strip()]
    elif field.kind == "json":
        value = parse_json(typed)
    else:
        value = _scalar({"text": "string"}.get(field.kind, field.kind), typed)
    check(field, value)
    return value


def check(field: Field, value: Json) -> None:
    """Raises UnfitError when the value breaks a limit that can be checked here; the server checks the rest."""
    schema: Schema = field.schema or {}
    if is_number(value):
        _check_number(schema, value)
    elif isinstance(value, str):
        _check_size(schema, len(value), "minLength", "maxLength", "characters")
    elif isinstance(value, list):
        _check_size(schema, len(value), "minItems", "maxItems", "items")


def value_at(values: Mapping[str, Json], path: tuple[str, ...]) -> Json:
    """Returns the value at a path of nested objects, ABSENT when there is none."""
    found: Json = values
    for part in path:
        if not isinstance(found, Mapping) or part not in found:
            return ABSENT
        found = found[part]
    return found


def typed(value: Json, kind: str) -> str:
    """Returns the text that stands for a value in a field of this kind."""
    if kind == "json":
        return json.dumps(value, ensure_ascii=False, indent=2)
    if kind == "list" and isinstance(value, Sequence) and not isinstance(value, str):
        return "\n".join(typed(item, "text") for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def parse_json(text: str) -> Json:
    """Returns the JSON value of a text. Raises UnfitError naming line and column; NaN and infinities are refused."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except UnfitError:
        raise
    except json.JSONDecodeError as error:
        raise UnfitError(f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from error
    except (RecursionError, ValueError) as error:
        raise UnfitError("is nested too deeply or holds a number too long") from error


def _refuse_constant(name: str) -> Json:
    raise UnfitError(f"is not JSON: {name} is no JSON number")


def _scalar(kind: str, text: str) -> Json:
    match kind:
        case "integer":
            return _integer(text.strip())
        case "number":
            return _number(text.strip())
        case "boolean":
            if text.strip().lower() not in ("true", "false"):
                raise UnfitError(f"{_quoted(text)} is neither true nor false")
            return text.strip().lower() == "true"
        case _:
            return text


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise UnfitError(f"{_quoted(text)} is not a whole number") from error


def _number(text: str) -> float | int:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError as error:
        raise UnfitError(f"{_quoted(text)} is not a number") from error
    if not math.isfinite(number):
        raise UnfitError(f"{_quoted(text)} is not a number JSON knows")
    return number


def _quoted(text: str) -> str:
    return f"“{clean_line(text, 40)}”"


_LIMITS: tuple[tuple[str, Callable[[float, float], bool], str], ...] = (
    ("minimum", operator.ge, "at least"),
    ("exclusiveMinimum", operator.gt, "more than"),
    ("maximum", operator.le, "at most"),
    ("exclusiveMaximum", operator.lt, "less than"),
)


def _check_number(schema: Schema, value: float) -> None:
    for key, fits, words in _LIMITS:
        limit = schema.get(key)
        if is_number(limit) and not fits(value, limit):
            raise UnfitError(f"must be {words} {limit}")


def _check_size(schema: Schema, size: int, least: str, most: str, unit: str) -> None:
    low, high = schema.get(least), schema.get(most)
    if is_number(low) and size < low:
        raise UnfitError(f"needs at least {low} {unit}")
    if is_number(high) and size > high:
        raise UnfitError(f"takes at most {high} {unit}")
