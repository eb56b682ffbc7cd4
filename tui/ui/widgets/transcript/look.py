"""The colours blocks are drawn with, and the sheet they are cut for; plain data, so that drawing needs no widget."""

from collections.abc import Callable
from dataclasses import dataclass, fields

from rich.style import Style

PREFIX = "transcript--"


@dataclass(frozen=True, slots=True)
class Look:
    """One style for every role of text; each is complete, background included."""

    text: Style
    dim: Style
    user: Style
    accent: Style
    code: Style
    live: Style
    success: Style
    warning: Style
    error: Style
    marker: Style
    fence: Style
    keyword: Style
    string: Style
    comment: Style
    number: Style
    function: Style

    @classmethod
    def of(cls, style_of: Callable[[str], Style]) -> "Look":
        """Returns the look whose styles are those of the component classes `transcript--<role>`."""
        return cls(*(style_of(PREFIX + role.name) for role in fields(cls)))


COMPONENT_CLASSES = frozenset(PREFIX + role.name for role in fields(Look))


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What strips are cut for. Strips of another sheet are stale."""

    width: int
    """Columns, the gutter for the marker included."""
    look: Look

    @property
    def columns(self) -> int:
        """Columns for content: without the gutter, and one free at the right edge."""
        return max(8, self.width - GUTTER_COLUMNS - 1)


GUTTER_COLUMNS = 2
