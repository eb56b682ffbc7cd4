"""The transcript: what was said, every tool call and every notice, with keys to move, fold, copy and write."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.content import Content
from textual.events import Click, Key
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from tui.domain.clock import Clock
from tui.domain.transcript import AnyEntry
from tui.ui.keys import bindings
from tui.ui.widgets.transcript.call_view import TURNS_PER_S, CallView
from tui.ui.widgets.transcript.following_view import FollowingView
from tui.ui.widgets.transcript.look import COMPONENT_CLASSES as LOOK_CLASSES
from tui.ui.widgets.transcript.roll_view import NEW_BELOW

MARKER = "▌ "
WELCOME = Content.assemble(
    ("Nothing said yet.\n", "bold"),
    ("What you write below, the replies and every tool call will stand here.\n\n", "$dim"),
    ("i", "$primary"),
    (" write   ", "$dim"),
    ("ctrl+t", "$primary"),
    (" model   ", "$dim"),
    ("ctrl+p", "$primary"),
    (" all commands   ", "$dim"),
    ("f1", "$primary"),
    (" keys", "$dim"),
)
NO_MODEL = Content.assemble(
    ("No model yet.\n", "bold"),
    ("A key in the environment (OPENAI_API_KEY, OPENROUTER_API_KEY, GROQ_API_KEY …), a local ", "$dim"),
    ("model server such as Ollama, or ", "$dim"),
    ("mcp-tui --base-url URL", "$code"),
    (" brings one.\n", "$dim"),
    ("mcp-tui --demo", "$code"),
    (" needs none of them.\n\n", "$dim"),
    ("ctrl+t", "$primary"),
    (" chooses a model as soon as there is one   ", "$dim"),
    ("2", "$primary"),
    (" servers", "$dim"),
)


class Transcript(FollowingView):
    """Shows a chat's entries. Call `sync` once a frame; it costs what changed, not what there is."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(LOOK_CLASSES)
    BINDINGS = bindings("transcript")
    DEFAULT_CSS = """
    Transcript {
        height: 1fr;
        background: $background;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        & > .transcript--text { color: $foreground; }
        & > .transcript--dim { color: $dim; }
        & > .transcript--user { color: $user; }
        & > .transcript--accent { color: $primary; }
        & > .transcript--code { color: $code; }
        & > .transcript--live { color: $live; }
        & > .transcript--success { color: $success; }
        & > .transcript--warning { color: $warning; }
        & > .transcript--error { color: $error; }
        & > .transcript--marker { color: $primary; text-style: bold; }
        & > .transcript--fence { color: $foreground; background: $panel; }
        & > .transcript--keyword { color: $primary; background: $panel; }
        & > .transcript--string { color: $code; background: $panel; }
        & > .transcript--comment { color: $dim; background: $panel; text-style: italic; }
        & > .transcript--number { color: $warning; background: $panel; }
        & > .transcript--function { color: $user; background: $panel; }
    }
    """

    class CopyRequested(Message):
        """The person wants this text on the clipboard."""

        def __init__(self, text: str) -> None:
            self.text = text
            super().__init__()

    class WriteRequested(Message):
        """The person wants this text in a file."""

        def __init__(self, text: str, suggested_name: str) -> None:
            self.text = text
            self.suggested_name = suggested_name
            super().__init__()

    class OpenRequested(Message):
        """The person wants to see all of a tool call's result."""

        def __init__(self, entry_key: str) -> None:
            self.entry_key = entry_key
            super().__init__()

    def __init__(self, *, clock: Clock | None = None, id: str | None = None) -> None:
        super().__init__(clock=clock, id=id)
        self.empty_text = WELCOME
        self._current: int | None = None
        self._timer: Timer | None = None
        self._early: tuple[Sequence[AnyEntry], int] | None = None
        """What was to be shown before there were colours to show it in."""

    def on_mount(self) -> None:
        self._timer = self.set_interval(1 / TURNS_PER_S, self._turn_signs, pause=True)
        if self._early:
            self.sync(*self._early)

    def sync(self, entries: Sequence[AnyEntry], epoch: int) -> None:
        """Shows `entries`, which are changed in place; another `epoch` means another chat."""
        if self._timer is None:
            self._early = entries, epoch
            return
        change = self.roll.take(entries, epoch, self.sheet, self.clock.wall())
        if change.anew:
            self._current, self.follow = None, True
        if change:
            self.show(change)
        if self.roll.moving():
            self._timer.resume()

    def _turn_signs(self) -> None:
        """Draws the first line of running calls again, nothing else, and not while nobody sees it."""
        moving = self.roll.moving()
        if not moving and self._timer:
            self._timer.pause()
        if not self.screen.is_current or not self.is_on_screen:
            return
        for place in moving:
            view = self.roll.views[place]
            view.draw_header(self.clock.wall())
            self.repaint(self.roll.index.start(place) + view.gap)

    # --- the current block

    def marked(self, strip: Strip, place: int, inside: int) -> Strip:
        if place != self._current or not self.has_focus or inside < self.roll.views[place].gap:
            return strip
        return Strip([Segment(MARKER, self.sheet.look.marker), *list(strip)[1:]], strip.cell_length)

    def watch_has_focus(self, _has_focus: bool) -> None:
        super().watch_has_focus(_has_focus)
        self.refresh()

    def _move(self, step: int) -> None:
        count = len(self.roll.views)
        if not count:
            return
        place = self._in_view(step) if self._current is None else self._current + step
        self._current = place = max(0, min(count - 1, place))
        self.roll.redraw(place, self.sheet, self.clock.wall())
        start, height, top = self.roll.index.start(place), self.roll.index[place], round(self.scroll_y)
        if start < top or height > self.page:
            self.scroll_to_line(start)
        elif start + height > top + self.page:
            self.scroll_to_line(start + height - self.page)
        self.refresh()

    def _in_view(self, step: int) -> int:
        """Returns the block to begin at: the last in view going up, the first going down."""
        line = round(self.scroll_y) + (self.page - 1 if step < 0 else 0)
        return self.roll.index.find(line)[0]

    @property
    def _block(self) -> int | None:
        """The current block, else the last."""
        if self._current is not None:
            return self._current
        return len(self.roll.views) - 1 if self.roll.views else None

    def text_select_all(self) -> None:
        """A double click selects the block, not the whole chat."""
        if self._current is not None:
            first = self.roll.index.start(self._current) + self.roll.views[self._current].gap
            self.select_lines(first, self.roll.index.start(self._current + 1) - 1)

    def on_click(self, event: Click) -> None:
        line = round(self.scroll_y) + event.y
        if self.unseen and event.y == self.page - 1 and event.x >= self.sheet.width - len(NEW_BELOW):
            self.action_bottom()
        elif line < self.roll.index.total:
            place, inside = self.roll.index.find(line)
            self._current = place
            if inside == self.roll.views[place].gap and event.chain == 1 and not self.text_selection:
                self._fold(place)
            self.refresh()

    # --- actions

    def action_previous(self) -> None:
        self._move(-1)

    def action_next(self) -> None:
        self._move(1)

    def action_fold(self) -> None:
        if self._block is not None:
            self._fold(self._block)

    def _fold(self, place: int) -> None:
        view = self.roll.views[place]
        if view.foldable:
            view.expanded = not view.expanded
            self.roll.redraw(place, self.sheet, self.clock.wall())
            self.scroll_to_line(round(self.scroll_y))
            self.refresh()

    def key_enter(self, event: Key) -> None:
        """Enter on a call with a long result opens it; elsewhere it folds like space."""
        view = None if self._block is None else self.roll.views[self._block]
        if isinstance(view, CallView) and view.long:
            event.stop()
            self.post_message(self.OpenRequested(view.entry.key))

    def action_fold_all(self) -> None:
        self.roll.fold_calls(unfolded=not self.roll.unfolded)
        self.reflow()
        self.refresh()

    def action_copy(self) -> None:
        if self._block is not None:
            self.post_message(self.CopyRequested(self.roll.views[self._block].plain()))

    def action_write(self) -> None:
        if self._block is not None:
            view = self.roll.views[self._block]
            self.post_message(self.WriteRequested(view.plain(), view.file_name))
