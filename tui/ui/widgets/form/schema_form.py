"""A form made from a JSON Schema: fields for what is plain, JSON for what is not, raw JSON for the whole on demand."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input, Static, TextArea

from tui.domain.messages import Json
from tui.domain.text import CleanText, clean
from tui.ui.widgets.form.schema_answers import UnfitError, parse_json, value_at
from tui.ui.widgets.form.schema_field import SchemaField
from tui.ui.widgets.form.schema_fields import Schema, as_json, fields_of

Suggest = Callable[[str, str, Mapping[str, Json]], Awaitable[Sequence[str]]]
"""Takes an argument's name, what is typed, and the other arguments as filled in; returns what could be meant."""


class SchemaForm(Vertical):
    """Fields for the arguments of a tool, a prompt or a server's question. Enter in a one-line field submits."""

    DEFAULT_CSS = """
    SchemaForm { height: auto; }
    SchemaForm > .none { color: $dim; margin-bottom: 1; }
    SchemaForm.-raw > SchemaField, SchemaForm.-raw > .none { display: none; }
    SchemaForm > .raw { display: none; height: auto; min-height: 4; max-height: 16; margin-bottom: 1; }
    SchemaForm > .raw { background: $panel; padding: 0 1; }
    SchemaForm.-raw > .raw { display: block; }
    SchemaForm > .problem { height: auto; margin-bottom: 1; color: $text-error; }
    """

    raw: reactive[bool] = reactive(False, init=False)
    """The whole is edited as JSON text."""

    class Submitted(Message):
        """A person pressed enter in a field. Ask the form for `problems()`, then for `values()`."""

        def __init__(self, form: "SchemaForm") -> None:
            super().__init__()
            self.form = form

        @property
        def control(self) -> "SchemaForm":
            return self.form

    def __init__(
        self, schema: Schema, values: Mapping[str, Json] | None = None, *, suggest: Suggest | None = None
    ) -> None:
        super().__init__()
        self._values = dict(values or {})
        self._fields = fields_of(schema)
        self._always_raw = not self._fields and bool(schema.get("properties") or schema.get("anyOf") or self._values)
        self._editor = TextArea(classes="raw", compact=True, tab_behavior="focus")
        self._problem = Static("", classes="problem", markup=False)
        """What is wrong with the JSON as a whole; what is wrong with a field stands under it."""
        self._problem.display = False
        self._suggest = suggest
        ask = self._suggestions if suggest else None
        self._rows: tuple[SchemaField, ...] = tuple(
            SchemaField(field, value_at(self._values, field.path), ask) for field in self._fields
        )

    def compose(self) -> ComposeResult:
        if not self._rows:
            yield Static("Takes no arguments.", classes="none")
        yield from self._rows
        yield self._editor
        yield self._problem

    def on_mount(self) -> None:
        if self._always_raw:
            self._editor.text = as_json(self._values, indent=2)
            self.raw = True

    def focus_first(self) -> None:
        """Puts the cursor into the first field."""
        target = self._editor if self.raw else next((row.editor for row in self._rows), None)
        if target is not None:
            target.focus()

    def focus_problem(self) -> None:
        """Puts the cursor into the first field that `problems` marked, with what is wrong in view."""
        wrong = next((row for row in self._rows if row.has_class("-wrong")), None)
        if wrong is not None and not self.raw:
            wrong.editor.focus(scroll_visible=False)
            self.call_after_refresh(wrong.scroll_visible, animate=False)

    def toggle_raw(self) -> None:
        """Switches between fields and JSON, or says why it cannot: fields can hold only what reads as an object."""
        if not self.raw:
            self._editor.text = as_json(self._collect(None), indent=2)
            self.raw = True
        elif self.problems():
            return
        elif self._always_raw:
            self._say("These arguments can only be written as JSON.")
        else:
            self.fill(self.values())
            self.raw = False

    def fill(self, values: Mapping[str, Json]) -> None:
        """Shows these values; fields they do not name become empty."""
        self._values = dict(values)
        if self.raw:
            self._editor.text = as_json(self._values, indent=2)
        for row in self._rows:
            row.put(value_at(self._values, row.field.path))

    def values(self) -> dict[str, Json]:
        """Returns what was filled in or has a default; fields that do not fit are left out (see `problems`)."""
        if not self.raw:
            return self._collect(None)
        try:
            whole = parse_json(self._editor.text or "{}")
        except UnfitError:
            return {}
        return whole if isinstance(whole, dict) else {}

    def problems(self) -> list[CleanText]:
        """Returns what is wrong, one sentence a field, and says it where it is; empty when the form can be sent."""
        found: list[CleanText] = []
        if self.raw:
            found = self._raw_problems()
            self._say("\n".join(found))
        else:
            self._collect(found)
        return found

    def watch_raw(self, raw: bool) -> None:
        self.set_class(raw, "-raw")
        if self.has_focus_within:
            self.focus_first()

    async def _suggestions(self, argument: str, typed: str) -> Sequence[str]:
        others = {name: value for name, value in self.values().items() if name != argument}
        return await self._suggest(argument, typed, others) if self._suggest else []

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(self))

    def _say(self, problem: str) -> None:
        self._problem.display = bool(problem)
        self._problem.update(problem)

    def _raw_problems(self) -> list[CleanText]:
        try:
            whole = parse_json(self._editor.text or "{}")
        except UnfitError as error:
            return [clean(f"This {error}")]
        return [] if isinstance(whole, dict) else [CleanText("This is JSON, but not an object: begin with {")]

    def _collect(self, problems: list[CleanText] | None) -> dict[str, Json]:
        # What the schema does not name was given with the values and goes back unchanged.
        named = {field.path[0] for field in self._fields}
        whole = {key: value for key, value in self._values.items() if key not in named}
        for row in self._rows:
            problem = row.read_into(whole)
            if problems is not None:
                row.mark(problem)
                problems += [problem] if problem else []
        return whole
