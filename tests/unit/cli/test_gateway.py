"""The verbs of the gateway are made from the table of operations."""

from typing import Any

import pytest

from tui.cli.arguments import parser, split_at_table
from tui.cli.operations import given_arguments, parse_operation
from tui.domain.errors import UsageError
from tui.gateway.operations import OPERATION_BY_NAME, OPERATIONS


def arguments(*words: str) -> dict[str, Any]:
    given = parse_operation(words, parser().parse_args(["gateway"]))
    return given_arguments(OPERATION_BY_NAME[given.operation], given)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["simulate", "main", "2000"], {"model": "main", "prompt_tokens": 2000}),
        (["simulate", "main", "--prompt-tokens", "2000"], {"model": "main", "prompt_tokens": 2000}),
        (["simulate", "--model", "main", "2000"], {"model": "main", "prompt_tokens": 2000}),
        (["simulate", "a/b", "--combo", "main"], {"model": "a/b", "combo": "main"}),
        (["cost", "--period", "day"], {"period": "day"}),
        (["cost"], {}),
        (["provider", "groq"], {"provider": "groq"}),
        (["best", "coding", "--cost-limit", "0.5"], {"task": "coding", "cost_limit": 0.5}),
        (["explain", "request_1"], {"request_id": "request_1"}),
        (["switch", "main", "off"], {"combo": "main", "active": False}),
        (["combos", "true"], {"include_metrics": True}),
        (["combos", "--include-metrics"], {"include_metrics": True}),
        (["combos", "--include-metrics", "no"], {"include_metrics": False}),
    ],
)
def test_parameters_are_given_in_order_or_by_name(words: list[str], expected: dict[str, Any]) -> None:
    assert arguments(*words) == expected


@pytest.mark.parametrize(
    "words",
    [
        ["best"],
        ["best", "juggling"],
        ["simulate", "main", "many"],
        ["switch", "main", "perhaps"],
        ["cost", "day", "week"],
        ["best", "coding", "dear"],
    ],
    ids=" ".join,
)
def test_what_does_not_fit_is_a_usage_error_with_the_next_step(words: list[str]) -> None:
    with pytest.raises(UsageError) as told:
        arguments(*words)
    assert told.value.hint


def test_a_value_that_does_not_fit_is_told_with_what_it_is_for_and_the_order_of_all() -> None:
    with pytest.raises(UsageError, match="include_metrics must be true or false, not 'main'") as told:
        arguments("combos", "main")
    assert told.value.hint == (
        "include_metrics: Add each chain's figures. Usage: mcp-tui gateway combos [INCLUDE_METRICS]"
    )


def test_a_prompt_becomes_a_message() -> None:
    [message] = OPERATION_BY_NAME["route"].prepared(arguments("route", "main", "Hello?"))["messages"]
    assert (message.role, message.text) == ("user", "Hello?")


def test_a_json_list_of_messages_is_that_conversation_and_other_json_is_said_as_it_stands() -> None:
    route = OPERATION_BY_NAME["route"]
    told = '[{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hello?"}]'
    messages = route.prepared(arguments("route", "main", told))["messages"]
    assert [(message.role, message.text) for message in messages] == [("system", "Be short."), ("user", "Hello?")]
    for said in ("[1, 2]", '[{"role": "tool", "content": "x"}]', "[]", '{"role": "user"}', "[" * 100_000):
        [message] = route.prepared(arguments("route", "main", said))["messages"]
        assert (message.role, message.text) == ("user", said)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["gateway", "health", "--json"], (["gateway"], ["health", "--json"])),
        (["--demo", "gateway", "health"], (["--demo", "gateway"], ["health"])),
        (["--model", "gateway", "ask", "Hi"], (["--model", "gateway", "ask", "Hi"], [])),
        (["ask", "gateway"], (["ask", "gateway"], [])),
        ([], ([], [])),
    ],
)
def test_the_words_of_an_operation_are_told_from_the_rest(
    words: list[str], expected: tuple[list[str], list[str]]
) -> None:
    assert split_at_table(words) == expected


def test_options_of_every_verb_work_behind_an_operation() -> None:
    given = parse_operation(["health", "--json", "--demo"], parser().parse_args(["gateway"]))
    assert given.json
    assert given.demo


def test_there_are_sixteen_operations_each_with_a_scope() -> None:
    assert len(OPERATIONS) == 16
    assert all(operation.scopes for operation in OPERATIONS)
