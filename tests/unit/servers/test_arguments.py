"""Schema checks: right on ordinary schemas, harmless on hostile ones."""

from typing import Any

import pytest

from tui.servers.calling.arguments import Finding, check

OBJECT = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}, "required": ["n"]}


async def test_a_fitting_value_has_no_finding() -> None:
    assert await check({"n": 1}, OBJECT) == Finding()


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ({}, "'n' is a required property"),
        ({"n": "1"}, "n: '1' is not of type 'integer'"),
        ({"n": 0}, "n: 0 is less than the minimum of 1"),
    ],
)
async def test_a_complaint_names_the_place_and_the_rule(value: dict[str, Any], complaint: str) -> None:
    assert (await check(value, OBJECT)).complaint == complaint


async def test_complaints_are_clean() -> None:
    finding = await check({"n": "\x1b[2J"}, OBJECT)
    assert finding.complaint is not None
    assert "\x1b" not in finding.complaint


def doubling(levels: int) -> dict[str, Any]:
    """A schema whose check takes two to the power of `levels` steps."""
    defs = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(levels)}
    return {"$defs": defs | {f"d{levels}": {"type": "object"}}, "$ref": "#/$defs/d0"}


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"$ref": "http://127.0.0.1:9/s.json"}, "out of reach"),
        ({"$ref": "file:///etc/passwd"}, "out of reach"),
        ({"$ref": "#/$defs/none"}, "out of reach"),
        ({"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}, "without end"),
        (doubling(60), "more than 0.2 s"),
        ({"type": "obiect"}, "malformed"),
        ({"type": "object", "required": 7}, "malformed"),
        ({"properties": []}, "malformed"),
        ({"minProperties": "many"}, "malformed"),
    ],
    ids=["http", "file", "dangling", "cyclic", "exponential", "type", "required", "properties", "number"],
)
async def test_an_unusable_schema_is_named_and_stops_nothing(schema: dict[str, Any], reason: str) -> None:
    """M33, M34."""
    finding = await check({"a": 1}, schema, time_limit_s=0.2)
    assert finding.complaint is None
    assert finding.unusable is not None
    assert reason in finding.unusable


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"pattern": "^(a+)+$"}}},
        {"patternProperties": {"^(a+)+$": {}}, "additionalProperties": False},
        {"propertyNames": {"pattern": "^(a+)+$"}},
        {"patternProperties": {"^(a+)+$": {}}, "unevaluatedProperties": False},
    ],
)
async def test_a_regular_expression_of_a_server_is_never_run(schema: dict[str, Any]) -> None:
    """M35."""
    assert await check({"a": "a" * 60 + "!", "a" * 60 + "!": 1}, schema) == Finding()


async def test_older_drafts_are_understood() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "definitions": {"n": {"type": "integer"}},
        "properties": {"a": {"items": [{"$ref": "#/definitions/n"}]}},
    }
    assert await check({"a": [1]}, schema) == Finding()
    assert (await check({"a": ["x"]}, schema)).complaint == "a[0]: 'x' is not of type 'integer'"
