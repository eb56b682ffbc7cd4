"""JSON laid out for approvals."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ui.json_text import laid_out

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_the_layout_is_the_same_value(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert json.loads("\n".join(laid_out(text))) == value


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\U000e0041", "\x7f", "\x85", "\ufeff"])
def test_two_texts_that_differ_in_a_hidden_character_look_different(hidden: str) -> None:
    with_it, without = (laid_out(json.dumps({"a": f"x{char}y"}, ensure_ascii=False)) for char in (hidden, ""))
    assert with_it != without
    assert all(char.isprintable() for line in with_it for char in line)


def test_duplicate_keys_and_odd_numbers_are_shown_as_they_will_be_sent() -> None:
    assert laid_out('{"a":1,"a":1.0000000000000000001,"b":1e400}') == [
        "{",
        '  "a": 1,',
        '  "a": 1.0000000000000000001,',
        '  "b": 1e400',
        "}",
    ]


def test_what_is_no_json_comes_out_complete() -> None:
    assert "".join(laid_out('oops "unfinished')) == 'oops"unfinished'


def test_hostile_depth_stays_small() -> None:
    lines = laid_out("[" * 10_000)
    assert sum(map(len, lines)) < 600_000
