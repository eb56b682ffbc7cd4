"""Previews of messages: short whatever the message, and free of secrets."""

import pytest

from tui.servers.transports.preview import PREVIEW_CHARS, is_secret_name, mask_values, preview


@pytest.mark.parametrize(
    "value",
    ["x" * 10_000_000, list(range(1_000_000)), {str(n): n for n in range(100_000)}, [[[[[[[[[[[[1]]]]]]]]]]]]],
    ids=["string", "list", "object", "nested"],
)
def test_a_preview_is_short(value: object) -> None:
    assert len(preview({"value": value})) < PREVIEW_CHARS + 100


@pytest.mark.parametrize("name", ["api_key", "Authorization", "access_token", "token", "clientSecret", "PASSWORD"])
def test_secret_names_are_known(name: str) -> None:
    assert is_secret_name(name)
    assert "canary" not in preview({"arguments": {name: "canary"}})


@pytest.mark.parametrize("name", ["max_tokens", "progressToken", "nextCursor", "keyword", "author"])
def test_ordinary_names_are_not_masked(name: str) -> None:
    assert not is_secret_name(name)


def test_keys_inside_texts_are_masked() -> None:
    assert mask_values("use Bearer abcdefghijkl now") == "use Bearer ••• now"
    assert "sk-proj-" not in preview(["sk-proj-abcdefghijklmnop"])


def test_a_preview_is_clean() -> None:
    assert "\x1b" not in preview({"a": "\x1b[2J", "\x1b": 1})
