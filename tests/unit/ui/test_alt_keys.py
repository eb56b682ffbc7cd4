"""Keys as terminals without the kitty protocol send them."""

from textual._xterm_parser import XTermParser
from textual.events import Key

from tui.ui.alt_keys import read_alt_keys


def test_escape_and_a_digit_is_alt_with_that_digit_not_a_special_character() -> None:
    read_alt_keys()
    keys = [event for event in XTermParser(debug=False).feed("\x1b2\x1b7") if isinstance(event, Key)]
    assert [(key.key, key.character) for key in keys] == [("alt+2", None), ("alt+7", None)]


def test_escape_and_enter_is_alt_with_enter_and_sends_nothing() -> None:
    read_alt_keys()
    keys = [event for event in XTermParser(debug=False).feed("\x1b\r\r") if isinstance(event, Key)]
    assert [key.key for key in keys] == ["alt+enter", "enter"]
