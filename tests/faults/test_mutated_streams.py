"""Recorded streams, broken in every way a network or a provider breaks them, never end in an error or in a false end.

An answer is called complete only when the bytes themselves hold a finish reason, an end mark or a whole body; a tool
call is handed out only when its arguments are a JSON object; and the cutting of the bytes changes nothing.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.llm_replies import DONE, chunk, ending, event
from tests.faults.llm_call_cases import CALLS
from tests.faults.llm_wire_case import body, part, text
from tests.faults.llm_wire_cases import STREAMS
from tui.chat.arguments import canonical
from tui.domain.errors import CallError
from tui.domain.messages import ToolCall
from tui.domain.text import clean
from tui.gateway.upstream.events import CallReady, Done, Piece, Text
from tui.gateway.upstream.reading import BodyReader
from tui.gateway.upstream.verdict import done_after

LARGEST_SEED = 4_000

RECORDED: tuple[tuple[bytes, ...], ...] = (
    (*map(text, ("Hel", "lo, ", "w\u00f6rld ", "\U0001f469\u200d\U0001f680")), *ending()),
    (
        b": OPENROUTER PROCESSING\n\n",
        chunk({"role": "assistant", "content": ""}, provider="Groq"),
        chunk({"reasoning": "Let me think."}),
        text("42"),
        chunk(choices=[], usage={"prompt_tokens": 9, "completion_tokens": 3, "cost": 0.0001}),
        chunk({}, "stop"),
        DONE,
    ),
    (
        part("read_file", "", index=0, id="call_1", type="function"),
        part(None, '{"path": ', index=0),
        part(None, '"/tmp/a \\"b\\" {}"}', index=0),
        part("list", '{"deep": {"er": [1, 2, {}]}}', index=1, id="call_2", type="function"),
        *ending("tool_calls"),
    ),
    (
        text("ab"),
        part("x", '{"a": 1}', index=0),
        part("y", '{"b": [', index=0),
        part(None, "2]}", index=0),
        *ending("tool_calls"),
    ),
    (text("ab"), chunk({}, "length"), DONE),
    (text("no mark, but a reason"), chunk({}, "end_turn")),
    (text("a mark, but no reason"), DONE),
    (text("half"), event({"error": {"code": 502, "message": "upstream broke"}})),
    (body(role="assistant", content="a whole body"),),
    (b"<!DOCTYPE html><html>",),
    *((case.body,) for case in (*STREAMS, *CALLS) if 0 < len(case.body) < LARGEST_SEED),
)
"""Bodies as providers send them, in chunks that mean something."""
PIECES = tuple(piece for recorded in RECORDED for piece in recorded)
NOISE = (
    b"",
    b"\n",
    b"\r\n\r\n",
    b"\x00\xff\xfe",
    b"data:",
    b"data: {",
    b"data: []\n\n",
    b"event: error\n",
    b'"',
    b"}",
    b"}]",
)

Mutation = Callable[[list[bytes]], list[bytes]]
PLACE = st.integers(0, 10_000)


def _place(chunks: list[bytes], place: int) -> int:
    return place % len(chunks) if chunks else 0


def _truncate(place: int) -> Mutation:
    def mutate(chunks: list[bytes]) -> list[bytes]:
        whole = b"".join(chunks)
        return [whole[: place % (len(whole) + 1)]]

    return mutate


def _flip(place: int, bits: int) -> Mutation:
    def mutate(chunks: list[bytes]) -> list[bytes]:
        whole = bytearray(b"".join(chunks))
        if whole:
            whole[place % len(whole)] ^= bits
        return [bytes(whole)]

    return mutate


def _double(place: int) -> Mutation:
    return lambda chunks: chunks[: (at := _place(chunks, place)) + 1] + chunks[at:]


def _drop(place: int) -> Mutation:
    return lambda chunks: chunks[: (at := _place(chunks, place))] + chunks[at + 1 :]


def _insert(place: int, piece: bytes) -> Mutation:
    return lambda chunks: [*chunks[: (at := _place(chunks, place))], piece, *chunks[at:]]


def _move(origin: int, goal: int) -> Mutation:
    def mutate(chunks: list[bytes]) -> list[bytes]:
        if not chunks:
            return []
        at = _place(chunks, origin)
        left = chunks[:at] + chunks[at + 1 :]
        return _insert(goal, chunks[at])(left)

    return mutate


MUTATIONS = st.one_of(
    st.builds(_truncate, PLACE),
    st.builds(_flip, PLACE, st.integers(1, 255)),
    st.builds(_double, PLACE),
    st.builds(_drop, PLACE),
    st.builds(_move, PLACE, PLACE),
    st.builds(_insert, PLACE, st.sampled_from((*PIECES, *NOISE))),
)


@st.composite
def broken_bodies(draw: st.DrawFn) -> bytes:
    """One recorded body after one to four mutations."""
    chunks = list(draw(st.sampled_from(RECORDED)))
    for mutate in draw(st.lists(MUTATIONS, min_size=1, max_size=4)):
        chunks = mutate(chunks)
    return b"".join(chunks)


def read(pieces: Sequence[bytes]) -> tuple[list[Piece], Done]:
    reader = BodyReader()
    found: list[Piece] = []
    for piece in pieces:
        if not reader.finished:
            found += reader.feed(piece)
    found += reader.end()
    return found, done_after(reader, "p", 200)


def holds_evidence(whole: bytes) -> bool:
    """Whether the bytes say anywhere that an answer ended, read without the program's own parser."""
    said = whole.decode("utf-8", "replace")
    if re.search(r"^\ufeff?data:\s*\[DONE\]", said, re.MULTILINE | re.DOTALL) or re.search(r"\rdata:\s*\[DONE\]", said):
        return True
    if re.search(r'"finish_reason"\s*:\s*"[^"]', said):
        return True
    try:
        document = json.loads(said.removeprefix("\ufeff"))
    except ValueError:
        return False
    return isinstance(document, dict) and isinstance(document.get("choices"), list)


def is_object(call: ToolCall) -> bool:
    try:
        return isinstance(json.loads(call.arguments_json), dict)
    except ValueError:
        return False


def without_ids(done: Done) -> Done:
    """Call ids are minted anew by every reading."""
    calls, cut = (
        tuple(replace(call, id="") for call in group)  # type: ignore[arg-type]
        for group in (done.tool_calls, done.truncated_calls)
    )
    return replace(done, tool_calls=calls, truncated_calls=cut, extras={})


def check(whole: bytes, places: list[int]) -> None:
    pieces, done = read([whole])
    assert done.outcome in ("complete", "partial", "failed")
    assert (done.outcome == "complete") == (done.failure is None)
    assert bool(done.reason) == (done.outcome != "complete")
    assert done.outcome != "complete" or holds_evidence(whole)
    ready = [piece.call for piece in pieces if isinstance(piece, CallReady)]
    assert all(is_object(call) for call in ready)
    assert len({call.id for call in ready}) == len(ready)
    ended = {call.id: call for call in (*done.tool_calls, *done.truncated_calls)}
    for call in ready:
        # What was handed out stays as it was, or is broken for all to see; it never becomes another whole call.
        assert ended[call.id] == call or not is_object(ended[call.id])
    assert done.text == clean(done.text) == "".join(piece.text for piece in pieces if isinstance(piece, Text))
    edges = sorted({0, len(whole), *(place % (len(whole) + 1) for place in places)})
    again, same = read([whole[start:end] for start, end in pairwise(edges)])
    assert without_ids(same) == without_ids(done)
    assert [piece.call.arguments_json for piece in again if isinstance(piece, CallReady)] == [
        call.arguments_json for call in ready
    ]


CUTS = st.lists(PLACE, max_size=12)
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=500, deadline=None, suppress_health_check=QUIET)
@given(broken_bodies(), CUTS)
def test_a_broken_stream_ends_in_one_honest_way(whole: bytes, places: list[int]) -> None:
    check(whole, places)


@pytest.mark.long
@settings(max_examples=20_000, deadline=None, suppress_health_check=QUIET)
@given(broken_bodies(), CUTS)
def test_many_broken_streams_end_in_one_honest_way(whole: bytes, places: list[int]) -> None:
    check(whole, places)


@pytest.mark.parametrize("recorded", RECORDED[:8], ids=range(8))
def test_a_stream_cut_at_any_byte_is_complete_only_with_its_proof(recorded: tuple[bytes, ...]) -> None:
    whole = b"".join(recorded)
    for end in range(len(whole)):
        _, done = read([whole[:end]])
        assert done.outcome != "complete" or holds_evidence(whole[:end]), end


@settings(max_examples=500, deadline=None, suppress_health_check=QUIET)
@given(broken_bodies())
def test_no_tool_is_run_with_arguments_that_are_no_object(whole: bytes) -> None:
    """What the chat makes of a call's arguments before it may run: an object, or an error the model is told."""
    _, done = read([whole])
    for call in done.tool_calls:
        try:
            frozen = canonical(call.arguments_json)
        except CallError:
            continue
        assert isinstance(json.loads(frozen), dict)
