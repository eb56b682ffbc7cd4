"""Faults of tool calls on the wire, as data: which calls are whole, which were cut short."""

import json

from tests.faults.llm_wire_case import COMPLETE, WireCase, part, stream

CALL_X = [("x", '{"a": 1}')]

CALLS = (
    WireCase(
        "L39",
        "two calls share one index, ids differ",
        stream(part("x", '{"a": 1}', index=0, id="p"), part("y", "{}", index=0, id="q"), finish="tool_calls"),
        {**COMPLETE, "calls": [("x", '{"a": 1}'), ("y", "{}")]},
    ),
    WireCase(
        "L39",
        "two calls share one index, no ids",
        stream(part("x", '{"a": 1}', index=0), part("x", '{"a": 2}', index=0), finish="tool_calls"),
        {**COMPLETE, "calls": [("x", '{"a": 1}'), ("x", '{"a": 2}')]},
    ),
    WireCase(
        "L41",
        "fragments interleave",
        stream(
            part("x", '{"a"', index=0, id="p"),
            part("y", '{"b"', index=1, id="q"),
            part(None, ": 1}", index=0),
            part(None, ": 2}", index=1),
            finish="tool_calls",
        ),
        {**COMPLETE, "calls": [("x", '{"a": 1}'), ("y", '{"b": 2}')]},
    ),
    WireCase(
        "L42",
        "index drifts with one call open",
        stream(part("x", '{"a"', index=0, id="p"), part(None, ": 1}", index=5), finish="tool_calls"),
        {**COMPLETE, "calls": CALL_X},
    ),
    WireCase(
        "L42",
        "index drifts with two calls open",
        stream(
            part("x", '{"a"', index=0, id="p"),
            part("y", '{"b"', index=1, id="q"),
            part(None, ": 1}", index=5),
            finish="tool_calls",
        ),
        {**COMPLETE, "calls": [], "truncated": [("x", '{"a"'), ("y", '{"b"')]},
    ),
    WireCase(
        "L43",
        "no ids and no indexes",
        stream(part("x", '{"a": 1}'), part("y", "{}"), finish="tool_calls"),
        {**COMPLETE, "calls": [("x", '{"a": 1}'), ("y", "{}")]},
    ),
    WireCase(
        "L43",
        "the same id twice",
        stream(part("x", '{"a": 1}', index=0, id="c"), part("y", "{}", index=1, id="c"), finish="tool_calls"),
        {**COMPLETE, "calls": [("x", '{"a": 1}'), ("y", "{}")]},
    ),
    WireCase(
        "L45",
        "truncated arguments under a lying finish reason",
        stream(part("x", '{"a": [1, "tw', index=0), finish="tool_calls"),
        {**COMPLETE, "calls": [], "truncated": [("x", '{"a": [1, "tw')]},
    ),
    WireCase(
        "L46",
        "arguments closed early, out of tokens",
        stream(part("x", '{"a": 1}', index=0), finish="length"),
        {**COMPLETE, "calls": [], "truncated": CALL_X, "finish_reason": "length"},
    ),
    WireCase(
        "L47",
        "arguments that are no JSON",
        stream(part("x", "{a: 1}", index=0), finish="tool_calls"),
        {**COMPLETE, "calls": [("x", "{a: 1}")], "truncated": []},
    ),
    WireCase(
        "L49",
        "arguments as an object",
        stream(part("x", {"a": 1}, index=0), finish="tool_calls"),
        {**COMPLETE, "calls": CALL_X},
    ),
    WireCase(
        "L49",
        "arguments encoded twice",
        stream(part("x", json.dumps('{"a": 1}'), index=0), finish="tool_calls"),
        {**COMPLETE, "calls": CALL_X},
    ),
    WireCase(
        "L49",
        "no arguments at all",
        stream(part("x", "", index=0), finish="tool_calls"),
        {**COMPLETE, "calls": [("x", "{}")]},
    ),
    WireCase(
        "L50",
        "arguments as a list",
        stream(part("x", "[1]", index=0), finish="tool_calls"),
        {**COMPLETE, "calls": [("x", "[1]")]},
    ),
    WireCase(
        "L41",
        "a fragment after the end of a call breaks the call",
        stream(part("x", '{"a"', index=0, id="p"), part(None, ": 1}", index=0), part(None, ": 1}", index=0)),
        {**COMPLETE, "calls": [("x", '{"a": 1}: 1}')]},
    ),
)
