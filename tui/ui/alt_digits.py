"""alt+1 to alt+9 on terminals without the kitty protocol, which send them as escape and the digit."""

from collections.abc import MutableMapping
from enum import Enum
from typing import cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS


class AltDigit(Enum):
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


def read_alt_digits() -> None:
    """Makes `ESC 2` mean alt+2; Textual's own table, written for one macOS terminal, reads it as `™`."""
    table = cast("MutableMapping[str, tuple[AltDigit, ...]]", ANSI_SEQUENCES_KEYS)
    table.update({f"\x1b{key.value[-1]}": (key,) for key in AltDigit})
