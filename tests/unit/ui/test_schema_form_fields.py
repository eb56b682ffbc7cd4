"""What a JSON Schema becomes as form fields, and what typed text becomes as JSON."""

import pytest

from tui.ui.widgets.form.schema_answers import UnfitError, answer
from tui.ui.widgets.form.schema_fields import MAX_FIELDS, as_json, fields_of


def one_field(schema, **around):
    (field,) = fields_of({"type": "object", "properties": {"x": schema}, **around})
    return field


KINDS = [
    ({"type": "string"}, "text"),
    ({"type": "number"}, "number"),
    ({"type": "integer"}, "integer"),
    ({"type": "boolean", "default": False}, "boolean"),
    ({"type": "boolean"}, "choice"),
    ({"type": "string", "enum": ["a", "b"]}, "choice"),
    ({"enum": [1, "two", None]}, "choice"),
    ({"oneOf": [{"const": "a", "title": "First"}, {"const": "b", "title": "Second"}]}, "choice"),
    ({"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}, "choices"),
    ({"type": "array", "items": {"anyOf": [{"const": "a", "title": "First"}]}}, "choices"),
    ({"type": "array", "items": {"type": "number"}}, "list"),
    ({"type": "array", "items": {"type": "object"}}, "json"),
    ({"type": "array"}, "json"),
    ({"type": "object"}, "json"),
    ({"type": ["string", "null"]}, "text"),
    ({"type": ["string", "integer"]}, "json"),
    ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer"),
    ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "json"),
    ({}, "json"),
    (True, "json"),
    ("nonsense", "json"),
    ({"type": 7}, "json"),
]


@pytest.mark.parametrize(("schema", "kind"), KINDS)
def test_each_plain_type_has_its_field_and_everything_else_is_json(schema, kind):
    assert one_field(schema).kind == kind


def test_references_are_followed_inside_the_document():
    schema = {
        "type": "object",
        "properties": {"level": {"$ref": "#/$defs/Level", "description": "how loud"}},
        "$defs": {"Level": {"type": "string", "enum": ["low", "high"]}},
    }
    (field,) = fields_of(schema)
    assert (field.kind, field.options, field.description) == ("choice", ("low", "high"), "how loud")


@pytest.mark.parametrize("reference", ["#/$defs/Loop", "#/nowhere", "https://example.org/schema", "#"])
def test_a_reference_that_leads_nowhere_is_a_json_field(reference):
    schema = {
        "type": "object",
        "properties": {"x": {"$ref": reference}},
        "$defs": {"Loop": {"$ref": "#/$defs/Loop"}},
    }
    assert next(iter(fields_of(schema))).path[0] == "x"


def test_a_nested_object_is_opened_one_level_deep():
    inner = {"type": "object", "properties": {"deep": {"type": "object", "properties": {"y": {"type": "string"}}}}}
    fields = fields_of({"type": "object", "properties": {"a": inner}})
    assert [(field.path, field.kind) for field in fields] == [(("a", "deep"), "json")]


def test_properties_of_an_optional_object_are_not_demanded():
    inner = {"type": "object", "required": ["y"], "properties": {"y": {"type": "string"}}}
    outer = {"type": "object", "properties": {"a": inner}}
    assert [field.required for field in fields_of(outer)] == [False]
    assert [field.required for field in fields_of({**outer, "required": ["a"]})] == [True]


def test_a_schema_of_very_many_properties_has_no_form():
    properties = {f"p{number}": {"type": "string"} for number in range(MAX_FIELDS + 1)}
    assert fields_of({"type": "object", "properties": properties}) == ()


def test_limits_are_said_in_words():
    field = one_field({"type": "string", "format": "email", "minLength": 3, "maxLength": 80, "pattern": "^a+$"})
    assert field.rules == "email, 3 to 80 characters, matches ^a+$"


def test_foreign_names_and_descriptions_are_cleaned():
    fields = fields_of({"properties": {"a\x1b[31mb": {"type": "string", "description": "x\x1b]0;y\x07"}}})
    assert "\x1b" not in fields[0].label + fields[0].description
    assert fields[0].path == ("a\x1b[31mb",)


ANSWERS = [
    ({"type": "integer"}, " 42 ", 42),
    ({"type": "number"}, "2.5", 2.5),
    ({"type": "number"}, "3", 3),
    ({"type": "string"}, "  kept as typed ", "  kept as typed "),
    ({"type": "array", "items": {"type": "integer"}}, "1\n\n2\n", [1, 2]),
    ({"type": "array", "items": {"type": "boolean"}}, "true\nFALSE", [True, False]),
    ({"type": "object"}, '{"a": [1, null]}', {"a": [1, None]}),
]


@pytest.mark.parametrize(("schema", "text", "value"), ANSWERS)
def test_typed_text_becomes_the_value_of_its_type(schema, text, value):
    found = answer(one_field(schema), text)
    assert found == value
    assert type(found) is type(value)


REFUSED = [
    ({"type": "integer"}, "4.5", "whole number"),
    ({"type": "integer"}, "9" * 5_000, "whole number"),
    ({"type": "number"}, "a lot", "not a number"),
    ({"type": "number"}, "nan", "JSON"),
    ({"type": "integer", "minimum": 1}, "0", "at least 1"),
    ({"type": "integer", "exclusiveMaximum": 10}, "10", "less than 10"),
    ({"type": "string", "maxLength": 3}, "abcd", "at most 3 characters"),
    ({"type": "array", "items": {"type": "string"}, "minItems": 2}, "one", "at least 2 items"),
    ({"type": "array", "items": {"type": "boolean"}}, "maybe", "neither true nor false"),
    ({"type": "object"}, '{"a": ', "line 1, column 7"),
    ({"type": "object"}, "[NaN]", "NaN"),
    ({"type": "object"}, "[" * 100_000, "nested too deeply"),
]


@pytest.mark.parametrize(("schema", "text", "reason"), REFUSED)
def test_what_does_not_fit_is_refused_with_the_reason(schema, text, reason):
    with pytest.raises(UnfitError, match=reason):
        answer(one_field(schema), text)


def test_a_hostile_pattern_is_never_run():
    field = one_field({"type": "string", "pattern": "(a+)+$"})
    assert answer(field, "a" * 60 + "!") == "a" * 60 + "!"


def test_a_value_nested_beyond_reason_is_said_not_raised():
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    assert "too deeply" in as_json(deep)
