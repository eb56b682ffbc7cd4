"""What changed between two definitions, word by word, in the form a person reads. Pure; bounded for any input."""

import json
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from tui.domain.messages import Json
from tui.domain.text import CleanText, escape_line
from tui.domain.trust import Change, DiffPiece

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LINE_CHARS = 4_000
_LINES = 2_000
_WORDS_COMPARED = 600
"""Comparing takes the square of this in the worst case; longer stretches are shown whole."""


def spelled(text: str) -> list[CleanText]:
    """Returns a definition's canonical JSON as readable lines `path: value`; nothing invisible stays invisible."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = text  # cut for being very long, or nested without end
    lines: list[CleanText] = []
    for line in _lines("", value):
        if len(lines) == _LINES:
            lines.append(CleanText("… and more lines"))
            break
        cut = f" … ({len(line) - _LINE_CHARS:,} more characters)" if len(line) > _LINE_CHARS else ""
        lines.append(CleanText(escape_line(line[:_LINE_CHARS]) + cut))
    return lines


def _lines(path: str, value: Json, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        first, *rest = value.split("\n")
        yield f"{path}: {first}" if path else first
        yield from (f"    {line}" for line in rest)
    elif isinstance(value, dict) and value and depth < 60:
        # What a person reads first stands first; the rest in the order of the alphabet.
        for name in sorted(value, key=lambda name: (name not in ("name", "title", "description"), name)):
            yield from _lines(f"{path}.{name}" if path else name, value[name], depth + 1)
    elif isinstance(value, list) and value and depth < 60 and any(isinstance(item, dict | list) for item in value):
        for number, item in enumerate(value):
            yield from _lines(f"{path}[{number}]", item, depth + 1)
    else:
        plain = json.dumps(value, ensure_ascii=False) if depth < 60 else "…"
        yield f"{path}: {plain}" if path else plain


def whole(text: str, change: Change = "new") -> tuple[DiffPiece, ...]:
    """Returns a definition that has nothing to be compared with."""
    return ((change, CleanText("\n".join(spelled(text)))),)


def word_diff(before: str, after: str) -> tuple[DiffPiece, ...]:
    """Returns two definitions' canonical texts as one sequence of pieces; lines first, then words in changed lines."""
    old, new = spelled(before), spelled(after)
    pieces: list[DiffPiece] = []
    for same, gone, come in _stretches(old, new):
        if same:
            pieces.append(("same", _joined(come, "\n")))
        elif gone and come:
            pieces += _words_changed(_joined(gone, "\n"), _joined(come, "\n"))
        else:
            pieces += _gone_and_new(_joined(gone, "\n"), _joined(come, "\n"))
    return tuple(pieces)


def _words_changed(gone: str, come: str) -> list[DiffPiece]:
    old, new = _WORDS.findall(gone), _WORDS.findall(come)
    if max(len(old), len(new)) > _WORDS_COMPARED:
        return _gone_and_new(gone, come)
    pieces: list[DiffPiece] = []
    for same, left, arrived in _stretches(old, new):
        pieces += [("same", _joined(arrived))] if same else _gone_and_new(_joined(left), _joined(arrived))
    return pieces


def _gone_and_new(gone: str, come: str) -> list[DiffPiece]:
    both: list[DiffPiece] = [("gone", CleanText(gone)), ("new", CleanText(come))]
    return [piece for piece in both if piece[1]]


def _stretches(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for change, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        yield change == "equal", old[old_from:old_to], new[new_from:new_to]


def _joined(texts: Sequence[str], end: str = "") -> CleanText:
    return CleanText("".join(f"{text}{end}" for text in texts))
