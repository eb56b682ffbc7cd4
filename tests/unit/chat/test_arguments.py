"""Arguments are parsed strictly; what is shown is what is sent."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.chat_ports import tool
from tui.chat.arguments import FrozenCall, canonical
from tui.domain.errors import CallError

REFUSED = {
    "array": ("[1]", "an array"),
    "number": ("7", "a number"),
    "null": ("null", "null"),
    "true": ("true", "a boolean"),
    "plain string": ('"hello"', "not valid JSON"),
    "string twice": (json.dumps(json.dumps(json.dumps({"a": 1}))), "a string"),
    "cut": ('{"a": "b', "not valid JSON"),
    "trailing words": ('{"a": 1} and more', "not valid JSON"),
    "duplicate name": ('{"a": 1, "a": 2}', "twice"),
    "duplicate name inside": ('{"a": {"b": 1, "b": 1}}', "twice"),
    "NaN": ('{"a": NaN}', "NaN"),
    "Infinity": ('{"a": -Infinity}', "Infinity"),
    "huge float": ('{"a": 1e308}', "too large"),
    "endless float": ('{"a": 1e999}', "too large"),
    "huge integer": ('{"a": 1' + "0" * 308 + "}", "too large"),
    "10^5 digits": ('{"a": ' + "9" * 100_000 + "}", "too large"),
    "deep": ('{"a":' * 100_000 + "1" + "}" * 100_000, "too deeply"),
    "half a surrogate pair": ('{"a": "\\ud800"}', "surrogate"),
    "too long": ('{"a": "' + "x" * 2_000_001 + '"}', "longer"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_two_readers_could_read_differently_is_refused_with_a_reason(case):
    text, reason = REFUSED[case]
    with pytest.raises(CallError, match=reason):
        canonical(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "{}"),
        ("  ", "{}"),
        ("{}", "{}"),
        ('{"b":1,"a":[1.5,null]}', '{"b": 1, "a": [1.5, null]}'),
        ('"{\\"a\\": 1}"', '{"a": 1}'),
        ('{"a":"\\u00e9\\ud83d\\ude00"}', '{"a": "é😀"}'),
        ('{"id": 9007199254740993}', '{"id": 9007199254740993}'),
    ],
)
def test_one_object_has_one_spelling(text, expected):
    assert canonical(text) == expected


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(-1e299, 1e299, allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab\n"é', max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text("xyz", max_size=3), json_values, max_size=4))
def test_the_object_that_is_sent_spells_what_was_approved(arguments):
    frozen = FrozenCall(tool("write"), canonical(json.dumps(arguments)))
    sent = frozen.arguments()
    assert sent == arguments
    assert json.dumps(sent, ensure_ascii=False) == frozen.arguments_json


def test_a_holder_that_changes_its_copy_changes_nothing_that_is_sent():
    frozen = FrozenCall(tool("write"), '{"paths": ["a"]}')
    frozen.arguments()["paths"].append("b")
    assert frozen.arguments() == {"paths": ["a"]}
