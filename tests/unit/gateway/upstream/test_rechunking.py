"""However bytes and text are cut, the same comes out."""

import json
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from tests.fakes.llm_replies import ending
from tests.faults.llm_wire_case import part, text
from tui.domain.text import clean
from tui.gateway.upstream.clean_pieces import CleanPieces, with_whole_pairs
from tui.gateway.upstream.events import CallReady, Text
from tui.gateway.upstream.reading import BodyReader
from tui.gateway.upstream.sse import SseDecoder, SseEvent
from tui.gateway.upstream.verdict import done_after

LINES = st.sampled_from(
    [
        b"data: a",
        b"data:b",
        b"data",
        b"data: \xc3\xa9",
        b"data: \xff",
        b": c",
        b"event: e",
        b"id: 1",
        b"",
        b"",
        b"\xef\xbb\xbf",
    ]
)
TRICKY = st.sampled_from(
    list("ab\r\n\t\u200d\u200c\ufe0f\u2764\U0001f469\U0001f680\x1b\u202e\ud83d\ude80\u0915\u094d\u0937")
)


def cut(whole: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(whole), *(place % (len(whole) + 1) for place in places)})
    return [whole[start:end] for start, end in pairwise(edges)]


def decoded(pieces: list[bytes]) -> list[SseEvent]:
    decoder = SseDecoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.end()


WAITING = [(b"", b"\n"), (b"data: a", b"\n"), (b"", b"\n"), (b"event: e", b"\n"), (b"data: a", b"\n"), (b"", b"\n")]


@given(
    st.lists(st.tuples(LINES, st.sampled_from([b"\n", b"\r\n", b"\r"]))), st.lists(st.integers(0, 10_000), max_size=20)
)
@example(WAITING, [1, 10, 19])
@example([*WAITING[:2], *WAITING[4:]], [1, 9])
def test_events_do_not_depend_on_how_bytes_were_cut(lines: list[tuple[bytes, bytes]], places: list[int]) -> None:
    whole = b"".join(line + end for line, end in lines)
    assert decoded(cut(whole, places)) == decoded([whole])
    assert decoded([whole[i : i + 1] for i in range(len(whole))]) == decoded([whole])


@given(st.lists(st.text(TRICKY, max_size=6), max_size=8))
@example(["\U0001f469\u200d", "\U0001f680"])
@example(["a\r", "\nb"])
@example(["\ud83d", "\ude80"])
@example(["\u2764", "\ufe0f\u200d", "\U0001f525"])
def test_pieces_cleaned_one_by_one_are_the_whole_text_cleaned(pieces: list[str]) -> None:
    cleaner = CleanPieces()
    shown = "".join(cleaner.feed(piece) for piece in pieces) + cleaner.end()
    assert shown == clean(with_whole_pairs("".join(pieces)))


@given(st.text(max_size=20), st.dictionaries(st.text(max_size=5), st.text(max_size=8), max_size=3), st.data())
def test_a_reply_does_not_depend_on_how_its_bytes_were_cut(
    said: str, arguments: dict[str, str], data: st.DataObject
) -> None:
    raw_arguments = json.dumps(arguments)
    half = len(raw_arguments) // 2
    whole = b"".join(
        (
            text("x" + said),
            part("t", raw_arguments[:half], index=0),
            part(None, raw_arguments[half:], index=0),
            *ending(),
        )
    )
    places = data.draw(st.lists(st.integers(0, 10_000), max_size=15))
    reader = BodyReader()
    pieces = [piece for chunk in cut(whole, places) for piece in reader.feed(chunk)] + reader.end()
    done = done_after(reader, "p", 200)
    assert done.outcome == "complete"
    assert done.text == clean(with_whole_pairs("x" + said))
    assert done.text == "".join(piece.text for piece in pieces if isinstance(piece, Text))
    assert json.loads(done.tool_calls[0].arguments_json) == arguments
    assert [piece.call for piece in pieces if isinstance(piece, CallReady)] == list(done.tool_calls)


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_no_bytes_whatever_raise(chunks: list[bytes]) -> None:
    reader = BodyReader()
    for chunk in chunks:
        reader.feed(b"data: " + chunk)
    reader.end()
    assert done_after(reader, "p", 200).outcome in ("complete", "partial", "failed")


KEYS = (
    "choices",
    "delta",
    "message",
    "content",
    "tool_calls",
    "function",
    "name",
    "arguments",
    "index",
    "id",
    "error",
    "usage",
    "code",
    "finish_reason",
    "prompt_tokens",
    "reasoning_details",
    "reasoning",
    "type",
    "text",
    "model",
    "provider",
    "cost",
)

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(st.lists(JSON_VALUES, max_size=4))
def test_no_json_whatever_raises(documents: list[object]) -> None:
    reader = BodyReader()
    for document in documents:
        reader.feed(b"data: " + json.dumps(document).encode() + b"\n\n")
    reader.end()
    assert done_after(reader, "p", 200).outcome in ("complete", "partial", "failed")
