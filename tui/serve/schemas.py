"""JSON Schemas made from the types of facts, so that what is promised of an answer is what the program's types say."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from tui.domain.facts import properties

Schema = dict[str, Any]

_PLAIN: Mapping[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


def schema_of(kind: Any) -> Schema:
    """Returns the schema of a type as `jsonable` writes it. Raises TypeError for a type that facts do not use."""
    if isinstance(kind, NewType):
        return schema_of(kind.__supertype__)
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    if kind is Any:
        return {}
    if isinstance(kind, type) and is_dataclass(kind):
        return _fact(kind)
    return _composed(kind, get_args(kind))


def _composed(kind: Any, parts: tuple[Any, ...]) -> Schema:
    origin = get_origin(kind)
    if origin is Literal:
        return {"type": "string", "enum": list(parts)}
    if origin in (Union, UnionType):
        return _union([schema_of(part) for part in parts])
    if origin is tuple and parts[-1] is Ellipsis:
        return {"type": "array", "items": schema_of(parts[0])}
    if origin is tuple:
        return {"type": "array", "prefixItems": [schema_of(part) for part in parts], "items": False}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(parts[1])}
    raise TypeError(f"{kind} has no schema")


def _fact(kind: type) -> Schema:
    hints = get_type_hints(kind)
    parts = {field.name: schema_of(hints[field.name]) for field in fields(kind)}
    for name in properties(kind):
        parts[name] = schema_of(get_type_hints(getattr(kind, name).fget)["return"])
    return {"type": "object", "properties": parts, "required": list(parts)}


def _union(choices: list[Schema]) -> Schema:
    """One of several: only what may be null, and plain types, are written as one schema."""
    null = {"type": "null"} in choices
    kinds = [choice for choice in choices if choice != {"type": "null"}]
    if {"type": "string"} in kinds:
        kinds = [kind for kind in kinds if "enum" not in kind]
    if len(kinds) > 1:
        if all(set(kind) == {"type"} for kind in kinds):
            return {"type": [kind["type"] for kind in choices]}
        return {"anyOf": choices}
    [one] = kinds
    if not null:
        return one
    nullable = {**one, "type": [one["type"], "null"]}
    return {**nullable, "enum": [*one["enum"], None]} if "enum" in one else nullable


def merged_schema(own: Schema, documented: Schema) -> Schema:
    """Returns the schema of `merged` values."""
    if "properties" in own and "properties" in documented:
        parts, more = own["properties"], documented["properties"]
        shared = {name: merged_schema(parts[name], more[name]) for name in parts.keys() & more.keys()}
        required = dict.fromkeys([*own["required"], *documented["required"]])
        return {**own, "properties": {**parts, **more, **shared}, "required": list(required)}
    if "items" in own and "items" in documented:
        return {**own, "items": merged_schema(own["items"], documented["items"])}
    return documented


def merged(own: Any, documented: Any) -> Any:
    """Returns one value with the fields of both; where both say something else of the same, the documented stays."""
    if isinstance(own, dict) and isinstance(documented, dict):
        shared = {name: merged(own[name], documented[name]) for name in own.keys() & documented.keys()}
        return {**own, **documented, **shared}
    if isinstance(own, list) and isinstance(documented, list) and len(own) == len(documented):
        return [merged(*pair) for pair in zip(own, documented, strict=True)]
    return documented
