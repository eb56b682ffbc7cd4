"""Lines and messages out of bytes, however they are cut and however odd they are."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.types import JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from tui.servers.transports.framing import EndlessLineError, Junk, LineSplitter, Oversized, failed_answer, parse_line

STREAM = b'one\n\ntwo \xf0\x9f\x8c\x8d\n{"jsonrpc":"2.0"}\nrest'


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_lines_do_not_depend_on_how_the_stream_is_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    splitter = LineSplitter()
    chunks = [STREAM[start:end] for start, end in pairwise(edges)]
    lines = [line for chunk in chunks for line in splitter.feed(chunk)]
    assert lines == [b"one", b"", "two 🌍".encode(), b'{"jsonrpc":"2.0"}']


@pytest.mark.parametrize("step", [1, 3, 100])
def test_a_line_above_the_cap_is_dropped_and_the_next_one_arrives(step: int) -> None:
    data = b"0123456789abc\nshort\n"
    splitter = LineSplitter(cap=8)
    lines = [line for start in range(0, len(data), step) for line in splitter.feed(data[start : start + step])]
    first, second = lines
    assert isinstance(first, Oversized)
    assert (first.size, first.head.startswith(b"0123")) == (13, True) or step == 1
    assert second == b"short"


def test_a_line_that_never_ends_is_given_up() -> None:
    """M18."""
    splitter = LineSplitter(cap=8, drain_cap=100)
    assert list(splitter.feed(b"x" * 99)) == []
    with pytest.raises(EndlessLineError):
        list(splitter.feed(b"xx"))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b'{"jsonrpc":"2.0","id":1,"result":{}}', JSONRPCResponse),
        (b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"result":{}}\r', JSONRPCResponse),
        (b'{"id":1,"result":{}}', JSONRPCResponse),
        (b'{"jsonrpc":"2.0","id":1,"result":{"a":NaN}}', JSONRPCResponse),
        (b'{"jsonrpc":"2.0","id":1,"result":{"a":"\\ud800"}}', JSONRPCResponse),
        (b'{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"m"}}', JSONRPCError),
        (b'{"jsonrpc":"2.0","id":1,"result":', JSONRPCError),
        (b'{"jsonrpc":"2.0","id":1,"result":' + b"[" * 5_000 + b"]" * 5_000 + b"}", JSONRPCError),
        (b'{"jsonrpc":"2.0","id":1,"result":"text"}', JSONRPCError),
        (b'{"jsonrpc":"2.0","method":"notifications/message"}', JSONRPCNotification),
        (b'{"jsonrpc":"2.0","id":null,"method":"notifications/message"}', JSONRPCNotification),
        (b'{"jsonrpc":"2.0","id":"x","method":"ping"}', JSONRPCRequest),
        (b"INFO: listening", Junk),
        (b"\xff\xfe\x00", Junk),
        (b"{}", Junk),
        (b'{"level":"info","msg":"started"}', Junk),
        (b"[1]", Junk),
    ],
)
def test_a_line_becomes_a_message_or_junk_and_never_an_exception(line: bytes, kind: type) -> None:
    (message,) = parse_line(line)
    assert isinstance(message, kind), message
    if isinstance(message, JSONRPCError):
        assert message.id == 1


@given(st.binary(max_size=200))
def test_no_line_raises(line: bytes) -> None:
    parse_line(line)
    parse_line(b"{" + line)
    parse_line(b'{"jsonrpc":"2.0","id":1,"result":' + line)


def test_a_batch_is_taken_apart() -> None:
    """M10."""
    one, two = parse_line(b'[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","method":"x"}]')
    assert (type(one), type(two)) == (JSONRPCResponse, JSONRPCNotification)


def test_empty_lines_are_nothing() -> None:
    assert parse_line(b" \r") == []


def test_only_an_answer_is_failed_by_its_head() -> None:
    assert failed_answer(b'{"id":7,"method":"sampling/createMessage"', "too large") is None
    assert failed_answer(b'{"result":"no id', "too large") is None
    assert failed_answer(b'{"jsonrpc":"2.0","result":{"id":7,"text":"', "too large") is None
    failed = failed_answer(b'{"jsonrpc":"2.0","id":"seven","result":', "too large")
    assert failed is not None
    assert (failed.id, failed.error.message) == ("seven", "too large")
