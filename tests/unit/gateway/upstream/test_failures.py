"""Failures get a kind, a sentence without secrets and a next step."""

import pytest

from tui.domain.completion import FailureKind
from tui.gateway.upstream.failures import failure_from_error, failure_from_exception, failure_from_response, kind_of

KEY = "sk-0123456789abcdef"


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (400, "", "request"),
        (400, "This model's maximum context length is 8192 tokens", "context-overflow"),
        (400, "input token count (9) exceeds the maximum number of tokens allowed", "context-overflow"),
        (401, "", "auth"),
        (402, "", "credits"),
        (403, "", "auth"),
        (403, "Insufficient credits", "credits"),
        (404, "model not found", "request"),
        (408, "", "provider-down"),
        (422, "", "request"),
        (429, "Request too large: maximum context length", "rate-limit"),
        (429, "You exceeded your current quota", "credits"),
        (429, "Daily budget exceeded", "credits"),
        (400, "Budget has been exceeded! Current cost: 0.2, Max budget: 0.1", "credits"),
        (429, "ExceededBudget: Provider is over its budget", "credits"),
        (500, "", "provider-down"),
        (503, "overloaded", "provider-down"),
        (529, "", "provider-down"),
        (None, "overloaded_error", "rate-limit"),
        (None, "something odd", "provider-down"),
    ],
)
def test_status_and_words_give_the_kind(status: int | None, words: str, kind: FailureKind) -> None:
    assert kind_of(status, words) == kind


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "bad thing"}}',
        b'{"error": "bad thing"}',
        b'{"message": "bad thing"}',
        b'{"detail": "bad thing"}',
        b'[{"error": {"message": "bad thing"}}]',
        b"bad thing",
        b'{"error": "Bad Request", "message": "bad thing"}',
        b'{"error": {"message": "", "details": [{"field": "thing", "message": "bad thing"}]}}',
        b'{"error": {"details": [{"path": ["bad thing"]}, null, {}]}}',
    ],
)
def test_the_message_is_found_in_every_usual_shape(body: bytes) -> None:
    assert failure_from_response(500, {}, body, 0.0).reason == "The provider is in trouble (500): bad thing"


def test_a_message_never_shows_the_key_nor_anything_like_one() -> None:
    body = f'{{"error": "refused {KEY} and sk-other-key-123456"}}'.encode()
    found = failure_from_response(401, {}, body, 0.0, secrets=(KEY,))
    assert found.reason == "The provider refused the key (401): refused [key] and [key]"
    assert found.hint == "Check this provider's key."
    assert KEY not in failure_from_error({"message": f"x {KEY}"}, secrets=(KEY,)).reason


def test_terminal_tricks_in_a_message_are_made_visible() -> None:
    assert "\x1b" not in failure_from_error({"message": "\x1b]0;gotcha\x07"}).reason


def test_the_cause_behind_a_wrapped_error_is_shown() -> None:
    error = {"code": 502, "message": "Provider returned error", "metadata": {"raw": "cuda out of memory"}}
    assert failure_from_error(error).reason.endswith("Provider returned error: cuda out of memory")


def test_an_exception_is_named_by_its_innermost_cause() -> None:
    outer = RuntimeError("wrapped http://user:secret@host")
    outer.__cause__ = ConnectionRefusedError()
    assert failure_from_exception(outer, "host:1").reason == "Nothing listens at host:1"
    assert failure_from_exception(RuntimeError("secret"), "host:1").reason == "No connection to host:1"
