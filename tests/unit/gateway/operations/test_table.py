"""The table of operations says exactly what the contract's methods take and give."""

import dataclasses
import inspect
import types
import typing

import pytest

from tui.gateway.contract import Gateway
from tui.gateway.operations import OPERATIONS, Operation, Parameter

PYTHON_TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
SCOPES = {
    *("read:health", "read:combos", "read:quota", "read:usage", "read:models"),
    *("write:combos", "write:budget", "write:resilience", "execute:completions"),
}


def names(operations: tuple[Operation, ...]) -> list[str]:
    return [operation.name for operation in operations]


def without_none(hint: object) -> object:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        kept = [part for part in typing.get_args(hint) if part is not type(None)]
        return kept[0] if len(kept) == 1 else hint
    return hint


def test_there_are_sixteen_each_once() -> None:
    assert len(OPERATIONS) == len(set(names(OPERATIONS))) == len({one.documented for one in OPERATIONS}) == 16


@pytest.mark.parametrize("operation", OPERATIONS, ids=names(OPERATIONS))
def test_a_row_is_its_methods_signature(operation: Operation) -> None:
    method = getattr(Gateway, operation.method)
    # Who listens while it works is given by the program, not by who asks.
    taken = [each for each in inspect.signature(method).parameters.values() if each.name not in ("self", "on_trial")]
    hints = typing.get_type_hints(method)
    assert [each.name for each in taken] == [each.name for each in operation.parameters]
    assert hints["return"] is operation.result
    for parameter, one in zip(taken, operation.parameters, strict=True):
        assert one.required == (parameter.default is inspect.Parameter.empty)
        assert one.required or one.default == parameter.default
        check_type(without_none(hints[one.name]), one)


def check_type(hint: object, parameter: Parameter) -> None:
    match parameter.type:
        case "choice":
            assert typing.get_args(hint) == parameter.choices
        case "messages":
            assert "Sequence" in str(hint)
        case other:
            assert hint is PYTHON_TYPES[other]


@pytest.mark.parametrize("operation", OPERATIONS, ids=names(OPERATIONS))
def test_a_row_is_told_in_one_line_and_guarded_by_known_scopes(operation: Operation) -> None:
    assert operation.help.endswith(".")
    assert "\n" not in operation.help
    assert set(operation.scopes) <= SCOPES
    assert operation.scopes
    assert all(parameter.help.endswith(".") and parameter.documented for parameter in operation.parameters)
    required = [parameter.required for parameter in operation.parameters]
    assert required == sorted(required, reverse=True), "what must be given comes first, so that it can go by position"


@pytest.mark.parametrize("operation", OPERATIONS, ids=names(OPERATIONS))
def test_an_answer_cannot_be_changed(operation: Operation) -> None:
    assert dataclasses.is_dataclass(operation.result)
    assert operation.result.__dataclass_params__.frozen
