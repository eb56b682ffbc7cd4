"""Tokens as providers report them."""

from tui.domain.completion import Usage
from tui.gateway.upstream.usage import later_usage, usage_from


def test_a_count_that_is_said_to_be_estimated_is_one() -> None:
    assert usage_from({"prompt_tokens": 2069, "estimated": True}) == Usage(2069, estimated=True)
    assert not usage_from({"prompt_tokens": 50, "estimated": "yes"}).estimated


def test_a_later_count_decides_whether_it_is_estimated_and_silence_changes_nothing() -> None:
    guessed, counted = Usage(2069, 8, estimated=True), Usage(50, 7)
    assert later_usage(guessed, counted) == counted
    assert later_usage(counted, guessed) == guessed
    assert later_usage(guessed, Usage()) == guessed
