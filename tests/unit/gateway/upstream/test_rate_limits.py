"""Quota headers in the dialects providers speak."""

import pytest

from tui.gateway.upstream.events import RateLimits
from tui.gateway.upstream.rate_limits import rate_limits_from, retry_after_s

NOW = 1_795_000_000.0


def test_silence_is_unknown() -> None:
    assert rate_limits_from({"date": "x"}, NOW) == RateLimits()


def test_remaining_counts_are_read_and_garbage_is_unknown() -> None:
    headers = {"x-ratelimit-remaining-requests": "12", "x-ratelimit-remaining-tokens": "many"}
    found = rate_limits_from(headers, NOW)
    assert (found.remaining_requests, found.remaining_tokens) == (12, None)
    assert found.text == "x-ratelimit-remaining-requests: 12, x-ratelimit-remaining-tokens: many"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("6m0s", 360.0),
        ("1.5s", 1.5),
        ("20ms", 0.02),
        ("30", 30.0),
        (str(NOW + 9), 9.0),
        (str((NOW + 9) * 1000), 9.0),
        ("x", None),
        pytest.param("1" * 300_000 + "x", None, id="digits without end"),
    ],
)
def test_resets_are_seconds_from_now(value: str, seconds: float | None) -> None:
    assert rate_limits_from({"x-ratelimit-reset-requests": value}, NOW).reset_s == (
        None if seconds is None else pytest.approx(seconds, abs=1e-3)
    )


def test_a_date_is_a_wait_from_now_whatever_its_zone() -> None:
    assert retry_after_s({"retry-after": "Wed, 18 Nov 2026 11:07:30 GMT"}, 1_795_000_000.0) is not None
    assert retry_after_s({"retry-after": "Wed, 18 Nov 2099 11:07:30"}, NOW) == 300.0
