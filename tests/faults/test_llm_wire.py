"""Every fault on the wire ends in one named outcome: over the parser alone, over any cutting, over real sockets."""

import time
from typing import Any

import pytest

from tests.fakes.llm_endpoint import LlmEndpoint, raw
from tests.faults.llm_answer_cases import ANSWERS
from tests.faults.llm_call_cases import CALLS
from tests.faults.llm_wire_case import WireCase
from tests.faults.llm_wire_cases import STREAMS
from tui.domain.completion import ChatRequest
from tui.domain.gateway import ProviderSpec
from tui.domain.ids import ProviderName
from tui.domain.messages import user_text
from tui.domain.text import CleanText
from tui.gateway.upstream.client import UpstreamClient
from tui.gateway.upstream.events import Done, Timeouts
from tui.gateway.upstream.failures import failure
from tui.gateway.upstream.reading import BodyReader
from tui.gateway.upstream.verdict import done_after

BODIES = (*STREAMS, *CALLS)
KEY = "sk-test-key-0123456789"
REQUEST = ChatRequest("p/m", (user_text(CleanText("hi")),))


def facts(done: Done) -> dict[str, Any]:
    return {
        **{name: getattr(done, name) for name in Done.__slots__},
        "calls": [(call.name, call.arguments_json) for call in done.tool_calls],
        "truncated": [(call.name, call.arguments_json) for call in done.truncated_calls],
        "tokens": (done.usage.input_tokens, done.usage.output_tokens),
    }


def check(case: WireCase, done: Done) -> None:
    found = facts(done)
    assert {name: found[name] for name in case.expect} == dict(case.expect)
    assert (done.outcome == "complete") == (done.failure is None)
    assert bool(done.reason) == (done.outcome != "complete")


def parsed(case: WireCase, size: int) -> Done:
    reader = BodyReader((KEY,))
    reader.content_type = case.headers.get("content-type", "")
    for start in range(0, len(case.body), size):
        if not reader.finished:
            reader.feed(case.body[start : start + size])
    if case.end == "cut":
        reader.interrupted = failure("cut", "cut")
    reader.end()
    return done_after(reader, "p", 200)


@pytest.mark.parametrize("case", BODIES, ids=str)
def test_the_parser_alone_gives_the_named_outcome(case: WireCase) -> None:
    check(case, parsed(case, 1 << 16))


@pytest.mark.parametrize("case", [case for case in BODIES if len(case.body) < 10_000], ids=str)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_any_cutting_of_the_bytes_gives_the_same_outcome(case: WireCase, size: int) -> None:
    check(case, parsed(case, size))


@pytest.mark.parametrize("case", [*BODIES, *ANSWERS], ids=str)
async def test_a_real_socket_gives_the_same_outcome(case: WireCase) -> None:
    half = len(case.body) // 2
    reply = raw(case.body[:half], case.body[half:], status=case.status, headers=case.headers, end=case.end)  # type: ignore[arg-type]
    async with LlmEndpoint([reply]) as endpoint:
        client = UpstreamClient(ProviderSpec(ProviderName("p"), endpoint.base_url), KEY, Timeouts())
        events = [event async for event in client.stream(REQUEST, "m")]
        await client.close()
    done = events[-1]
    assert isinstance(done, Done)
    assert sum(isinstance(event, Done) for event in events) == 1
    check(case, done)
    assert KEY not in repr(events)
    assert "<" not in done.reason


async def test_a_date_to_wait_for_is_seconds_from_now() -> None:
    moment = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))
    async with LlmEndpoint([raw(b"{}", status=429, headers={"retry-after": moment})]) as endpoint:
        client = UpstreamClient(ProviderSpec(ProviderName("p"), endpoint.base_url), KEY, Timeouts())
        done = [event async for event in client.stream(REQUEST, "m")][-1]
        await client.close()
    assert isinstance(done, Done)
    assert done.retry_after_s is not None
    assert 50 < done.retry_after_s <= 60
