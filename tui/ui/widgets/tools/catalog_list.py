"""Tools, resources, templates and prompts of all servers as one list, grouped by server."""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tui.domain.errors import UsageError
from tui.domain.ids import ServerName
from tui.domain.messages import Json
from tui.domain.servers import Catalog, PromptInfo, ResourceInfo, ToolInfo
from tui.domain.text import CleanText, clean_line
from tui.ui.format import tokens
from tui.ui.widgets.form.schema_answers import typed
from tui.ui.widgets.form.schema_fields import Schema
from tui.ui.widgets.form.uri_template import expand, variables
from tui.ui.widgets.lists.ink import Piece, fit, right_fit
from tui.ui.widgets.lists.list_filter import holds

Kind = Literal["tool", "resource", "template", "prompt"]
SIGNS: dict[Kind, tuple[str, str]] = {
    "tool": ("ƒ", "live"),
    "resource": ("≡", "code"),
    "template": ("{", "code"),
    "prompt": ("»", "user"),
}


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One thing a server offers."""

    kind: Kind
    server: ServerName
    thing: ToolInfo | ResourceInfo | PromptInfo
    label: CleanText
    haystack: str
    """What the filter looks in, in lower case."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by over changes of the catalog."""
        return (self.server, self.kind, self.raw_name)

    @property
    def raw_name(self) -> str:
        """The name or URI as the server said it: for calling, never for showing."""
        return self.thing.uri if isinstance(self.thing, ResourceInfo) else self.thing.name


@dataclass(frozen=True, slots=True)
class Heading:
    """A server's name above what it offers."""

    server: ServerName
    count: int

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.server, "", "")


CatalogRow = CatalogEntry | Heading


def entries_of(catalogs: Iterable[Catalog]) -> list[CatalogEntry]:
    """Returns everything on offer, by server; tools first, then prompts, resources and templates."""
    return [entry_of(catalog.server, thing) for catalog in catalogs for thing in _things(catalog)]


def _things(catalog: Catalog) -> Iterable[ToolInfo | ResourceInfo | PromptInfo]:
    yield from catalog.tools
    yield from catalog.prompts
    yield from sorted(catalog.resources, key=lambda one: one.template)


def entry_of(server: ServerName, thing: ToolInfo | ResourceInfo | PromptInfo) -> CatalogEntry:
    """Returns a thing as it stands in the list."""
    if isinstance(thing, ResourceInfo):
        kind: Kind = "template" if thing.template else "resource"
        label = clean_line(thing.name or thing.uri, 120)
        extra = clean_line(thing.uri)
    else:
        kind = "tool" if isinstance(thing, ToolInfo) else "prompt"
        label, extra = clean_line(thing.name, 120), thing.title
    haystack = f"{server} {kind} {label} {extra} {thing.description[:400]}".lower()
    return CatalogEntry(kind, server, thing, label, haystack)


def rows_of(entries: Iterable[CatalogEntry], words: Sequence[str]) -> tuple[list[CatalogRow], int]:
    """Returns the rows that hold all words, each server's under its heading, and how many things they are."""
    groups: dict[ServerName, list[CatalogEntry]] = {}
    for entry in entries:
        if not words or holds(entry.haystack, words):
            groups.setdefault(entry.server, []).append(entry)
    rows: list[CatalogRow] = []
    for server, found in groups.items():
        rows += [Heading(server, len(found)), *found]
    return rows, sum(map(len, groups.values()))


def _mark(row: CatalogEntry, changes: int | None) -> Piece:
    """The sign of its kind; another one where it is kept from the model, or watched."""
    thing = row.thing
    if changes is not None:
        return ("◉", "live")
    if not isinstance(thing, ResourceInfo) and thing.withheld:
        return ("!", "warn")
    if isinstance(thing, ToolInfo) and not thing.offered:
        return ("–", "dim")
    return SIGNS[row.kind]


def row_cells(row: CatalogRow, width: int, changes: int | None = None) -> list[Piece]:
    """Draws one row; `changes` of a resource that is watched, None for all others."""
    if isinstance(row, Heading):
        count = str(row.count)
        return [(fit(clean_line(row.server), width - len(count) - 1), "bold"), (" ", ""), (count, "dim")]
    sign, ink = _mark(row, changes)
    figure = tokens(row.thing.schema_tokens) if isinstance(row.thing, ToolInfo) else ""
    if changes:
        return [(f" {sign} ", ink), (fit(row.label, width - 9), "bold"), (right_fit(f"{changes}×", 6), "live")]
    return [(f" {sign} ", ink), (fit(row.label, width - 9), ""), (right_fit(figure, 6), "dim")]


def schema_of(entry: CatalogEntry) -> Schema:
    """Returns the schema the form is made from."""
    thing = entry.thing
    if isinstance(thing, ToolInfo):
        return thing.input_schema
    if isinstance(thing, PromptInfo):
        properties: dict[str, Json] = {
            one.name: {"type": "string", "description": one.description} for one in thing.arguments
        }
        return {"type": "object", "properties": properties, "required": [a.name for a in thing.arguments if a.required]}
    names = variables(thing.uri) if thing.template else []
    return {"type": "object", "properties": {name: {"type": "string"} for name in names}}


def command_line(entry: CatalogEntry, values: Mapping[str, Json]) -> str:
    """Returns the call as a shell command. Raises UsageError when it would carry control characters into a shell."""
    if entry.kind in ("resource", "template"):
        uri = expand(entry.raw_name, {name: str(value) for name, value in values.items()})
        words = ["mcp-tui", "resources", "read", entry.server, uri if entry.kind == "template" else entry.raw_name]
    else:
        verb = ["tools", "call"] if entry.kind == "tool" else ["prompts", "get"]
        words = ["mcp-tui", *verb, f"{entry.server}.{entry.raw_name}", *_argument_words(values)]
    if any(not char.isprintable() and char != "\n" for word in words for char in word):
        raise UsageError("This call holds control characters: a shell might obey them.", "Call it here instead.")
    return shlex.join(words)


def _argument_words(values: Mapping[str, Json]) -> list[str]:
    if all(isinstance(value, str | int | float) and "=" not in name for name, value in values.items()):
        return [f"{name}={typed(value, 'text')}" for name, value in values.items()]
    return ["--args", json.dumps(values, ensure_ascii=False)]
