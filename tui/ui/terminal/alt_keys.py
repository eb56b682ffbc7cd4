"""alt with a digit, enter or an arrow on terminals without the kitty protocol, which send escape and the key."""

import re
from collections.abc import MutableMapping
from enum import Enum
from typing import cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS


class AltKey(Enum):
    """The keys, named as Textual names them elsewhere."""

    ONE = "alt+1"
    TWO = "alt+2"
    THREE = "alt+3"
    FOUR = "alt+4"
    FIVE = "alt+5"
    SIX = "alt+6"
    SEVEN = "alt+7"
    EIGHT = "alt+8"
    NINE = "alt+9"
    ENTER = "alt+enter"


_SENT = {AltKey.ENTER: "\x1b\r"}
_ESCAPED_ARROW = re.compile(r"\x1b\x1b[\[O]([ABCD])")


def read_alt_keys() -> None:
    """Makes `ESC 2` mean alt+2; Textual's own table, written for one macOS terminal, reads it as `™`."""
    table = cast("MutableMapping[str, tuple[AltKey, ...]]", ANSI_SEQUENCES_KEYS)
    table.update({_SENT.get(key, f"\x1b{key.value[-1]}"): (key,) for key in AltKey})


def with_alt_arrows(typed: str) -> str:
    """Returns what was typed with `ESC ESC [ A` as xterm's alt+up; Textual's parser reads it as escape, then up."""
    return _ESCAPED_ARROW.sub("\x1b[1;3\\1", typed)
