"""Foreign text is safe to show after one cleaning, and what people write in their scripts survives it."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.domain.text import clean, clean_line, escape_line

DANGEROUS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ud800-\udfff\U000e0000-\U000e0fff]"
)
# Weighted towards what the rules are about: an even choice of characters would hardly ever meet two of them.
TRICKY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x07\x9b\r\n\t\x7f\u200b\u200c\u200d\ufe0e\ufe0f\ufe00\u202e\u2066\ufeff\U000e0041\u00ad"),
        st.sampled_from("a1#می👩❤🏳🌈☠\ud83d\udc69\u0301"),
    ),
    max_size=40,
)

KEPT = [
    "plain text\n\twith lines",
    "می‌خواهم",  # Persian needs the zero-width non-joiner
    "क्‍ष",  # Devanagari needs the joiner
    "👩‍👩‍👧‍👦 family",
    "🏳️‍🌈 flag",
    "❤️‍🔥 and ❤️",
    "👩🏽‍🚀",
    "1️⃣ #️⃣",
    "naïve café e\u0301",
    "العربية עברית ไทย 한국어 日本語",
    "🇩🇪 → × – ●",
]
REMOVED = [
    ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
    ("\x9b2J", "<U+009B>2J"),
    ("a\r\nb\rc", "a\nb\nc"),
    ("\x00\x7f", "␀␡"),
    ("safe\u202egnp.exe", "safe<U+202E>gnp.exe"),
    ("a\u200bb\ufeffc\u2060d", "abcd"),
    ("pass\u200dword\u200c", "password"),
    ("hi\U000e0069\U000e0067\U000e006e", "hi"),
    ("a\ufe0fb\ufe01", "ab"),
    ("half \ud800 pair", "half \ufffd pair"),
    ("line\u2028sep", "line<U+2028>sep"),
]


@pytest.mark.parametrize("text", KEPT)
def test_what_people_write_is_kept(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(("text", "expected"), REMOVED)
def test_what_could_trick_a_terminal_or_a_reader_is_shown_or_removed(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(TRICKY)
def test_nothing_dangerous_is_left(text: str) -> None:
    assert not DANGEROUS.search(clean(text))
    assert not DANGEROUS.search(clean_line(text))
    assert not DANGEROUS.search(escape_line(text))


@given(TRICKY)
@example("\u200d\ufe0f👩")
@example("👩\u200d\ufe0f👩")
@example("م\u200b\u200cی")
@example("م\u200c\u200cی")
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    line = clean_line(text)
    assert clean_line(line) == line


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cn", "Cs", "Zl", "Zp", "Mn")), max_size=40))
def test_letters_digits_and_signs_are_never_changed(text: str) -> None:
    invisible_letters = {"\u115f", "\u1160", "\u3164", "\uffa0"}
    kept = "".join(char for char in text if char not in invisible_letters)
    assert clean(kept) == kept


@given(TRICKY)
def test_a_line_is_one_line_without_ends(text: str) -> None:
    line = clean_line(text)
    assert "\n" not in line
    assert "\t" not in line
    assert line == line.strip()


@given(TRICKY, st.integers(1, 50))
def test_a_limit_holds_and_says_what_was_left_out(text: str, limit: int) -> None:
    assert len(clean_line(text, limit)) <= limit
    if len(text) > limit:
        assert f"({len(text) - limit:,} more characters)" in clean(text, limit)
    else:
        assert clean(text, limit) == clean(text)


@given(TRICKY, TRICKY)
@example("a\\n", "a\n")
@example("a\u200bb", "ab")
@example("\x00", "␀")
@example("<U+202E>", "\u202e")
@example("\ud800", "\ufffd")
def test_two_different_inputs_never_look_the_same_in_an_approval(one: str, other: str) -> None:
    if one != other:
        assert escape_line(one) != escape_line(other)


def test_values_that_are_no_text_are_shown_as_text() -> None:
    assert clean(12.5) == "12.5"
    assert clean(None) == "None"
    assert unicodedata.is_normalized("NFC", clean("é"))
