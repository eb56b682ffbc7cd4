"""The last check before the terminal: only the escape sequences the screen library itself produces may pass.

Foreign text is cleaned where it enters the program; this second check makes an oversight there harmless.
Sources: ECMA-48 (C0, C1, CSI, SGR), xterm's control sequences (modes, OSC 52).
"""

import re

_COLOUR = r"[34]8;5;\d{1,3}|[34]8;2;\d{1,3};\d{1,3};\d{1,3}"
_ATTRIBUTE = r"[0-79]|[1-25-79]\d|3[0-79]|4[0-79]|10\d|"  # 8 would hide text
_SGR = rf"(?:(?:{_COLOUR}|{_ATTRIBUTE})[;m])+(?<=m)"
_MODES = "7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048"
_ALLOWED = (
    rf"\[(?:{_SGR}"
    r"|\d{0,5}(?:;\d{0,5})?H|\d{0,5}[ABCDG]|[0-3]?[JK]|\d? q"
    rf"|\?(?:{_MODES})[hl]|\?(?:2026|2048)\$p|>\d{{1,2}}u|<u)"
)
_STRING = r"\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC, DCS, SOS, PM, APC with their contents
_FORBIDDEN = re.compile(
    rf"{_STRING}|\x1b(?!{_ALLOWED})(?:\[[0-?]*[ -/]*[@-~]?)?|[\x00-\x06\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]"
)
_OWN = re.compile(r"\x1b\](?:52;c;[A-Za-z0-9+/]*={0,2}|22;[a-z-]{1,20})\x07")
"""The clipboard and the pointer's shape: always written alone, never inside a frame."""

_PLAIN_SIGNS = str.maketrans(
    "●○◐◌◍✗✓▸▾▹▿▌▐█▁▂▃▄▅▆▇━─│┃┌┐└┘├┤┬┴┼›‹→←↑↓⏎…·–—“”‘’×",
    "*oo..xv>v>v||#_.--==#--||+++++++++><><^v<..--\"\"''x",
)


def guarded(data: str) -> str:
    """Returns `data` without anything a frame has no business to contain."""
    if "\x1b]" in data and _OWN.fullmatch(data):
        return data
    return _FORBIDDEN.sub("", data)


def encodable(data: str, encoding: str) -> str:
    """Returns `data` with signs a terminal of that encoding cannot show replaced, one cell for one cell."""
    if encoding.lower().replace("-", "").startswith("utf"):
        return data
    return data.translate(_PLAIN_SIGNS).encode(encoding, "replace").decode(encoding)


def reset_sequence() -> str:
    """Returns what brings a terminal back that a killed program left behind: `mcp-tui --reset-terminal`.

    Ends synchronised output, the kitty keyboard protocol, mouse reporting, bracketed paste and focus reports;
    shows the cursor, wraps lines, leaves the alternate screen, and forgets colours.
    """
    off = "".join(f"\x1b[?{mode}l" for mode in (2026, 2048, 1000, 1002, 1003, 1006, 1015, 1016, 1004, 2004))
    return f"{off}\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?7h\x1b[0m\r"
