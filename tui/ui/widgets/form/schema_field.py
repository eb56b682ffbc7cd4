"""One field of a schema form: the name with its mark, the fitting editor, and what there is to say about it."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Select, SelectionList, Static, TextArea

from tui.domain.messages import Json
from tui.domain.text import CleanText, clean
from tui.ui.widgets.form.schema_answers import ABSENT, UnfitError, answer, typed
from tui.ui.widgets.form.schema_fields import Field
from tui.ui.widgets.form.ticks import TickBox, TickList

_KIND_WORDS = {
    "text": "",
    "number": "number",
    "integer": "whole number",
    "boolean": "",
    "choice": "",
    "choices": "any of these",
    "list": "one a line",
    "json": "JSON",
}


Suggest = Callable[[str, str], Awaitable[Sequence[str]]]
"""Takes a field's name and what is typed; returns what could be meant."""


class ArgumentSuggester(Suggester):
    """Shows the first suggestion that goes on from what is typed; the right arrow takes it."""

    def __init__(self, argument: str, suggest: Suggest) -> None:
        # Not kept: what fits may depend on the other fields.
        super().__init__(use_cache=False, case_sensitive=True)
        self._argument, self._suggest = argument, suggest

    async def get_suggestion(self, value: str) -> str | None:
        found = await self._suggest(self._argument, value)
        return next((text for text in found if text.startswith(value) and text != value), None)


class SchemaField(Widget):
    """One field: its name with the required mark, the editor, and what there is to say about it."""

    DEFAULT_CSS = """
    SchemaField { height: auto; layout: vertical; margin-bottom: 1; }
    SchemaField > Horizontal { height: auto; }
    SchemaField .name { width: 18; height: auto; padding-right: 1; }
    SchemaField > .about { height: auto; width: 1fr; color: $dim; padding-left: 18; }
    SchemaField Input, SchemaField TextArea, SchemaField SelectionList { background: $panel; width: 1fr; }
    SchemaField Input { padding: 0 1; }
    SchemaField TextArea { height: auto; min-height: 2; max-height: 8; padding: 0 1; }
    SchemaField SelectionList { height: auto; max-height: 8; }
    SchemaField Select { width: 1fr; }
    SchemaField SelectCurrent { background: $panel; padding: 0 1; }
    SchemaField Checkbox { background: transparent; width: 1fr; }
    SchemaField Checkbox:focus { border: none !important; background: $panel; }
    SchemaField Input:focus, SchemaField TextArea:focus { background: $panel; background-tint: $foreground 10%; }
    SchemaField Select:focus > SelectCurrent { background: $panel; border: none; text-style: bold; }
    SchemaField:ansi Input, SchemaField:ansi TextArea, SchemaField:ansi SelectCurrent {
        border-left: outer ansi_default !important;
    }
    SchemaField:ansi Input:focus, SchemaField:ansi TextArea:focus, SchemaField:ansi Select:focus > SelectCurrent {
        border-left: outer ansi_blue !important;
    }
    SchemaField:ansi Checkbox:focus { text-style: reverse; }
    SchemaField.-wrong .name, SchemaField.-wrong > .about { color: $text-error; }
    """

    def __init__(self, field: Field, value: Json, suggest: Suggest | None = None) -> None:
        super().__init__()
        self.field = field
        self._about = Static(self._explanation(), classes="about", markup=False)
        self._about.display = bool(self._explanation())
        start = field.default if value is ABSENT else value
        self.editor: Widget = _editor(field, ABSENT if value is ABSENT and not field.has_default else start)
        if suggest is not None and isinstance(self.editor, Input):
            self.editor.suggester = ArgumentSuggester(field.path[-1], suggest)

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(self._heading(), classes="name", markup=False)
            yield self.editor
        yield self._about

    def put(self, value: Json) -> None:
        """Shows a value, or nothing."""
        _put(self.editor, self.field, value)

    def read_into(self, whole: dict[str, Json]) -> CleanText:
        """Adds the field's value to `whole` at its path. Returns the problem, empty when there is none."""
        try:
            value = self._value()
        except UnfitError as error:
            return clean(f"{self.field.label}: {error}")
        if value is ABSENT:
            return CleanText(f"{self.field.label}: is required") if self.field.required else CleanText("")
        *parents, last = self.field.path
        for parent in parents:
            inner = whole.setdefault(parent, {})
            whole = inner if isinstance(inner, dict) else {}
        whole[last] = value
        return CleanText("")

    def mark(self, problem: CleanText) -> None:
        """Shows the problem under the field, or the field's explanation when there is none."""
        self.set_class(bool(problem), "-wrong")
        text = Content(problem.partition(": ")[2]) if problem else self._explanation()
        self._about.update(text)
        self._about.display = bool(text)

    def _value(self) -> Json:
        editor = self.editor
        if isinstance(editor, Checkbox):
            return editor.value
        if isinstance(editor, SelectionList):
            chosen = [self.field.options[index] for index in sorted(editor.selected)]
            return chosen if chosen or self.field.has_default else ABSENT
        if isinstance(editor, Select):
            return self.field.options[editor.value] if isinstance(editor.value, int) else ABSENT
        text = _text_of(editor)
        return answer(self.field, text) if text.strip() else ABSENT

    def _heading(self) -> Content:
        field = self.field
        return Content.assemble((field.label, "bold"), (" *" if field.required else "", "$text-error bold"))

    def _explanation(self) -> Content:
        title = self.field.title if self.field.title.lower() != self.field.label.lower() else ""
        kind = _KIND_WORDS[self.field.kind]
        return Content(" · ".join(part for part in (title, self.field.description, kind, self.field.rules) if part))


def _editor(field: Field, value: Json) -> Widget:
    if field.kind == "boolean":
        return TickBox(value is True)
    if field.kind == "choice":
        options = [(Content(label), index) for index, label in enumerate(field.labels)]
        chosen = _index(field, value)
        return Select(options, prompt="choose", value=Select.NULL if chosen is None else chosen, compact=True)
    if field.kind == "choices":
        picked = set(_indices(field, value))
        rows = [(Content(label), index, index in picked) for index, label in enumerate(field.labels)]
        return TickList(*rows, compact=True)
    text = "" if value is ABSENT else typed(value, field.kind)
    if field.kind in ("list", "json"):
        return TextArea(text, compact=True, tab_behavior="focus")
    if "\n" in text or (field.schema or {}).get("format") == "textarea":
        return TextArea(text, compact=True, tab_behavior="focus")
    return Input(text, compact=True, select_on_focus=False, password=field.secret)


def _put(editor: Widget, field: Field, value: Json) -> None:
    if isinstance(editor, Checkbox):
        editor.value = value is True
    elif isinstance(editor, SelectionList):
        editor.deselect_all()
        for index in _indices(field, value):
            editor.select(index)
    elif isinstance(editor, Select):
        chosen = _index(field, value)
        editor.value = Select.NULL if chosen is None else chosen
    else:
        text = "" if value is ABSENT else typed(value, field.kind)
        if isinstance(editor, Input):
            editor.value = text
        elif isinstance(editor, TextArea):
            editor.text = text


def _text_of(editor: Widget) -> str:
    if isinstance(editor, Input):
        return editor.value
    return editor.text if isinstance(editor, TextArea) else ""


def _index(field: Field, value: Json) -> int | None:
    # JSON tells true from 1, Python's == does not.
    matches = (i for i, option in enumerate(field.options) if type(option) is type(value) and option == value)
    return next(matches, None)


def _indices(field: Field, value: Json) -> Iterator[int]:
    items: Iterable[Json] = value if isinstance(value, list | tuple) else ()
    return (index for index in (_index(field, item) for item in items) if index is not None)
