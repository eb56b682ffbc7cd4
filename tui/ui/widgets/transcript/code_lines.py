"""Code in colours: pygments' tokens mapped to the few colours of the look."""

from functools import lru_cache
from typing import Any

from rich.segment import Segment
from rich.style import Style

from tui.ui.widgets.transcript.look import Look
from tui.ui.widgets.transcript.wrapping import Line, fold, line_cells

LONGEST_COLOURED = 20_000
"""Characters; longer code is shown plain: colouring is the dearest part of drawing."""


def code_lines(code: str, language: str, width: int, look: Look) -> list[Line]:
    """Returns code on a raised background, `width` columns wide; long lines are folded, nothing is cut."""
    runs_by_line = _coloured(code, language, look)
    lines: list[Line] = []
    for runs in runs_by_line:
        for line in fold(runs, width - 2):
            right = " " * max(0, width - 1 - line_cells(line))
            lines.append([Segment(" ", look.fence), *line, Segment(right, look.fence)])
    return lines


def _coloured(code: str, language: str, look: Look) -> list[Line]:
    lexer = _lexer(language) if language and len(code) <= LONGEST_COLOURED else None
    if lexer is None:
        return [[Segment(text, look.fence)] for text in code.split("\n")]
    lines: list[Line] = [[]]
    for token, text in lexer.get_tokens(code):
        style = _style_of(token, look)
        first, *others = text.split("\n")
        if first:
            lines[-1].append(Segment(first, style))
        for other in others:
            lines.append([Segment(other, style)] if other else [])
    # The lexer ends its input with a newline of its own.
    return lines[:-1] if len(lines) > 1 and not lines[-1] else lines


@lru_cache(maxsize=64)
def _lexer(language: str) -> Any:
    """Returns the lexer of a language, None when there is none."""
    # Pygments is imported with the first code that names its language: the first paint needs none of it.
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
    from pygments.util import ClassNotFound  # type: ignore[import-untyped]

    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=256)
def _style_of(token: Any, look: Look) -> Style:
    from pygments.token import Token  # type: ignore[import-untyped]

    for family, style in (
        (Token.Comment, look.comment),
        (Token.Literal.String, look.string),
        (Token.Literal.Number, look.number),
        (Token.Keyword, look.keyword),
        (Token.Operator.Word, look.keyword),
        (Token.Name.Function, look.function),
        (Token.Name.Class, look.function),
        (Token.Name.Decorator, look.function),
        (Token.Name.Tag, look.keyword),
        (Token.Name.Attribute, look.function),
        (Token.Generic.Inserted, look.string),
        (Token.Generic.Deleted, look.number),
    ):
        if token in family:
            return style
    return look.fence
