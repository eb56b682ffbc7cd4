"""Answers that are no stream: error statuses, compressed bombs, redirects."""

import gzip

from tests.fakes.llm_replies import EVENT_STREAM
from tests.faults.llm_wire_case import HTML_BODY, JSON_BODY, WireCase

ANSWERS = (
    WireCase(
        "L30",
        "a page with status 502",
        b"<html><b>boom</b>",
        {"failure": "provider-down", "reason": "The provider is in trouble (502)"},
        502,
        HTML_BODY,
    ),
    WireCase("L30", "a page with status 520", b"<html>", {"failure": "provider-down"}, 520, HTML_BODY),
    WireCase("L30", "a block page with status 403", b"<html>", {"failure": "provider-down"}, 403, HTML_BODY),
    WireCase("L32", "seconds", b"{}", {"failure": "rate-limit", "retry_after_s": 7.0}, 429, {"retry-after": "7"}),
    WireCase(
        "L32", "milliseconds", b"{}", {"failure": "rate-limit", "retry_after_s": 1.5}, 429, {"retry-after-ms": "1500"}
    ),
    WireCase("L32", "garbage", b"{}", {"failure": "rate-limit", "retry_after_s": None}, 429, {"retry-after": "soon"}),
    WireCase(
        "L32", "not a number", b"{}", {"failure": "rate-limit", "retry_after_s": None}, 429, {"retry-after": "nan"}
    ),
    WireCase(
        "L32", "a billion", b"{}", {"failure": "rate-limit", "retry_after_s": 300.0}, 429, {"retry-after": "1000000000"}
    ),
    WireCase("L32", "negative", b"{}", {"failure": "rate-limit", "retry_after_s": 0.0}, 429, {"retry-after": "-5"}),
    WireCase(
        "L32", "a date gone by", b"{}", {"retry_after_s": 0.0}, 429, {"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}
    ),
    WireCase("L33", "no header", b"{}", {"failure": "rate-limit", "retry_after_s": None}, 429, {}),
    WireCase(
        "L34",
        "credit used up",
        b'{"error": {"message": "can only afford 321", "code": 402}}',
        {"failure": "credits", "affordable_tokens": 321},
        402,
        JSON_BODY,
    ),
    WireCase(
        "L34",
        "quota used up",
        b'{"error": {"code": "insufficient_quota", "message": "no"}}',
        {"failure": "credits"},
        429,
        JSON_BODY,
    ),
    WireCase(
        "L35",
        "key revoked",
        b'{"error": {"message": "Incorrect API key provided: sk-test-key-0123456789"}}',
        {"failure": "auth", "reason": "The provider refused the key (401): Incorrect API key provided: [key]"},
        401,
        JSON_BODY,
    ),
    WireCase(
        "L37",
        "OpenAI",
        b'{"error": {"code": "context_length_exceeded", "message": "x"}}',
        {"failure": "context-overflow"},
        400,
        JSON_BODY,
    ),
    WireCase(
        "L37",
        "Anthropic",
        b'{"error": {"message": "prompt is too long: 9 > 8"}}',
        {"failure": "context-overflow"},
        400,
        JSON_BODY,
    ),
    WireCase(
        "L37",
        "llama.cpp",
        b'{"error": {"message": "the request exceeds the available context size"}}',
        {"failure": "context-overflow"},
        400,
        JSON_BODY,
    ),
    WireCase("L37", "too large", b"", {"failure": "context-overflow"}, 413, {}),
    WireCase(
        "L60",
        "a schema refused",
        b'{"error": {"message": "tools.3.parameters: invalid"}}',
        {"failure": "request", "status": 400},
        400,
        JSON_BODY,
    ),
    WireCase(
        "L65",
        "a compressed bomb",
        gzip.compress(b"data: " + b"0" * (80 << 20)),
        {"outcome": "failed", "failure": "malformed"},
        200,
        {**EVENT_STREAM, "content-encoding": "gzip"},
    ),
    WireCase(
        "L65",
        "a compressed bomb as an error",
        gzip.compress(b"0" * (80 << 20)),
        {"failure": "provider-down"},
        500,
        {"content-encoding": "gzip"},
    ),
    WireCase(
        "L66",
        "a redirect elsewhere",
        b"",
        {"failure": "request", "status": 307},
        307,
        {"location": "http://127.0.0.1:9/v1"},
    ),
)
