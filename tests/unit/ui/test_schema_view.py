"""A schema as a person reads it."""

from tui.ui.widgets.form.schema_view import schema_text


def test_name_type_choices_default_and_description_are_told():
    schema = {
        "required": ["level"],
        "properties": {
            "level": {"type": "string", "enum": ["low", "high"], "default": "low", "description": "How [b]loud[/b]"},
            "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
            "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
            "where": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
    assert schema_text(schema).plain.splitlines() == [
        'level  string  required  one of "low", "high"  default "low"',
        "  How [b]loud[/b]",
        "tags  list of string  at most 3 items",
        "either  integer or string",
        "where  object",
        "  city  string",
    ]


def test_a_schema_that_contains_itself_ends():
    schema = {"properties": {"child": {"$ref": "#"}}}
    text = schema_text(schema).plain
    assert "nested further" in text
    assert len(text.splitlines()) < 20


def test_a_schema_of_endless_length_is_cut():
    text = schema_text({"properties": {f"p{number}": {} for number in range(5_000)}}).plain
    assert text.splitlines()[-1] == "… the schema goes on"
    assert len(text.splitlines()) < 400


def test_what_is_no_schema_is_survived():
    for nonsense in ({"properties": 7}, {"properties": {"a": [1], "b": None, "c": {"enum": 5, "required": "x"}}}, {}):
        assert schema_text(nonsense).plain
