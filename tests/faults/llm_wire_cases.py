"""Faults of streams and bodies, as data: what arrives, and what must come of it."""

import json

from tests.fakes.llm_replies import DONE, chunk, event
from tests.faults.llm_wire_case import COMPLETE, HTML_BODY, JSON_BODY, WireCase, body, stream, text

CALL_X = [("x", '{"a": 1}')]
HALF = b"data: " + json.dumps({"choices": [{"delta": {"content": "lost"}}]}).encode()[:30]
ERROR_502 = {"error": {"code": 502, "message": "upstream broke"}}
COOKED = stream(text("hi"))

STREAMS = (
    WireCase(
        "L01",
        "cut in the middle of a stream",
        text("half"),
        {"outcome": "partial", "failure": "cut", "text": "half"},
        end="cut",
    ),
    WireCase(
        "L01",
        "cut inside an event",
        text("half") + HALF,
        {"outcome": "partial", "failure": "cut", "text": "half"},
        end="cut",
    ),
    WireCase("L01", "cut before anything", b"", {"outcome": "failed", "failure": "cut"}, end="cut"),
    WireCase(
        "L02", "clean end without any proof", text("half"), {"outcome": "partial", "failure": "cut", "text": "half"}
    ),
    WireCase(
        "L03",
        "end mark without a finish reason",
        text("hi") + DONE,
        {**COMPLETE, "text": "hi", "finish_reason": None, "notes": ("the provider gave no finish reason",)},
    ),
    WireCase(
        "L05",
        "error chunk after text",
        text("half") + event(ERROR_502),
        {"outcome": "partial", "failure": "provider-down", "status": 502, "text": "half"},
    ),
    WireCase(
        "L05",
        "error chunk of rate limits",
        event({"error": {"code": 429, "message": "slow down"}}),
        {"outcome": "failed", "failure": "rate-limit", "status": 429},
    ),
    WireCase(
        "L05",
        "overloaded without a code",
        event({"error": {"type": "overloaded_error", "message": "Overloaded"}}),
        {"outcome": "failed", "failure": "rate-limit"},
    ),
    WireCase(
        "L05",
        "error as a named event",
        b'event: error\ndata: {"message": "server error"}\n\n',
        {"outcome": "failed", "failure": "provider-down"},
    ),
    WireCase(
        "L06",
        "error as a string",
        event({"error": "the server had an internal error"}),
        {"outcome": "failed", "failure": "provider-down"},
    ),
    WireCase(
        "L06",
        "error inside the choice",
        chunk(choices=[{"index": 0, "delta": {}, "error": {"code": 429, "message": "x"}}]),
        {"outcome": "failed", "failure": "rate-limit", "status": 429},
    ),
    WireCase(
        "L07",
        "finish reason error",
        text("half") + chunk({}, "error") + DONE,
        {"outcome": "partial", "failure": "provider-down", "finish_reason": "error"},
    ),
    WireCase(
        "L09", "comments of a working provider", b": OPENROUTER PROCESSING\n\n" * 3 + COOKED, {**COMPLETE, "text": "hi"}
    ),
    WireCase(
        "L10",
        "keep-alives as data",
        b"data: : keepalive\n\ndata: ping\n\ndata:\n\n" + COOKED,
        {**COMPLETE, "text": "hi"},
    ),
    WireCase("L11", "comment after an id", b"id: 7\n: ping\n\n" + COOKED, {**COMPLETE, "text": "hi"}),
    WireCase(
        "L13",
        "one chunk that is not JSON",
        text("half") + b"data: {oops\n\n" + COOKED,
        {"outcome": "partial", "failure": "malformed", "text": "half"},
    ),
    WireCase(
        "L13",
        "nested beyond reason",
        b"data: " + b"[" * 100_000 + b"\n\n",
        {"outcome": "failed", "failure": "malformed"},
    ),
    WireCase(
        "L13",
        "an event larger than the bound",
        b"data: " + b"x" * (9 << 20),
        {"outcome": "failed", "failure": "malformed"},
    ),
    WireCase(
        "L15",
        "no space, CRLF and a byte order mark",
        b"\xef\xbb\xbf" + COOKED.replace(b"data: ", b"data:").replace(b"\n", b"\r\n"),
        {**COMPLETE, "text": "hi"},
    ),
    WireCase("L15", "bare carriage returns", COOKED.replace(b"\n", b"\r"), {**COMPLETE, "text": "hi"}),
    WireCase("L15", "last blank line forgotten", COOKED.rstrip(), {**COMPLETE, "text": "hi"}),
    WireCase("L21", "usage with no choices", COOKED, {**COMPLETE, "tokens": (50, 10)}),
    WireCase(
        "L22",
        "no usage at all",
        text("hi") + chunk({}, "stop") + DONE,
        {**COMPLETE, "tokens": (None, None), "reported_cost": None},
    ),
    WireCase(
        "L23",
        "usage twice",
        text("hi")
        + chunk(choices=[], usage={"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.5})
        + stream(chunk(choices=[], usage={"prompt_tokens": 50, "completion_tokens": 10, "cost": 0.0021})),
        {**COMPLETE, "tokens": (50, 10), "reported_cost": 2100},
    ),
    WireCase(
        "L23",
        "a cost that makes no sense",
        stream(text("hi"), chunk(choices=[], usage={"cost": "NaN", "prompt_tokens": -3})),
        {**COMPLETE, "reported_cost": None, "tokens": (50, 10)},
    ),
    WireCase(
        "L25",
        "nulls where objects belong",
        stream(
            event({"choices": None}),
            event({"id": "x"}),
            chunk(choices=[None]),
            chunk(choices=[{"delta": None}]),
            chunk({"content": None}),
            chunk({"content": ""}),
            chunk({"tool_calls": None}),
            event([1]),
            text("hi"),
        ),
        {**COMPLETE, "text": "hi"},
    ),
    WireCase(
        "L25",
        "content as parts",
        stream(
            chunk(
                {
                    "content": [
                        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                        {"type": "text", "text": "hi"},
                    ]
                }
            )
        ),
        {**COMPLETE, "text": "hi"},
    ),
    WireCase(
        "L26", "clean stop with no content", stream(chunk({"content": ""})), {"outcome": "failed", "failure": "empty"}
    ),
    WireCase("L26", "no byte at all", b"", {"outcome": "failed", "failure": "empty"}),
    WireCase("L26", "reasoning only", stream(chunk({"reasoning": "hm"})), {"outcome": "failed", "failure": "empty"}),
    WireCase(
        "L27",
        "a whole body instead of events",
        body(role="assistant", content="hi"),
        {**COMPLETE, "text": "hi"},
        headers=JSON_BODY,
    ),
    WireCase("L27", "a whole body under the wrong header", body(content="hi"), {**COMPLETE, "text": "hi"}),
    WireCase(
        "L27",
        "a whole body with calls",
        body(
            content=None,
            finish="tool_calls",
            tool_calls=[{"id": "1", "type": "function", "function": {"name": "x", "arguments": '{"a": 1}'}}],
        ),
        {**COMPLETE, "calls": CALL_X},
        headers=JSON_BODY,
    ),
    WireCase(
        "L29",
        "a page instead of an answer",
        b"<!DOCTYPE html><html><script>alert(1)</script>",
        {"outcome": "failed", "failure": "malformed", "reason": "This is not an LLM API: it answered with text/html"},
        headers=HTML_BODY,
    ),
    WireCase(
        "L31",
        "an error body with status 200",
        json.dumps({"error": {"message": "No such model", "code": 404}}).encode(),
        {"outcome": "failed", "failure": "request", "status": 404},
        headers=JSON_BODY,
    ),
    WireCase(
        "L34",
        "credit used up in band",
        event({"error": {"code": 402, "message": "You can only afford 1,200 tokens"}}),
        {"outcome": "failed", "failure": "credits", "affordable_tokens": 1200},
    ),
    WireCase(
        "L53", "function_call", stream(text("hi"), finish="function_call"), {**COMPLETE, "finish_reason": "tool_calls"}
    ),
    WireCase("L53", "end_turn", stream(text("hi"), finish="end_turn"), {**COMPLETE, "finish_reason": "stop"}),
    WireCase("L53", "tool_use", stream(text("hi"), finish="tool_use"), {**COMPLETE, "finish_reason": "tool_calls"}),
    WireCase(
        "L53",
        "unheard of",
        stream(text("hi"), finish="whim"),
        {**COMPLETE, "finish_reason": "unknown", "notes": ("the provider gave an unknown finish reason: whim",)},
    ),
    WireCase(
        "L54",
        "a call written as text",
        stream(text('<tool_call>{"name": "x"}</tool_call>')),
        {**COMPLETE, "calls": [], "notes": ("the model wrote a tool call as text; it was not run",)},
    ),
    WireCase(
        "L58",
        "reasoning details",
        stream(
            chunk({"reasoning_details": [{"type": "r", "index": 0, "text": "he"}]}),
            chunk({"reasoning_details": [{"type": "r", "index": 0, "text": "y", "signature": "s"}]}),
            text("hi"),
        ),
        {
            **COMPLETE,
            "extras": {"p": {"reasoning_details": [{"type": "r", "index": 0, "text": "hey", "signature": "s"}]}},
        },
    ),
)
