"""What a word begun with `@` or `/` can be completed to: a short list over the message field, filtered while typing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.domain.text import clean_line

MOST_SHOWN = 50
ROWS = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """One completion: what is listed, what replaces the typed word, and what it is."""

    label: str
    insert: str
    help: str = ""
    path: Path | None = None
    """A file that is attached instead of inserting anything."""


class CompletionPopup(OptionList, can_focus=False):
    """The list; the message field keeps the focus and passes it the keys."""

    DEFAULT_CSS = """
    CompletionPopup {
        overlay: screen;
        constrain: inside inflect;
        display: none;
        width: 72;
        max-width: 100%;
        height: auto;
        max-height: 8;
        background: $panel;
        border: none;
        padding: 0;
        scrollbar-size-vertical: 1;
        &.-open { display: block; }
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted { background: $primary 30%; text-style: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._shown: list[Candidate] = []

    @property
    def is_open(self) -> bool:
        """Whether something is offered."""
        return self.has_class("-open")

    @property
    def chosen(self) -> Candidate | None:
        """The candidate under the cursor."""
        if not self.is_open or self.highlighted is None:
            return None
        return self._shown[self.highlighted]

    def offer(self, candidates: Sequence[Candidate], typed: str) -> None:
        """Lists the candidates that contain what was typed; none when one is typed out, so that enter sends it."""
        typed_out = any(candidate.insert.rstrip() == typed for candidate in candidates)
        found = [] if typed_out else matching(candidates, typed)
        if found == self._shown and self.is_open:
            return
        self._shown = found
        self.set_options(Option(_prompt(candidate)) for candidate in found)
        self.set_class(bool(found), "-open")
        if found:
            self.highlighted = 0
            self.styles.offset = (0, -min(ROWS, len(found)) - 1)

    def close(self) -> None:
        """Offers nothing any more."""
        if self.is_open:
            self._shown = []
            self.remove_class("-open")

    def move(self, step: int) -> None:
        """Moves the cursor, around the ends."""
        self.highlighted = ((self.highlighted or 0) + step) % len(self._shown)


def matching(candidates: Sequence[Candidate], typed: str) -> list[Candidate]:
    """Returns the first matches: those whose label begins with `typed`, then those that contain it (case ignored)."""
    wanted = typed.lower()
    begin = [each for each in candidates if each.label.lower().startswith(wanted)]
    if len(begin) < MOST_SHOWN and len(wanted) > 1:
        inside = wanted[1:]
        begin += [each for each in candidates if inside in each.label.lower() and each not in begin[:MOST_SHOWN]]
    return begin[:MOST_SHOWN]


def _prompt(candidate: Candidate) -> Content:
    label, help_text = clean_line(candidate.label, 60), clean_line(candidate.help, 80)
    return Content.assemble((label, "bold"), "  ", (help_text, "$dim"))
