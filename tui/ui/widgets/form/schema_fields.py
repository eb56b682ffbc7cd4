"""A JSON Schema object as a flat list of form fields; what a form cannot show becomes a field of JSON.

The schema is foreign: references are followed only inside the document, a bounded number of times, and its regular
expressions are shown but never run (one can be written to take minutes). Source: JSON Schema 2020-12.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeGuard

from tui.domain.messages import Json
from tui.domain.text import CleanText, clean, clean_line

FieldKind = Literal["text", "number", "integer", "boolean", "choice", "choices", "list", "json"]
Schema = Mapping[str, Json]

MAX_FIELDS = 80
"""A form of more fields than this is one JSON field: nobody fills it by hand."""
_MAX_HOPS = 8
_SECRET = re.compile(
    r"(?i)pass[-_ ]?(word|wd|phrase|code)|secret|credential|\b(pwd|pin|token)\b|(api|private|access)[-_ ]?key"
    r"|(access|api|auth|bearer|id|refresh|session)[-_ ]?token(?!s)"
)
_PLAIN_KINDS: Mapping[str, FieldKind] = {
    "string": "text",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `path` has two parts for a property of a nested object."""

    path: tuple[str, ...]
    kind: FieldKind
    required: bool
    title: CleanText
    description: CleanText = CleanText("")
    rules: CleanText = CleanText("")
    """Format and limits in words: `email`, `1 to 10`, `at most 80 characters`."""
    default: Json = None
    has_default: bool = False
    options: tuple[Json, ...] = ()
    """The values of `choice` and `choices`."""
    labels: tuple[CleanText, ...] = ()
    item_type: str = "string"
    """The type of a `list` field's items."""
    schema: Schema | None = None

    @property
    def label(self) -> CleanText:
        """The property's name, with the object it lies in."""
        return CleanText(".".join(clean_line(part, 60) for part in self.path))

    @property
    def secret(self) -> bool:
        """Whether what is typed here looks like a secret, and is not shown."""
        return (self.schema or {}).get("format") == "password" or names_secret(f"{self.path[-1]} {self.title}")


def names_secret(words: str) -> bool:
    """Returns whether words ask for a password, a key or a token; `max_tokens` and `next_page_token` do not."""
    return bool(_SECRET.search(words))


def fields_of(schema: Schema) -> tuple[Field, ...]:
    """Returns the fields of an object schema, in its order; nested objects one level deep are opened."""
    fields = tuple(_walk(schema, schema, (), True))
    return fields if len(fields) <= MAX_FIELDS else ()


def resolved(schema: Json, root: Schema) -> Schema:
    """Returns `schema` with local references followed and `null` alternatives taken away."""
    for _ in range(_MAX_HOPS):
        if not isinstance(schema, Mapping):
            return {}
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = _pointed_at(reference, root)
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
            continue
        alternatives = schema.get("anyOf") or schema.get("oneOf")
        rest = [item for item in alternatives if not _is_null(item)] if isinstance(alternatives, list) else []
        if len(rest) != 1 or not isinstance(rest[0], Mapping) or "const" in rest[0]:
            return schema
        schema = {**{key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}, **rest[0]}
    return {}


def type_of(schema: Schema) -> str:
    """Returns the one JSON type a schema allows (`null` aside), `any` when there are several or none is said."""
    said = schema.get("type")
    if isinstance(said, list):
        named = [item for item in said if item != "null"]
        said = named[0] if len(named) == 1 else None
    if isinstance(said, str):
        return said
    if isinstance(schema.get("properties"), Mapping):
        return "object"
    enum = schema.get("enum")
    return "string" if isinstance(enum, list) and enum and all(isinstance(one, str) for one in enum) else "any"


def limits_of(schema: Schema) -> CleanText:
    """Returns format and limits in words, empty when there are none."""
    words = [clean_line(schema[key], 60) for key in ("format", "contentMediaType") if isinstance(schema.get(key), str)]
    for low, high, unit in _RANGES:
        words += _range(schema.get(low), schema.get(high), unit)
    if isinstance(schema.get("pattern"), str):
        words.append(clean_line(f"matches {schema['pattern']}", 80))
    if schema.get("multipleOf") is not None:
        words.append(clean_line(f"multiple of {schema['multipleOf']}", 40))
    return CleanText(", ".join(words))


def as_json(value: Json, indent: int | None = None) -> CleanText:
    """Returns a JSON value as clean text."""
    try:
        return clean(json.dumps(value, ensure_ascii=False, indent=indent, default=str))
    except RecursionError:
        return CleanText("(nested too deeply to show)")


def names_in(value: Json) -> frozenset[str]:
    """Returns the strings of a list such as `required`; anything else is an empty set."""
    return (
        frozenset(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else frozenset()
    )


_RANGES = (
    ("minimum", "maximum", ""),
    ("exclusiveMinimum", "exclusiveMaximum", " (exclusive)"),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
)


def _range(low: Json, high: Json, unit: str) -> list[CleanText]:
    low, high = (value if is_number(value) else None for value in (low, high))
    if low is not None and high is not None:
        return [CleanText(f"{low} to {high}{unit}")]
    limit = high if low is None else low
    if limit is None:
        return []
    if limit == 1:
        unit = unit.removesuffix("s")
    return [CleanText(f"{'at most' if low is None else 'at least'} {limit}{unit}")]


def is_number(value: Json) -> TypeGuard[float]:
    """Returns whether a JSON value is a finite number (booleans are none)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf


def _walk(schema: Schema, root: Schema, path: tuple[str, ...], required_above: bool) -> Iterator[Field]:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return
    needed = names_in(schema.get("required"))
    for name, raw in properties.items():
        part, here = resolved(raw, root), (*path, str(name))
        if not path and _opens(part):
            yield from _walk(part, root, here, required_above and name in needed)
        else:
            yield _field(part, here, required_above and name in needed, root)


def _opens(schema: Schema) -> bool:
    return type_of(schema) == "object" and isinstance(schema.get("properties"), Mapping) and bool(schema["properties"])


def _field(schema: Schema, path: tuple[str, ...], required: bool, root: Schema) -> Field:
    kind, options, labels, item_type = _kind(schema, root)
    if kind == "boolean" and "default" not in schema:
        # A box that starts unticked would invent an answer; a choice can stay open.
        kind, options, labels = "choice", (True, False), (CleanText("true"), CleanText("false"))
    return Field(
        path=path,
        kind=kind,
        required=required,
        title=clean_line(schema.get("title") or "", 80),
        description=clean(schema.get("description") or "", 2_000),
        rules=limits_of(schema),
        default=schema.get("default"),
        has_default="default" in schema,
        options=options,
        labels=labels,
        item_type=item_type,
        schema=schema,
    )


def _kind(schema: Schema, root: Schema) -> tuple[FieldKind, tuple[Json, ...], tuple[CleanText, ...], str]:
    options, labels = _options(schema)
    if options:
        return "choice", options, labels, "string"
    kind = type_of(schema)
    if kind == "array":
        items = resolved(schema.get("items"), root)
        options, labels = _options(items)
        if options:
            return "choices", options, labels, "string"
        item_type = type_of(items)
        return ("list", (), (), item_type) if item_type in _PLAIN_KINDS else ("json", (), (), "any")
    return _PLAIN_KINDS.get(kind, "json"), (), (), "string"


def _options(schema: Schema) -> tuple[tuple[Json, ...], tuple[CleanText, ...]]:
    """Enumerated scalars: `enum` (with the older `enumNames`), or `oneOf`/`anyOf` of titled constants."""
    values = schema.get("enum")
    if isinstance(values, list) and values and all(_is_scalar(value) for value in values):
        names = schema.get("enumNames")
        if not isinstance(names, list) or len(names) != len(values):
            names = values
        return tuple(values), tuple(clean_line(_plain(name), 80) for name in names)
    titled = schema.get("oneOf") or schema.get("anyOf")
    if isinstance(titled, list) and titled and all(isinstance(one, Mapping) and "const" in one for one in titled):
        labels = tuple(clean_line(_plain(one.get("title", one["const"])), 80) for one in titled)
        return tuple(one["const"] for one in titled), labels
    return (), ()


def _plain(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _is_scalar(value: Json) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _is_null(schema: Json) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "null"


def _pointed_at(reference: str, root: Schema) -> Schema:
    found: Json = root
    if not reference.startswith("#"):
        return {}
    for part in reference[1:].strip("/").split("/"):
        if part and isinstance(found, Mapping):
            found = found.get(part.replace("~1", "/").replace("~0", "~"))
    return found if isinstance(found, Mapping) else {}
