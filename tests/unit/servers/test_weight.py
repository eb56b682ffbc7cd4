"""How many values a message holds, told before it is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.types import JSONRPCError, JSONRPCResponse

from tui.domain.messages import Json
from tui.servers.transports.framing import Junk, parse_line
from tui.servers.transports.weight import REQUEST_VALUE_CAP, VALUE_CAP, count_values

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='a",[{\\', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='k"\\,', max_size=4), inner, max_size=4)
    ),
    max_leaves=40,
)


def marks(value: Json) -> int:
    """Brackets and commas of `value` that stand outside its texts."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(0, len(inner) - 1) + sum(map(marks, inner))


@given(JSON)
def test_only_what_stands_outside_texts_is_counted(value: Json) -> None:
    data = json.dumps([value, ",", "["], separators=(",", ":")).encode()
    assert count_values(data, cap=data.count(b",") + data.count(b"[") + data.count(b"{") - 1) == 1 + 3 + marks(value)


def test_counting_goes_on_across_its_windows() -> None:
    value = ["a,b" * 30_000, 'say "[,"' * 9_000, *range(50)]
    assert count_values(json.dumps(value).encode(), cap=60) == 1 + 1 + 51


@pytest.mark.parametrize("text", ["a, b, [c], {d}" * 200_000, json.dumps([{"a": 1}] * 200_000)])
def test_a_long_text_is_taken_whatever_stands_in_it(text: str) -> None:
    (message,) = parse_line(json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"text": text}}).encode())
    assert isinstance(message, JSONRPCResponse)
    assert message.result == {"text": text}


@pytest.mark.parametrize("one", [b'{"a":"bb","c":[1]},', b"7,", b"{},", b"[[]],"])
def test_an_answer_of_too_many_values_becomes_an_error_that_says_so(one: bytes) -> None:
    line = b'{"jsonrpc":"2.0","id":1,"result":{"n":[' + one * (VALUE_CAP + 1) + b"0]}}"
    (message,) = parse_line(line)
    assert isinstance(message, JSONRPCError)
    assert (message.id, "400,000 values" in message.error.message) == (1, True)


@pytest.mark.parametrize("head", [b'"id":"q","method":"sampling/createMessage"', b'"method":"notifications/progress"'])
def test_what_a_server_asks_or_announces_may_hold_far_less(head: bytes) -> None:
    for values, kept in ((REQUEST_VALUE_CAP // 2, True), (REQUEST_VALUE_CAP + 1, False)):
        line = b'{"jsonrpc":"2.0",' + head + b',"params":{"n":[' + b"12345678," * values + b"0]}}"
        (message,) = parse_line(line)
        assert isinstance(message, Junk) is not kept
