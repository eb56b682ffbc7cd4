"""A JSON Schema as a person reads it: names, types, what is required, choices, defaults and descriptions."""

from collections.abc import Iterator, Mapping

from textual.content import Content

from tui.domain.messages import Json
from tui.domain.text import CleanText, clean, clean_line
from tui.ui.widgets.form.schema_fields import Schema, as_json, limits_of, names_in, resolved, type_of
from tui.ui.widgets.lists.detail import lines

_MAX_DEPTH = 6
_MAX_LINES = 300


def schema_text(schema: Schema) -> Content:
    """Returns the properties of a schema, nested ones indented; deep and long ones are cut and say so."""
    rows: list[Content | None] = []
    for row in _properties(schema, schema, 0):
        if len(rows) >= _MAX_LINES:
            rows.append(Content.styled("… the schema goes on", "$dim"))
            break
        rows.append(row)
    return lines(rows or [Content.styled("No properties.", "$dim")])


def type_words(schema: Schema, root: Schema) -> CleanText:
    """Returns a type in words: `string`, `list of integer`, `string or number`."""
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(alternatives, list):
        words = {type_words(resolved(one, root), root) for one in alternatives[:8]}
        return clean_line(" or ".join(sorted(words)), 80)
    if type_of(schema) == "array":
        return clean_line(f"list of {type_of(resolved(schema.get('items'), root))}", 80)
    said = schema.get("type")
    return clean_line(" or ".join(map(str, said)) if isinstance(said, list) else type_of(schema), 80)


def _properties(schema: Schema, root: Schema, depth: int) -> Iterator[Content]:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return
    needed = names_in(schema.get("required"))
    for name, raw in properties.items():
        part = resolved(raw, root)
        yield from _property(clean_line(name, 80), part, root, name in needed, depth)
        inner = resolved(part.get("items"), root) if type_of(part) == "array" else part
        if depth + 1 < _MAX_DEPTH:
            yield from _properties(inner, root, depth + 1)
        elif inner.get("properties"):
            yield Content.styled(f"{'  ' * (depth + 1)}… nested further", "$dim")


def _property(name: CleanText, schema: Schema, root: Schema, required: bool, depth: int) -> Iterator[Content]:
    indent = "  " * depth
    yield Content.assemble(
        indent,
        (name, "bold"),
        ("  " + type_words(schema, root), "$live"),
        ("  required" if required else "", "$text-warning"),
        ("".join(f"  {word}" for word in _extras(schema)), "$dim"),
    )
    description = clean(schema.get("description") or "", 1_000)
    for line in description.splitlines():
        yield Content.styled(f"{indent}  {line}", "$dim")


def _extras(schema: Schema) -> list[str]:
    words: list[str] = []
    enum: Json = schema.get("enum")
    if isinstance(enum, list) and enum:
        shown = ", ".join(as_json(value) for value in enum[:12])
        words.append(clean_line(f"one of {shown}{' …' if len(enum) > 12 else ''}", 200))
    if "const" in schema:
        words.append(clean_line(f"always {as_json(schema['const'])}", 80))
    if "default" in schema:
        words.append(clean_line(f"default {as_json(schema['default'])}", 80))
    limits = limits_of(schema)
    return [*words, limits] if limits else words
