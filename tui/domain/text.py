"""Foreign text made safe to show, to log and to send to a model: one cleaning for all of them.

Control characters become visible symbols, bidirectional overrides and invisible characters are escaped or
removed, joiners that scripts and emoji need are kept. Source: Unicode TR36 and TR39, ECMA-48 (C0, C1, CSI).
"""

import re
import unicodedata
from typing import NewType

CleanText = NewType("CleanText", str)
"""Text that has been through `clean`: holds no control characters but newline and tab."""

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
)
_SUSPECT = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{_BIDI}{_INVISIBLE}\u200c\u200d\ufe00-\ufe0f\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
_BIDI_SET = re.compile(f"[{_BIDI}]")
_VARIATION = re.compile("[\ufe00-\ufe0f]")


def clean(value: object, limit: int | None = None) -> CleanText:
    """Returns `value` as text without anything a terminal, a label or a reader could be tricked by.

    Newlines and tabs stay. `limit` (characters) cuts the text and says how much was left out.
    """
    text = value if isinstance(value, str) else str(value)
    left_out = 0
    if limit is not None and len(text) > limit:
        left_out = len(text) - limit
        text = text[:limit]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _SUSPECT.search(text):
        text = _SUSPECT.sub(lambda match: _replacement(match, text), text)
    if left_out:
        text = f"{text}… ({left_out:,} more characters)"
    return CleanText(text)


def clean_line(value: object, limit: int | None = 400) -> CleanText:
    """Returns `value` cleaned and on one line: newlines and tabs become spaces, ends are stripped."""
    text = value if isinstance(value, str) else str(value)
    if limit is not None and len(text) > limit * 8:
        text = text[: limit * 8]
    one_line = " ".join(clean(text).split())
    if limit is not None and len(one_line) > limit:
        one_line = one_line[: limit - 1] + "…"
    return CleanText(one_line)


def escape_line(value: object) -> CleanText:
    """Returns `value` on one line with everything but plain visible text escaped; nothing is left out.

    For approvals: two different inputs never give the same text, so a newline is `\\n`, a backslash two of them.
    """
    text = value if isinstance(value, str) else str(value)
    if text.isprintable() and "\\" not in text and not _SUSPECT.search(text):
        return CleanText(text)
    return CleanText("".join(_escaped(char) for char in text))


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    # Not printable are controls, half surrogates, unassigned characters and all spaces but the common one.
    return char if char.isprintable() and not _SUSPECT.match(char) else f"\\u{{{ord(char):04x}}}"


_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _replacement(match: re.Match[str], text: str) -> str:
    char = match.group()
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0x80 <= code <= 0x9F or code in (0x2028, 0x2029) or _BIDI_SET.match(char):
        return f"<U+{code:04X}>"
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    before = text[match.start() - 1] if match.start() else ""
    after = text[match.end()] if match.end() < len(text) else ""
    if char in "\u200c\u200d":
        return char if _joins(char, before, after) else ""
    if _VARIATION.match(char):
        return char if code in (0xFE0E, 0xFE0F) and before and _takes_variation(before) else ""
    if 0xE0000 <= code <= 0xE0FFF or unicodedata.category(char) in ("Cf", "Mn", "Lo"):
        return ""
    return f"<U+{code:04X}>"


def _joins(char: str, before: str, after: str) -> bool:
    """A joiner is kept between letters of a script that uses it, and between emoji."""
    if not before or not after:
        return False
    if unicodedata.category(before)[0] in "LM" and unicodedata.category(after)[0] in "LM":
        return ord(before) > 0x2FF
    return char == "\u200d" and _takes_variation(after) and (_takes_variation(before) or before == "\ufe0f")


def _takes_variation(char: str) -> bool:
    return unicodedata.category(char) in ("So", "Sk", "Sm", "Po", "Nd") or ord(char) >= 0x1F000
