"""What may reach the terminal."""

import pytest

from tui.ui.terminal.guard import encodable, guarded, reset_sequence

FRAME = "".join(
    f"\x1b[{row};1H\x1b[1;38;2;213;221;231;48;2;13;8;23mtext ● 文\x1b[0m\x1b[38;5;8;3mmore\x1b[0m" for row in range(40)
)

STRIPPED = {
    "hidden text": ("\x1b[8mx", "x"),
    "hidden text among attributes": ("\x1b[1;8mx", "x"),
    "hidden text after a colour": ("\x1b[38;5;1;8mx", "x"),
    "hidden text with a zero": ("\x1b[08mx", "x"),
    "clipboard inside a frame": ("a\x1b]52;c;aGk=\x07b", "ab"),
    "clipboard read": ("\x1b]52;c;?\x07", ""),
    "title": ("\x1b]0;owned\x07", ""),
    "link": ("\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\", "text"),
    "device control": ("\x1bPq#0\x1b\\x", "x"),
    "kitty graphics": ("\x1b_Gf=100;AAAA\x1b\\x", "x"),
    "privacy message": ("\x1b^secret\x1b\\x", "x"),
    "start of string": ("\x1bXsecret\x1b\\x", "x"),
    "unterminated": ("\x1b]52;c;abc", ""),
    "position report": ("\x1b[6n", ""),
    "full reset": ("\x1bcx", "cx"),
    "scroll region": ("\x1b[2;3rx", "x"),
    "other modes": ("\x1b[?1002h", ""),
    "eight-bit control": ("\x9b2Jx", "2Jx"),
    "shift out, null, backspace": ("\x0e\x00\x08x", "x"),
}


def test_a_frame_passes_unchanged() -> None:
    assert guarded(FRAME) == FRAME


@pytest.mark.parametrize("case", STRIPPED)
def test_everything_else_is_taken_out(case: str) -> None:
    written, kept = STRIPPED[case]
    assert guarded(written) == kept


@pytest.mark.parametrize(
    "own",
    [
        *("\x1b[?1049h", "\x1b[?2026h", "\x1b[?2026$p", "\x1b[>25u", "\x1b[<u", "\x1b[?25l", "\x1b[2J", "\x07"),
        *("\x1b]52;c;aGVsbG8=\x07", "\x1b]22;pointer\x07", "\x1b[39;49m", "\x1b[97;107m", "\x1b[m"),
    ],
)
def test_what_the_screen_library_needs_passes(own: str) -> None:
    assert guarded(own) == own


def test_stripping_leaves_nothing_that_forms_a_new_sequence() -> None:
    nested = "\x1b\x1b]0;x\x07[8mhidden"
    assert "\x1b[8m" not in guarded(nested)


def test_a_terminal_without_unicode_gets_one_plain_cell_for_each_sign() -> None:
    assert encodable("● ok ─│ é", "ascii") == "* ok -| ?"
    assert encodable("● é", "utf-8") == "● é"


def test_the_reset_leaves_the_alternate_screen_and_shows_the_cursor() -> None:
    assert "\x1b[?1049l" in reset_sequence()
    assert "\x1b[?25h" in reset_sequence()
    assert "\x1b[?1003l" in reset_sequence()
