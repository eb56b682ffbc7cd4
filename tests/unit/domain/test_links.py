"""What a person sees of a link before it is opened, and what is not opened at all."""

import pytest

from tui.domain.links import host_of, link_cautions, link_problem


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://example.com/x?y=1#z", None),
        ("http://example.com", None),
        ("https://[::1]:8080/", None),
        ("file:///etc/passwd", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("-https://example.com", "only http and https"),
        ("https://", "names no host"),
        ("https://user:word@example.com/", "carries a user name"),
        ("https://example.com@evil.example/", "carries a user name"),
        ("https://exämple.com/", "characters that no address holds"),
        ("https://example.com/a b", "characters that no address holds"),
        ("https://example.com/\x1b]52;c;aGk=\x07", "characters that no address holds"),
        ("https://example.com:99999/", "cannot be read"),
        ("https://example.com/" + "a" * 5_000, "5,020 characters"),
    ],
)
def test_only_plain_web_addresses_may_be_opened(url: str, problem: str | None) -> None:
    found = link_problem(url)
    assert found is None if problem is None else problem in (found or "")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://accounts.example.com/authorize?x=https://paypal.com", "accounts.example.com"),
        ("https://paypal.com.example.org/", "paypal.com.example.org"),
        ("https://EXAMPLE.com:443/", "example.com"),
        ("http://127.0.0.1:8080/cb", "127.0.0.1:8080"),
        ("https://[", ""),
        ("mailto:a@b.c", ""),
    ],
)
def test_the_host_is_named_whole(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://example.com/", ()),
        ("http://127.0.0.1/", ()),
        ("http://example.com/", ("not encrypted",)),
        ("https://www.xn--pypal-4ve.com/", ("other letters",)),
    ],
)
def test_what_speaks_against_a_page_is_said(url: str, words: tuple[str, ...]) -> None:
    cautions = link_cautions(url)
    assert len(cautions) == len(words)
    assert all(word in caution for word, caution in zip(words, cautions, strict=True))
