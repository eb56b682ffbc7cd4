"""The right side of the tools screen: what the chosen thing is, its form, the call, the result, the schema."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.domain.events import ToolProgressed
from tui.domain.ids import CallId
from tui.domain.messages import Json
from tui.domain.servers import ResourceInfo, ToolInfo, ToolResult
from tui.domain.text import CleanText, clean_line
from tui.ui.format import percent
from tui.ui.widgets.form.schema_form import SchemaForm
from tui.ui.widgets.form.schema_view import schema_text
from tui.ui.widgets.lists.detail import heading, lines
from tui.ui.widgets.tools.catalog_list import CatalogEntry, schema_of
from tui.ui.widgets.tools.hand_calls import HandCall, entry_text
from tui.ui.widgets.tools.result_view import BlockView, ResultView

_NOTHING = Content.styled("What is chosen on the left is explained and called here.", "$dim")


class CallPane(VerticalScroll, can_focus=True):
    """Asks for one call at a time; forms keep what was typed while another thing is looked at."""

    DEFAULT_CSS = """
    CallPane {
        width: 1fr;
        background: $surface;
        scrollbar-size-vertical: 1;
        scrollbar-background: $surface;
    }
    CallPane > .inner { height: auto; padding: 1 2; }
    CallPane Static { height: auto; }
    CallPane > .inner > .about { margin-bottom: 1; }
    CallPane .slot { height: auto; }
    """

    class Called(Message):
        """A person wants this called with these values."""

        def __init__(self, entry: CatalogEntry, values: Mapping[str, Json]) -> None:
            super().__init__()
            self.entry = entry
            self.values = values

    def __init__(
        self, suggest: Callable[[CatalogEntry, str, str, Mapping[str, Json]], Awaitable[Sequence[str]]]
    ) -> None:
        super().__init__()
        self._suggest = suggest
        self._entry: CatalogEntry | None = None
        self._form: SchemaForm | None = None
        self._drafts: dict[tuple[str, str, str], Mapping[str, Json]] = {}
        self._under_way: tuple[CallId, CatalogEntry] | None = None
        self._called_from: CatalogEntry | None = None
        self._answered = False
        """What is shown below is the answer to what is shown above."""
        self._changes: int | None = None
        self._about = Static(_NOTHING, classes="about", markup=False)
        self._slot = Vertical(classes="slot")
        self._result = ResultView()
        self._schema = Static("", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="inner"):
            yield self._about
            yield self._slot
            yield self._result
            yield self._schema

    @property
    def entry(self) -> CatalogEntry | None:
        """What is shown."""
        return self._entry

    @property
    def form(self) -> SchemaForm | None:
        """The form, once it stands."""
        return self._form

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        return self._under_way is not None

    def open(self, entry: CatalogEntry | None, call: HandCall | None = None, *, changes: int | None = None) -> None:
        """Shows a thing with an empty form or what was typed before, or an earlier call of it with its result.

        `changes` of a resource that is watched.
        """
        if call is None and entry == self._entry:
            return
        if self._form is not None and self._entry is not None:
            self._drafts[self._entry.key] = self._form.values()
        self._entry, self._form = entry, None
        self._answered = call is not None
        self._changes = changes
        self._about.update(_NOTHING if entry is None else entry_text(entry, changes))
        self._schema.update(_schemas(entry))
        self.scroll_home(animate=False)
        self._fill(entry, call)

    @work(exclusive=True, group="form", exit_on_error=False)
    async def _fill(self, entry: CatalogEntry | None, call: HandCall | None) -> None:
        await self._slot.remove_children()
        if entry is not None:
            given = self._drafts.get(entry.key) if call is None else call.values
            form = SchemaForm(schema_of(entry), given, suggest=partial(self._suggest, entry))
            await self._slot.mount(form)
            self._form = form
        if call is not None:
            await self._result.show(call.result)
        elif not self.busy:
            await self._result.clear()

    def call(self) -> None:
        """Calls what is shown with what is filled in, or says what is wrong with it."""
        if self._form is None or self._entry is None or self.busy:
            return
        if self._form.problems():
            self._form.focus_problem()
        else:
            self.post_message(self.Called(self._entry, self._form.values()))

    async def show_running(self, entry: CatalogEntry, call_id: CallId) -> None:
        """Says that a call is under way; until `conclude` no other is asked for."""
        self._under_way, self._called_from = (call_id, entry), self._entry
        await self._result.show_running(CleanText(f"{entry.label} runs"))
        self._result.scroll_visible(animate=False)

    @work(exclusive=True, group="form", exit_on_error=False)
    async def conclude(self, call: HandCall) -> None:
        """Shows how the call ended, unless another thing is looked at by now."""
        self._under_way = None
        if self._entry != self._called_from:
            await self._result.clear()
            return
        self._answered = call.entry == self._entry
        await self._result.show(call.result)
        self._result.scroll_visible(animate=False, top=True)

    def show_changes(self, changes: int | None) -> bool:
        """Says how often what is shown changed. Returns whether the contents below are no longer what is there."""
        before, self._changes = self._changes, changes
        if self._entry is not None and changes != before:
            self._about.update(entry_text(self._entry, changes))
        return self._answered and not self.busy and (changes or 0) > (before or 0)

    async def renew(self, entry: CatalogEntry, result: ToolResult) -> None:
        """Shows what was read anew, unless another thing is looked at, or called, by now."""
        if entry == self._entry and self._answered and not self.busy:
            await self._result.show(result)

    def toggle_raw(self) -> None:
        """Switches between the form and JSON."""
        if self._form is not None:
            self._form.toggle_raw()

    def show_progress(self, progress: ToolProgressed | None) -> None:
        """Shows how far the call is, when the progress is the call's."""
        if progress is None or self._under_way is None or progress.call_id != self._under_way[0]:
            return
        label = self._under_way[1].label
        share = percent(progress.progress / progress.total) if progress.total else f"{progress.progress:g}"
        self._result.show_progress(CleanText(f"{label}  {share} {clean_line(progress.message)}".strip()))

    @on(SchemaForm.Submitted)
    def _line_done(self, event: SchemaForm.Submitted) -> None:
        # A call may change things: enter goes on to the next field, only ctrl+r calls.
        event.stop()
        self.screen.focus_next()

    @on(BlockView.LinkOpened)
    def _link_opened(self, event: BlockView.LinkOpened) -> None:
        event.stop()
        if self._entry is not None and not self.busy:
            linked = ResourceInfo(self._entry.server, event.uri, clean_line(event.uri, 120))
            self.post_message(self.Called(CatalogEntry("resource", linked.server, linked, linked.name, ""), {}))


def _schemas(entry: CatalogEntry | None) -> Content:
    if entry is None or not isinstance(entry.thing, ToolInfo):
        return Content("")
    parts: list[Content | None] = [heading("Takes"), schema_text(entry.thing.input_schema)]
    if entry.thing.output_schema is not None:
        parts += [None, heading("Gives"), schema_text(entry.thing.output_schema)]
    return lines(parts)
