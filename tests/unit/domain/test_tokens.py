"""The estimate of tokens: close for several scripts, and monotone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.domain.tokens import estimate_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("word", 1), ("words", 2), ("привет", 4), ("你好", 2), ("hello 世界", 4), ("\ud800", 1)],
)
def test_a_text_is_estimated_by_its_script(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


@given(st.text(), st.text())
def test_more_text_is_never_fewer_tokens(start: str, more: str) -> None:
    assert estimate_tokens(start + more) >= estimate_tokens(start)


@given(st.text(min_size=1))
def test_a_text_is_at_least_one_token(text: str) -> None:
    assert estimate_tokens(text) >= 1
