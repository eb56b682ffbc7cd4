"""Schemas reach a provider with an object at their root and nothing lost."""

import json

import pytest

from tests.fakes.chat_ports import tool
from tui.chat.offers import Offers, resolved_choice
from tui.chat.tool_specs import chosen_tools, normal_schema, offer
from tui.domain.errors import CallError

PLAIN = {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, PLAIN),
        ({"type": "object"}, PLAIN),
        ({"type": ["object", "null"]}, PLAIN),
        ({"type": "object", "properties": None, "required": None}, PLAIN),
        (
            {"type": "object", "properties": {"a": {"type": "array"}}},
            {"type": "object", "properties": {"a": {"type": "array", "items": {}}}},
        ),
        (
            {"type": "object", "properties": {"a": {"$ref": "#/$defs/gone"}}},
            {"type": "object", "properties": {"a": {}}},
        ),
        (
            {"type": "object", "properties": {"a": {"$ref": "https://evil.example/schema"}}},
            {"type": "object", "properties": {"a": {}}},
        ),
        (
            {"type": "object", "properties": {"properties": {"type": "array"}, "items": {"type": "string"}}},
            {
                "type": "object",
                "properties": {"properties": {"type": "array", "items": {}}, "items": {"type": "string"}},
            },
        ),
        ({"type": "object", "properties": {"any": True}}, {"type": "object", "properties": {"any": {}}}),
    ],
)
def test_a_schema_gets_what_providers_miss(schema, expected):
    assert normal_schema(schema) == (expected, "")


def test_definitions_and_everything_else_stay():
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"node": {"$ref": "#/$defs/Node"}},
        "required": ["node"],
        "additionalProperties": False,
        "$defs": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}},
    }
    assert normal_schema(schema) == (schema, "")


def test_alternatives_at_the_root_become_properties_and_words():
    schema = {
        "oneOf": [
            {"$ref": "#/$defs/ById"},
            {"properties": {"name": {"type": "string"}, "deep": {"type": "boolean"}}, "required": ["name", "deep"]},
        ],
        "$defs": {
            "ById": {"properties": {"id": {"type": "integer"}, "deep": {"type": "string"}}, "required": ["deep"]}
        },
    }
    root, condition = normal_schema(schema)
    assert root["type"] == "object"
    assert root["properties"] == {
        "id": {"type": "integer"},
        "name": {"type": "string"},
        "deep": {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
    }
    assert root["required"] == ["deep"]
    assert "oneOf" not in root
    assert json.loads(condition)["oneOf"] == schema["oneOf"]


def test_everything_of_all_of_is_required():
    root, _ = normal_schema({"allOf": [{"required": ["a"]}, {"required": ["b"]}], "required": ["c"]})
    assert root["required"] == ["c", "a", "b"]


def test_the_tools_own_schema_is_never_changed():
    schema = {"type": "object", "properties": {"a": {"type": "array"}}}
    normal_schema(schema)
    assert schema == {"type": "object", "properties": {"a": {"type": "array"}}}


def test_a_bottomless_schema_is_cut_off():
    schema = inner = {"type": "object"}
    for _ in range(500):
        inner["properties"] = {"a": {"type": "object"}}
        inner = inner["properties"]["a"]
    assert offer([tool("x")], 5).specs
    assert len(json.dumps(normal_schema(schema)[0])) < 5_000


def test_too_many_tools_leave_each_server_its_first_ones_and_keep_the_used():
    tools = [tool(f"t{n}", server) for server in ("a", "b") for n in range(4)]
    assert [t.model_name for t in chosen_tools(tools, 4, ())] == ["a_t0", "a_t1", "b_t0", "b_t1"]
    assert [t.model_name for t in chosen_tools(tools, 4, {"b_t3"})] == ["a_t0", "a_t1", "b_t0", "b_t3"]


def test_using_an_offered_tool_does_not_change_the_offer():
    tools = [tool(f"t{n}", server) for server in ("a", "b") for n in range(4)]
    assert chosen_tools(tools, 4, {"a_t1"}) == chosen_tools(tools, 4, ())


def test_the_hash_changes_exactly_with_what_is_told():
    assert offer([tool("a")], 9).sha256 == offer([tool("a")], 9).sha256
    assert offer([tool("a")], 9).sha256 != offer([tool("b")], 9).sha256


def test_left_out_tools_are_told_once():
    offers, tools = Offers(), [tool(f"t{n}") for n in range(3)]
    offers.next(tools, 2, [], "auto")
    assert "1 of 3 tools" in offers.notices[0]
    offers.next(tools, 2, [], "auto")
    assert offers.notices == []


@pytest.mark.parametrize(
    ("setting", "choice"),
    [("auto", "auto"), ("none", "none"), ("required", "required"), ("a.x", "a_x"), ("a_x", "a_x")],
)
def test_a_tool_choice_is_named_either_way(setting, choice):
    assert resolved_choice(setting, [tool("x", "a")]) == choice


def test_nothing_is_required_where_there_are_no_tools():
    assert resolved_choice("required", []) == "auto"


def test_a_choice_of_no_tool_names_the_nearest():
    with pytest.raises(CallError) as raised:
        resolved_choice("files.raed", [tool("read")])
    assert "files.read" in raised.value.hint
