"""Facts as strict JSON."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tui.domain.events import ToolCallStarted
from tui.domain.ids import CallId, TurnId
from tui.domain.jsonable import MAX_NESTING, event_name, jsonable, nested_too_deeply
from tui.domain.money import Cost
from tui.domain.servers import ResourceLinkBlock, TextBlock, ToolResult
from tui.domain.text import CleanText


def test_members_of_a_union_say_which_they_are() -> None:
    result = ToolResult("ok", (TextBlock(CleanText("a")), ResourceLinkBlock(CleanText("x:y"), CleanText("n"))))
    assert [block["type"] for block in jsonable(result)["blocks"]] == ["text", "resource_link"]


def test_what_is_unknown_stays_null() -> None:
    assert jsonable(Cost.unknown()) == {"microusd": None, "source": "unknown"}


def test_everything_becomes_strict_json() -> None:
    value = {"a": Decimal("0.1"), "b": Path("/x"), "c": float("nan"), "d": (1, {2}), 3: float("inf")}
    assert json.loads(json.dumps(jsonable(value), allow_nan=False)) == {
        "a": 0.1,
        "b": "/x",
        "c": None,
        "d": [1, [2]],
        "3": None,
    }


def test_an_event_is_named_after_its_type() -> None:
    assert event_name(ToolCallStarted(TurnId("t"), CallId("c"), 0.0)) == "tool_call_started"


@pytest.mark.parametrize(("levels", "too_deep"), [(0, False), (MAX_NESTING, False), (MAX_NESTING + 1, True)])
def test_json_is_too_deep_beyond_the_cap(levels: int, too_deep: bool) -> None:
    value: object = 1
    for number in range(levels):
        value = {"a": 1, "b": value} if number % 2 else [1, value]
    assert nested_too_deeply(value) is too_deep
