"""A terminal's byte stream taken apart into control sequences, and what of it a program of ours may send.

Written from the standards and not from the program's own guard, so that one does not repeat the other's oversight.
Sources: ECMA-48 (C0, C1, control sequences, strings, SGR), xterm's control sequences, the kitty keyboard protocol.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"\x1b\[(?P<csi>[0-?]*[ -/]*[@-~])"
    r"|\x1b(?P<string>[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?)"
    r"|\x1b(?P<escape>[ -/]*[0-~]?)"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f])"
    "|(?P<unseen>[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e0fff])",
    re.DOTALL,
)
_CSI = re.compile(
    r"\d{0,4}(?:;\d{0,4})?H|\d{0,4}[ABCDG]|[0-3]?[JK]"
    r"|\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"
    r"|\?(?:2026|2048)\$p"
    r"|>\d{1,2}u|<u"
)
_SGR = re.compile(r"[0-9;]*m")
_CONTROLS = "\r\n"
_POINTER = re.compile(r"\]22;[a-z-]+(?:\x07|\x1b\\)")
CLIPBOARD = re.compile(r"\]52;c;[A-Za-z0-9+/]*={0,2}(?:\x07|\x1b\\)")
"""What copying sends; a `?` in place of the text would read the clipboard."""


@dataclass(frozen=True)
class Sequence:
    """One control sequence and what stood before it."""

    kind: str
    body: str
    before: str

    def __str__(self) -> str:
        return f"{self.kind} {self.body!r} after {self.before!r}"


def sequences(raw: bytes) -> Iterator[Sequence]:
    """Yields every control sequence, control character and invisible character of a stream."""
    text = raw.decode("utf-8", "replace")
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        yield Sequence(kind, match.group(kind), text[max(0, match.start() - 60) : match.start()])


def foreign(raw: bytes, *, copied: bool = False) -> list[Sequence]:
    """Returns what the program had no business to send; with `copied` it may have written to the clipboard."""
    return [each for each in sequences(raw) if not _is_ours(each, copied)]


def _is_ours(sequence: Sequence, copied: bool) -> bool:
    body = sequence.body
    match sequence.kind:
        case "csi":
            return bool(_CSI.fullmatch(body)) or (bool(_SGR.fullmatch(body)) and not _hides(body))
        case "string":
            return bool(_POINTER.fullmatch(body)) or (copied and bool(CLIPBOARD.fullmatch(body)))
        case "control":
            return body in _CONTROLS
    return False


def _hides(sgr: str) -> bool:
    """Whether an SGR conceals what follows; the 8 in `38;5;8` is a colour."""
    numbers = iter(sgr[:-1].split(";"))
    for number in numbers:
        if number in ("38", "48"):
            for _ in range(1 if next(numbers, "") == "5" else 3):
                next(numbers, "")
        elif number == "8":
            return True
    return False
