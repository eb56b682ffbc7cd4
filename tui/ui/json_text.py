"""JSON laid out for the eye without being parsed: every character stays, only blanks between tokens change."""

import re

from tui.domain.text import clean

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+|"[^\n]*|\s+')
_DEEPEST = 24
"""Levels that are indented; a hostile depth must not cost a screen of blanks a line."""
_EXOTIC = re.compile(r"[^\x20-\x7e]")


def laid_out(json_text: str) -> list[str]:
    """Returns the lines of `json_text`, indented; two different texts never look the same.

    What was JSON stays JSON of the same value; what was not comes out in order and complete all the same.
    """
    page = _Page()
    for match in _TOKEN.finditer(json_text):
        page.add(match.group())
    return page.finished()


def visible(text: str) -> str:
    """Returns `text` on one line with every character that could hide or mislead written as `\\u202e`."""
    return _EXOTIC.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    char = match.group()
    if char.isprintable() and clean(char) == char:
        return char
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


class _Page:
    """Takes tokens one by one and breaks them into lines."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line = ""
        self._depth = 0

    def add(self, piece: str) -> None:
        match piece:
            case "{" | "[":
                self._start_member()
                self._line += piece
                self._depth += 1
            case "}" | "]":
                self._depth = max(0, self._depth - 1)
                if not self._just_opened:
                    self._break()
                self._line += piece
            case ",":
                self._line += piece
                self._break()
            case ":":
                self._line += ": "
            case _ if not piece.isspace():
                self._start_member()
                self._line += visible(piece)

    def finished(self) -> list[str]:
        return [*self._lines, self._line] if self._line.strip() else self._lines

    @property
    def _just_opened(self) -> bool:
        return self._line.endswith(("{", "["))

    def _start_member(self) -> None:
        if self._just_opened:
            self._break()

    def _break(self) -> None:
        if self._line.strip():
            self._lines.append(self._line)
        self._line = "  " * min(self._depth, _DEEPEST)
