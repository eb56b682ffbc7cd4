"""Calls from fragments: when one is known to be complete, and what is never run."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.gateway.upstream.calls import MAX_CALLS, CallCollector, JsonExtent


def item(name: str | None = None, arguments: object = None, **fields: Any) -> dict[str, Any]:
    return {**fields, "function": {"name": name, "arguments": arguments}}


def fed(*items: dict[str, Any]) -> tuple[CallCollector, list[str]]:
    collector = CallCollector()
    ready = [call.arguments_json for one in items for call, _ in collector.feed(one)]
    return collector, ready


def test_a_call_is_ready_with_the_bracket_that_closes_it() -> None:
    _, ready = fed(item("x", '{"a": "}', index=0), item(None, '"', index=0))
    assert ready == []
    _, ready = fed(item("x", '{"a": "}', index=0), item(None, '"}', index=0))
    assert ready == ['{"a": "}"}']


def test_an_empty_object_may_be_a_placeholder_and_waits() -> None:
    collector, ready = fed(item("x", "{}", index=0, id="c"), item(None, '{"a": 1}', index=0))
    assert ready == ['{"a": 1}']
    assert [call.arguments_json for call in collector.finish(cut=False, last_is_suspect=False).whole] == ['{"a": 1}']


def test_an_empty_object_is_ready_once_the_next_call_begins() -> None:
    _, ready = fed(item("x", "{}", index=0), item("y", '{"a', index=1))
    assert ready == ["{}"]


def test_our_ids_are_new_each_time() -> None:
    collector, _ = fed(item("x", "{}", index=0, id="call_0"), item("y", "{}", index=1, id="call_0"))
    ids = {call.id for call in collector.finish(cut=False, last_is_suspect=False).whole}
    assert len(ids) == 2
    assert "call_0" not in ids


def test_a_repeated_name_does_not_begin_another_call() -> None:
    collector, ready = fed(
        item("x", '{"a"', index=0, id="c"), item("x", ": 1}", index=0, id="c"), item("x", "", index=0, id="c")
    )
    assert len(collector) == 1
    assert ready == ['{"a": 1}']


def test_text_after_a_closed_object_makes_the_call_broken_not_silently_whole() -> None:
    collector, _ = fed(item("x", '{"a": 1}', index=0), item(None, '{"b"', index=0))
    found = collector.finish(cut=False, last_is_suspect=False)
    assert [call.arguments_json for call in found.truncated] == ['{"a": 1}{"b"']


def test_a_cut_keeps_closed_calls_and_gives_up_the_open_one() -> None:
    collector, _ = fed(item("x", '{"a": 1}', index=0), item("y", '{"b"', index=1), item("z", "", index=2))
    found = collector.finish(cut=True, last_is_suspect=False)
    assert [call.name for call in found.whole] == ["x"]
    assert [call.name for call in found.truncated] == ["y", "z"]


def test_calls_without_end_are_bounded() -> None:
    collector, _ = fed(*(item("x", "{}", index=number) for number in range(MAX_CALLS + 50)))
    assert len(collector) == MAX_CALLS


@pytest.mark.parametrize("broken", [3, None, [], {"function": None}, {"index": "0", "id": 5}, {"index": True}])
def test_odd_entries_do_no_harm(broken: Any) -> None:
    collector = CallCollector()
    collector.feed(broken if isinstance(broken, dict) else {"function": broken})
    assert collector.finish(cut=False, last_is_suspect=False).whole == ()


JSON_OBJECTS = st.dictionaries(
    st.text(max_size=4),
    st.recursive(st.text(max_size=6) | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=6),
)


@given(JSON_OBJECTS, st.integers(1, 5))
def test_the_end_of_an_object_is_seen_at_its_last_character_and_not_before(value: dict[str, Any], size: int) -> None:
    text = json.dumps(value)
    extent = JsonExtent()
    for start in range(0, len(text) - 1, size):
        extent.feed(text[start : min(start + size, len(text) - 1)])
    assert not extent.closed
    assert extent.open
    extent.feed(text[-1])
    assert extent.closed
    assert not extent.open
