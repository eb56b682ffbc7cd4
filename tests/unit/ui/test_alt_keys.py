"""Keys as terminals without the kitty protocol send them."""

import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key

from tui.ui.terminal.alt_keys import read_alt_keys, with_alt_arrows


def test_escape_and_a_digit_is_alt_with_that_digit_not_a_special_character() -> None:
    read_alt_keys()
    keys = [event for event in XTermParser(debug=False).feed("\x1b2\x1b7") if isinstance(event, Key)]
    assert [(key.key, key.character) for key in keys] == [("alt+2", None), ("alt+7", None)]


def test_escape_and_enter_is_alt_with_enter_and_sends_nothing() -> None:
    read_alt_keys()
    keys = [event for event in XTermParser(debug=False).feed("\x1b\r\r") if isinstance(event, Key)]
    assert [key.key for key in keys] == ["alt+enter", "enter"]


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("\x1b\x1b[A", "alt+up"),
        ("\x1b\x1b[B", "alt+down"),
        ("\x1b\x1bOA", "alt+up"),
        ("\x1b\x1bOB", "alt+down"),
        ("\x1b[1;3A", "alt+up"),
        ("\x1b[A", "up"),
        ("\x1b", "escape"),
    ],
)
def test_escape_and_an_arrow_is_alt_with_that_arrow(sent: str, key: str) -> None:
    parser = XTermParser(debug=False)
    messages = [*parser.feed(with_alt_arrows(sent)), *parser.feed("")]
    assert [event.key for event in messages if isinstance(event, Key)] == [key]
