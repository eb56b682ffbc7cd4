"""A paste is text: whatever it holds, and however it is cut into reads, it presses no key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._xterm_parser import XTermParser
from textual.events import Key, Paste

from tui.ui.terminal.keyboard import LONGEST_PASTE, PasteShield

KEYS_IN_A_PASTE = {
    "an unknown sequence with enter behind it": "\x1b[99;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1\ry",
    "escape and a letter": "a\x1by\x1b\rb",
    "a mouse report": "\x1b[<0;1;1M",
    "a second start": "\x1b[200~x",
    "a cut end": "\x1b[201",
    "an end inside an end": "\x1b[20\x1b[201",
}


@pytest.mark.parametrize("case", KEYS_IN_A_PASTE)
def test_escapes_in_a_paste_press_no_key(case: str) -> None:
    pasted = KEYS_IN_A_PASTE[case]
    messages = list(XTermParser().feed(PasteShield().inert(f"\x1b[200~{pasted}\x1b[201~z")))
    assert [type(message) for message in messages] == [Paste, Key]
    assert messages[0].text == pasted.replace("\x1b", "␛")  # type: ignore[attr-defined]


@given(
    st.lists(st.sampled_from(["\x1b", "\x1b[200~", "\x1b[201~", "[201~", "\r", "y", "text"]), max_size=12),
    st.lists(st.integers(1, 9), min_size=1),
)
def test_the_same_comes_out_however_it_is_cut(parts: list[str], sizes: list[int]) -> None:
    data = "".join(parts)
    whole, cut = PasteShield(), PasteShield()
    pieces, place, turn = [], 0, 0
    while place < len(data):
        size = sizes[turn % len(sizes)]
        pieces.append(cut.inert(data[place : place + size]))
        place, turn = place + size, turn + 1
    assert "".join(pieces) == whole.inert(data)


def test_what_is_typed_is_never_held_back() -> None:
    shield = PasteShield()
    assert [shield.inert(char) for char in "\x1b[20"] == list("\x1b[20")


def test_an_endless_paste_is_cut_and_the_next_one_is_whole() -> None:
    shield = PasteShield()
    long = shield.inert("\x1b[200~" + "x" * (LONGEST_PASTE + 5)) + shield.inert("y" * 9 + "\x1b[201~")
    assert len(long) == LONGEST_PASTE + 12
    assert shield.inert("\x1b[200~short\x1b[201~") == "\x1b[200~short\x1b[201~"
