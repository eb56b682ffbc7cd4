"""The line settings of a terminal (echo, line mode, signals): put back as they were, or as a shell expects them."""

import sys
from typing import Any


def restore_attributes(fileno: int, attributes: Any) -> None:
    """Puts the line settings back, as far as there is still a terminal."""
    if attributes is None:
        return
    import termios  # POSIX only, as is everything that gets here

    try:
        termios.tcsetattr(fileno, termios.TCSANOW, attributes)
    except (termios.error, OSError):
        return


def make_sane(fileno: int) -> None:
    """Switches echo, line mode and the signal keys on, as `stty sane` does; without a terminal nothing happens."""
    if sys.platform == "win32":
        return
    import termios

    try:
        attributes = termios.tcgetattr(fileno)
    except (termios.error, OSError):
        return
    attributes[0] |= termios.ICRNL | termios.IXON
    attributes[1] |= termios.OPOST | termios.ONLCR
    attributes[3] |= termios.ECHO | termios.ECHOE | termios.ECHOK | termios.ICANON | termios.ISIG | termios.IEXTEN
    restore_attributes(fileno, attributes)
