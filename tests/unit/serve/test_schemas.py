"""Schemas made from types say what the facts written as JSON are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NewType

import pytest
from jsonschema import Draft202012Validator

from tui.domain.jsonable import jsonable
from tui.serve.schemas import merged, merged_schema, schema_of

Name = NewType("Name", str)


@dataclass(frozen=True)
class Part:
    size: int | None
    kind: Literal["a", "b"] | None = None


@dataclass(frozen=True)
class Whole:
    name: Name
    parts: tuple[Part, ...]
    pair: tuple[Name, float]
    counts: Mapping[str, int]
    last: Part | None = None
    either: Literal["x"] | Name = "x"
    mixed: str | float = 1.5

    @property
    def total(self) -> float | None:
        return None


FULL = Whole(Name("n"), (Part(None), Part(3, "b")), (Name("p"), 0.5), {"c": 1}, Part(0), Name("y"), "m")
EMPTY = Whole(Name(""), (), (Name(""), 0), {})


@pytest.mark.parametrize("fact", [FULL, EMPTY])
def test_a_fact_fits_the_schema_of_its_type(fact: Whole) -> None:
    schema = schema_of(Whole)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(jsonable(fact))


@pytest.mark.parametrize(
    "spoilt",
    [
        {"name": None},
        {"parts": [{"size": "3", "kind": None}]},
        {"parts": [{"kind": "a"}]},
        {"pair": ["p"], "name": 3},
        {"counts": {"c": "1"}},
        {"last": {"size": 1, "kind": "c"}},
        {"total": "0"},
        {"mixed": None},
    ],
)
def test_what_is_no_such_fact_does_not_fit(spoilt: dict[str, Any]) -> None:
    assert list(Draft202012Validator(schema_of(Whole)).iter_errors({**jsonable(FULL), **spoilt}))


def test_a_type_that_facts_do_not_use_has_no_schema() -> None:
    with pytest.raises(TypeError):
        schema_of(set[int])


def test_two_answers_become_one_with_the_fields_of_both() -> None:
    own = {"a": 1, "same": "own", "deep": {"x": 1}, "list": [{"x": 1}, {"x": 2}], "short": [1]}
    documented = {"b": 2, "same": "documented", "deep": {"y": 2}, "list": [{"y": 1}, {"y": 2}], "short": [7, 8]}
    assert merged(own, documented) == {
        "a": 1,
        "b": 2,
        "same": "documented",
        "deep": {"x": 1, "y": 2},
        "list": [{"x": 1, "y": 1}, {"x": 2, "y": 2}],
        "short": [7, 8],
    }


def test_the_schema_of_both_describes_the_merged_answer() -> None:
    @dataclass(frozen=True)
    class Documented:
        last: Part | None
        sizes: tuple[int, ...]

    schema = merged_schema(schema_of(Whole), schema_of(Documented))
    value = merged(jsonable(FULL), jsonable(Documented(Part(1), (1, 2))))
    Draft202012Validator(schema).validate(value)
    assert {"name", "sizes"} <= set(schema["required"])
